# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packets that wait to be handled: first those for which a backup waits, then all in turn."""

from __future__ import annotations

from collections import Counter
from typing import Generic, Hashable, Tuple, TypeVar

from .fair_queue import FairQueue

_SOURCES_MAX = 64
_PACKETS_OF_A_SOURCE_MAX = 512  # More than the routers that one host can have on an interface.
_EXPECTED_OF_A_ROUTER_MAX = 64  # More than its master sends in a stay; a source can be forged.

Packet = TypeVar("Packet")


class Backlog(Generic[Packet]):
    """Packets in the order in which they are to be handled, each for a router and of a source; no
    more than is plausible, whatever comes in which order. Mutable.
    """

    def __init__(self) -> None:
        self._expected: FairQueue[Packet] = FairQueue()
        self._others: FairQueue[Tuple[Hashable, Packet]] = FairQueue()
        self._waiting: Counter[Tuple[Hashable, Hashable]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._expected or self._others)

    @property
    def has_expected(self) -> bool:
        """Whether a packet waits that a backup may be waiting for."""
        return bool(self._expected)

    def expect(self, router: Hashable, source: Hashable, packet: Packet) -> int:
        """Add a packet that a router waits for, behind those that the source has sent it before;
        returns how many packets were dropped, as too much waits already.
        """
        earlier = self._earlier(router, source) if self._waiting[source, router] else []
        room = _EXPECTED_OF_A_ROUTER_MAX - len(self._expected.of(router))
        candidates = [*earlier, packet]
        for one in candidates[:room]:
            self._expected.add(router, one)
        return max(0, len(candidates) - room)

    def _earlier(self, router: Hashable, source: Hashable) -> list[Packet]:
        """Remove and return the packets of a source that are for a router."""
        del self._waiting[source, router]
        found = self._others.take_all(source)
        for other, packet in found:
            if other != router:
                self._others.add(source, (other, packet))
        return [packet for other, packet in found if other == router]

    def add(self, router: Hashable, source: Hashable, packet: Packet) -> int:
        """Add another packet; returns 1 if it was dropped, as too much waits already."""
        waiting = len(self._others.of(source))
        is_known = waiting > 0 or self._others.owners < _SOURCES_MAX
        if not is_known or waiting >= _PACKETS_OF_A_SOURCE_MAX:
            return 1
        self._others.add(source, (router, packet))
        self._waiting[source, router] += 1
        return 0

    def take(self) -> Packet:
        """Remove and return the packet whose turn it is; raises StopIteration without one."""
        if self._expected:
            return self._expected.take()
        source, (router, packet) = self._others.take_of_owner()
        self._waiting[source, router] -= 1
        if not self._waiting[source, router]:
            del self._waiting[source, router]
        return packet

    def clear(self) -> int:
        """Drop everything; returns how many packets that are."""
        count = self._expected.clear() + self._others.clear()
        self._waiting.clear()
        return count
