# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The operator's name, as the processes of a login know it."""

from __future__ import annotations

import os
import pwd


def login_name() -> str:
    """Return the user who has logged in, also behind sudo; the number of one without a name."""
    behind = os.environ.get("SUDO_USER") or os.environ.get("DOAS_USER")
    if behind:
        return behind
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
