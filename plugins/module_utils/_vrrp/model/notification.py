# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""States in the words of keepalived, for scripts and programs that were written for it."""

from __future__ import annotations

from ..base.constants import AGENT_STOPPING

FAULT, STOP = "FAULT", "STOP"


def notified_state(state: str, reason: str) -> str:
    """Return MASTER, BACKUP, FAULT or STOP (keepalived.conf(5), notify scripts)."""
    if state != "INITIALIZE":
        return state
    return STOP if reason == AGENT_STOPPING else FAULT


def notification(name: str, state: str, reason: str, priority: int) -> str:
    """Return the line that keepalived writes into a FIFO when an instance changes its state."""
    return f'INSTANCE "{name}" {notified_state(state, reason)} {priority}'
