# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packets that wait to be handled: first those for which a backup waits, then all in turn."""

from __future__ import annotations

from typing import Generic, Hashable, TypeVar

from .fair_queue import FairQueue

_SOURCES_MAX = 64
_PACKETS_OF_A_SOURCE_MAX = 512  # More than the routers that one host can have on an interface.
_EXPECTED_OF_A_ROUTER_MAX = 64  # More than its master sends in a stay; a source can be forged.

Packet = TypeVar("Packet")


class Backlog(Generic[Packet]):
    """Packets in the order in which they are to be handled, no more than is plausible. Mutable."""

    def __init__(self) -> None:
        self._expected: FairQueue[Packet] = FairQueue()
        self._others: FairQueue[Packet] = FairQueue()

    def __bool__(self) -> bool:
        return bool(self._expected or self._others)

    @property
    def has_expected(self) -> bool:
        """Whether a packet waits that a backup may be waiting for."""
        return bool(self._expected)

    def expect(self, router: Hashable, source: Hashable, packet: Packet) -> bool:
        """Add a packet that a router waits for, behind those of its source; returns False if too
        much waits already.
        """
        for earlier in self._others.take_all(source):
            self._expected.add(router, earlier)
        has_room = len(self._expected.of(router)) < _EXPECTED_OF_A_ROUTER_MAX
        if has_room:
            self._expected.add(router, packet)
        return has_room

    def add(self, source: Hashable, packet: Packet) -> bool:
        """Add another packet; returns False if too much waits already."""
        waiting = len(self._others.of(source))
        is_known = waiting > 0 or self._others.owners < _SOURCES_MAX
        has_room = is_known and waiting < _PACKETS_OF_A_SOURCE_MAX
        if has_room:
            self._others.add(source, packet)
        return has_room

    def take(self) -> Packet:
        """Remove and return the packet whose turn it is; raises StopIteration without one."""
        return self._expected.take() if self._expected else self._others.take()
