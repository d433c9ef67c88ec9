# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Rate-limited log lines."""

from __future__ import annotations

from typing import Dict, List

from ...base.constants import FLAPPING_TRANSITIONS, FLAPPING_WINDOW, LOG_INTERVAL
from ...base.units import Nanoseconds
from ..actions import Log


class LogLimiter:
    """The times of a router's log lines and transitions; ``router`` is its name. Mutable."""

    def __init__(self) -> None:
        self._logged_at: Dict[str, Nanoseconds] = {}
        self._changed_at: List[Nanoseconds] = []

    def log(self, router: str, about: str, text: str, now: Nanoseconds) -> List[Log]:
        """Return a line, unless one about the same subject was logged within a minute."""
        before = self._logged_at.get(about)
        if before is not None and now - before < LOG_INTERVAL:
            return []
        self._logged_at[about] = now
        return [Log(router, text)]

    def note_transition(self, router: str, now: Nanoseconds) -> List[Log]:
        """Record a transition; returns a line when there are too many within a minute."""
        self._changed_at = [*self._changed_at[1 - FLAPPING_TRANSITIONS :], now]
        times = len(self._changed_at)
        if times < FLAPPING_TRANSITIONS or now - self._changed_at[0] > FLAPPING_WINDOW:
            return []
        why = "unless it was moved, check the link, and whether advertisements arrive late"
        text = f"changed state {times} times within a minute: {why}"
        return self.log(router, "flapping", text, now)
