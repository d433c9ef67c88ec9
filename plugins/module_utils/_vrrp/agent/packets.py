# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Received packets on their way to the engine.

The familiar ones cost next to nothing, and are handled where they are read. Each of the others
costs as much as dozens of those, and anybody on the segment can send as many as the network takes:
so they wait for their turn, in which those of a router's master come first.
"""

from __future__ import annotations

from typing import Callable, List, Tuple

from ..base.units import Nanoseconds, milliseconds
from ..engine.actions import Action, SocketSpec
from ..engine.engine import Engine
from ..linux.recvmmsg import PacketBatch
from ..linux.vrrp_socket import Packet, VrrpSocket
from ..runtime import clock
from ..runtime.backlog import Backlog
from ..runtime.loop import Loop
from ..runtime.receiver import Reading, Receiver
from ..wire.datagram import Datagram

_FORGED = "forged"
_REST_MAX = milliseconds(20)
_Waiting = Tuple[SocketSpec, VrrpSocket, Packet]


class Packets:
    """Reads packets for the engine; ``perform`` performs the actions that follow."""

    def __init__(self, engine: Engine, loop: Loop, perform: Callable[[List[Action]], None]) -> None:
        self._engine = engine
        self._loop = loop
        self._perform = perform
        self._batch = PacketBatch()
        self._wall_offset = clock.WallOffset()
        self._backlog: Backlog[_Waiting] = Backlog()

    def read(self, spec: SocketSpec, opened: VrrpSocket) -> Reading:
        """Read some packets from a socket, and handle those that are familiar."""
        now, wall = clock.now(), clock.wall_nanoseconds()
        offset = self._wall_offset.update(now, wall)
        packets, times, is_drained, until = opened.receive(self._batch, now, offset)
        unmatched = 0
        for packet in self._engine.unmatched_packets(spec, packets, times):
            unmatched += 1
            self._keep(spec, opened, packet)
        return Reading(len(packets), unmatched, is_drained, until)

    def _keep(self, spec: SocketSpec, opened: VrrpSocket, packet: Packet) -> None:
        vrid, source = opened.origin(packet)
        waiting = spec, opened, packet
        if not self._engine.waiting.is_expected(spec, vrid, source):
            dropped = self._backlog.add((spec, vrid), source, waiting)
        elif self._engine.waiting.is_forged(spec, vrid, lambda: _parsed(opened, packet)):
            # Somebody else uses the address of the master, whose packets must not wait.
            dropped = self._backlog.add((spec, vrid), (source, _FORGED), waiting)
        else:
            self._engine.waiting.note(spec, vrid)
            dropped = self._backlog.expect((spec, vrid), source, waiting)
        if dropped:
            self._engine.waiting.note_dropped(dropped)

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called: at once, or never."""
        return 0 if self._backlog else None

    def run_due(self, now: Nanoseconds) -> None:
        """Handle waiting packets for a portion of time."""
        while self._backlog:
            self._handle(*self._backlog.take())
            if self._loop.portion_is_over():
                break

    def handle_expected(self) -> bool:
        """Handle the packets that backups may be waiting for; returns whether none is left, and
        False at the end of the portion.
        """
        while self._backlog.has_expected:
            self._handle(*self._backlog.take())
            if self._loop.portion_is_over():
                break
        return not self._backlog.has_expected

    def handle_all(self, receiver: Receiver, until: Nanoseconds) -> None:
        """Handle what has arrived until then, before another process goes on: all that a deadline
        may depend on, and of the rest as much as there is time for.
        """
        is_read = False
        while not is_read:
            self._loop.begin_portion()
            is_read = receiver.read_until(until)
        while self._backlog.has_expected or (self._backlog and clock.now() < until + _REST_MAX):
            self._handle(*self._backlog.take())
        dropped = self._backlog.clear()
        if dropped:
            self._engine.waiting.note_dropped(dropped)

    def _handle(self, spec: SocketSpec, opened: VrrpSocket, packet: Packet) -> None:
        datagram = _parsed(opened, packet)
        if datagram is not None:
            # Also without actions: a deadline may be earlier now, as after priority 0.
            self._perform(self._engine.receive_datagram(spec, datagram, clock.now(), packet))


def _parsed(opened: VrrpSocket, packet: Packet) -> Datagram | None:
    return opened.parse(packet, clock.wall_nanoseconds())
