# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The version of this agent."""

from __future__ import annotations

import os

VERSION = "1.0.0"
UNIT_VARIABLE = "VRRP_AGENT_UNIT"


def bundle() -> str | None:
    """Return the name of the installed version of this process; None from a checkout.

    To be called once, at the start: the link may point to another version later.
    """
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    place, name = os.path.split(os.path.dirname(package))
    return name if os.path.basename(place) == "versions" else None


def unit() -> str | None:
    """Return the digest of the systemd unit that started this process; None without one."""
    return os.environ.get(UNIT_VARIABLE)
