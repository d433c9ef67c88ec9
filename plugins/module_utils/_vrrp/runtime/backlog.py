# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packets that wait to be handled: first those for which a backup waits, then all in turn."""

from __future__ import annotations

from collections import deque
from typing import Deque, Generic, Hashable, TypeVar

from .fair_queue import FairQueue

_SOURCES_MAX = 64
_PACKETS_OF_A_SOURCE_MAX = 512  # More than the routers that one host can have on an interface.

Packet = TypeVar("Packet")


class Backlog(Generic[Packet]):
    """Packets in the order in which they are to be handled. Those beyond what is plausible are
    dropped, and counted. Mutable.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._expected: Deque[Packet] = deque()
        self._others: FairQueue[Packet] = FairQueue()

    def __bool__(self) -> bool:
        return bool(self._expected or self._others)

    @property
    def has_expected(self) -> bool:
        """Whether a packet waits that a backup may be waiting for."""
        return bool(self._expected)

    def expect(self, packet: Packet) -> None:
        """Add a packet of the master that a backup waits for."""
        self._expected.append(packet)

    def add(self, source: Hashable, packet: Packet) -> None:
        """Add another packet, or drop it, if too much waits already."""
        waiting = len(self._others.of(source))
        is_one_too_many = not waiting and self._others.owners >= _SOURCES_MAX
        if is_one_too_many or waiting >= _PACKETS_OF_A_SOURCE_MAX:
            self.dropped += 1
        else:
            self._others.add(source, packet)

    def take(self) -> Packet:
        """Remove and return the packet whose turn it is; raises StopIteration without one."""
        return self._expected.popleft() if self._expected else self._others.take()
