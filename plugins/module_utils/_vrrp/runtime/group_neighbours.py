# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Keeps the neighbour entries of the multicast groups, of one socket after the other.

They go with an interface that is set down, and nothing reports that: IPv4 does not even say that a
packet could not be sent. So each is added again every ten seconds, which costs 50 microseconds.
"""

from __future__ import annotations

from collections import deque
from typing import Deque, Iterable

from ..base.units import Nanoseconds, milliseconds, seconds
from ..linux.vrrp_socket import VrrpSocket

_INTERVAL = seconds(10)  # Of one socket.
_PAUSE_MIN = milliseconds(500)


class GroupNeighbours:
    """The sockets in the order of their turns. Mutable."""

    def __init__(self) -> None:
        self._waiting: Deque[VrrpSocket] = deque()
        self._next_at: Nanoseconds = 0

    def set_sockets(self, opened: Iterable[VrrpSocket], now: Nanoseconds) -> None:
        """Replace the sockets; those that are new are first."""
        wanted = set(opened)
        new = wanted.difference(self._waiting)
        self._waiting = deque((*new, *(one for one in self._waiting if one in wanted)))
        self._keep(len(new), now)

    def next_deadline(self) -> Nanoseconds | None:
        """The time of the next turn; None without sockets."""
        return self._next_at if self._waiting else None

    def run_due(self, now: Nanoseconds) -> None:
        """Add the entries of the sockets whose turn it is."""
        if self._waiting and now >= self._next_at:
            # As many as it takes to reach each within the interval.
            self._keep(-(-len(self._waiting) * self._pause // _INTERVAL), now)

    @property
    def _pause(self) -> Nanoseconds:
        return max(_PAUSE_MIN, _INTERVAL // len(self._waiting))

    def _keep(self, count: int, now: Nanoseconds) -> None:
        for one in [self._waiting.popleft() for _time in range(count)]:
            one.keep_neighbour()
            self._waiting.append(one)
        if self._waiting:
            self._next_at = now + self._pause
