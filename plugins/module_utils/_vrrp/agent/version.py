# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Which agent this is. This module is PRIVATE to the collection."""

from __future__ import annotations

import os

VERSION = "0.1.0"
UNIT_VARIABLE = "VRRP_AGENT_UNIT"


def bundle() -> str | None:
    """The name of the installed version this process was started from; None from a checkout.

    Resolved once, at start: the link in the path may point to another version later.
    """
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    place, name = os.path.split(os.path.dirname(package))
    return name if os.path.basename(place) == "versions" else None


def unit() -> str | None:
    """What the systemd unit under which this process was started calls itself."""
    return os.environ.get(UNIT_VARIABLE)
