# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Deadlines of routers and groups of routers, in order."""

from __future__ import annotations

import heapq
from typing import List, Protocol, Tuple

from ..base.units import Nanoseconds


class Timed(Protocol):
    """Anything with a movable deadline.

    ``queued_at`` belongs to the queue: the deadline under which the object is queued, or None.
    """

    queued_at: Nanoseconds | None

    @property
    def deadline(self) -> Nanoseconds | None:
        """The time at which it is due; None: not before another event."""


class TimerQueue:
    """Deadlines in a heap that is touched only when one of them is near.

    A deadline that becomes later costs nothing: its entry stays where it is, and is moved when it
    is the first. Only a deadline that becomes earlier has to be scheduled again.
    """

    def __init__(self) -> None:
        self._heap: List[Tuple[Nanoseconds, int, Timed]] = []
        self._count = 0

    def schedule(self, timed: Timed) -> None:
        """Queue an object that has a deadline, or whose deadline may have become earlier."""
        self._push(timed, timed.deadline)

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time at which the first queued object is due; None for an empty queue."""
        while self._heap:
            queued_at, _count, timed = self._heap[0]
            is_latest = queued_at == timed.queued_at
            deadline = timed.deadline if is_latest else None
            if deadline == queued_at:
                return deadline
            heapq.heappop(self._heap)
            if is_latest:
                timed.queued_at = None
                self._push(timed, deadline)
        return None

    def pop_due(self, now: Nanoseconds) -> List[Timed]:
        """Remove and return the objects whose deadline has passed; ``schedule`` queues them
        again.
        """
        found: List[Timed] = []
        first = self.next_deadline()
        while first is not None and first <= now:
            timed = heapq.heappop(self._heap)[2]
            timed.queued_at = None
            found.append(timed)
            first = self.next_deadline()
        return found

    def _push(self, timed: Timed, deadline: Nanoseconds | None) -> None:
        queued_at = timed.queued_at
        if deadline is None or (queued_at is not None and queued_at <= deadline):
            return
        timed.queued_at = deadline
        self._count += 1
        heapq.heappush(self._heap, (deadline, self._count, timed))
