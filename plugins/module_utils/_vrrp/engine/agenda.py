# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Who has to be woken, and when. This module is PRIVATE to the collection."""

from __future__ import annotations

import heapq
from typing import List, Protocol, Tuple

from ..base.units import Nanoseconds


class Sleeper(Protocol):
    """Who has a deadline, which may move; ``planned_at`` is the agenda's own, None at first."""

    planned_at: Nanoseconds | None

    @property
    def deadline(self) -> Nanoseconds | None:
        """When to wake it; None: not before something else happens."""


class Agenda:
    """Deadlines in a heap that is touched only when one of them is near.

    A deadline that moves back costs nothing: its entry stays where it is, is found too early, and
    is put where it belongs by then. Only one that moves forward has to be noted.
    """

    def __init__(self) -> None:
        self._heap: List[Tuple[Nanoseconds, int, Sleeper]] = []
        self._count = 0

    def note(self, sleeper: Sleeper) -> None:
        """The deadline of a sleeper may have moved forward, or it has one now."""
        self._plan(sleeper, sleeper.deadline)

    def next(self) -> Nanoseconds | None:
        """When somebody may be due; nobody is before."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: Nanoseconds) -> List[Sleeper]:
        """Those whose deadline has passed; they are off the agenda until they are noted again."""
        found: List[Sleeper] = []
        while self._heap and self._heap[0][0] <= now:
            planned_at, _count, sleeper = heapq.heappop(self._heap)
            if planned_at != sleeper.planned_at:
                continue  # Planned anew meanwhile.
            sleeper.planned_at = None
            deadline = sleeper.deadline
            if deadline is not None and deadline <= now:
                found.append(sleeper)
            else:
                self._plan(sleeper, deadline)
        return found

    def _plan(self, sleeper: Sleeper, deadline: Nanoseconds | None) -> None:
        planned_at = sleeper.planned_at
        if deadline is None or (planned_at is not None and planned_at <= deadline):
            return
        sleeper.planned_at = deadline
        self._count += 1
        heapq.heappush(self._heap, (deadline, self._count, sleeper))
