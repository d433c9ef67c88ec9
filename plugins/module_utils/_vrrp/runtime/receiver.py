# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The sockets of the routers, which are read at once while packets are few, and after a delay while
they are many.

This is interrupt coalescing, as Linux NAPI does it: a wake-up costs as much as fifty packets. A
socket that wakes the agent again and again is polled after a delay instead, for as long as many
packets are found.

The delay makes no deadline late: the kernel stamps the arrival of each packet, and everything is
read before a deadline is handled. Priority 0 is received at once, by a socket of its own. Any other
new packet waits for the end of the delay, and makes the next ones short.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Callable, Dict, List, NamedTuple, Tuple

from ..base.errors import KernelError
from ..base.units import Nanoseconds, earliest, milliseconds
from ..engine.actions import Failure, OpenSockets, PacketSelection, SocketSpec
from ..linux.vrrp_socket import PriorityZeroSocket, VrrpSocket
from ..model.family import Family
from . import clock
from .group_neighbours import GroupNeighbours
from .loop import Loop


class Reading(NamedTuple):
    """The packets of one reading: their number, and that of those which the fast path did not
    match; whether none is left, and when the last one arrived.
    """

    found: int
    unmatched: int
    is_drained: bool
    until: Nanoseconds


OnPackets = Callable[[SocketSpec, VrrpSocket], Reading]

_COALESCE_MAX = milliseconds(100)
_COALESCE_MIN = milliseconds(10)
_BUSY_THRESHOLD = 8
_SOON_AGAIN_MAX = 3  # An election of a few hosts is no reason for a delay.
# More packets in one delay than the advertisements expected; the kernel has room for few more.
_FLOOD_THRESHOLD = 1000


@dataclass
class _Socket:
    spec: SocketSpec
    socket: VrrpSocket
    priority_zero: PriorityZeroSocket
    selection: PacketSelection | None = None
    read_at: Nanoseconds = 0
    read_until: Nanoseconds = 0
    soon_again: int = 0
    poll_at: Nanoseconds | None = None


class Receiver:
    """Reads the sockets, each in portions. ``on_packets`` reads some packets of one socket."""

    def __init__(self, loop: Loop, on_packets: OnPackets) -> None:
        self._loop = loop
        self._on_packets = on_packets
        self._sockets: Dict[SocketSpec, _Socket] = {}
        self._senders: Dict[Tuple[int, Family], VrrpSocket] = {}
        self._neighbours = GroupNeighbours()
        self._delay_max = _COALESCE_MAX
        self._is_paused = False

    def limit_delay(self, shortest_interval: Nanoseconds) -> None:
        """Limit the delay by the shortest advertisement interval."""
        self._delay_max = min(_COALESCE_MAX, shortest_interval)

    # --- Sockets ---

    def open_sockets(self, wanted: OpenSockets) -> List[Failure]:
        """Open and close sockets; returns the sockets that could not be opened, with their
        errors.
        """
        for spec in set(self._sockets) - wanted.sockets:
            self._close(spec)
        failures: List[Failure] = []
        for spec in wanted.sockets - set(self._sockets):
            try:
                self._open(spec)
            except KernelError as error:
                failures.append((OpenSockets(frozenset({spec})), str(error)))
        for spec, one in self._sockets.items():
            self._select(one, wanted.selections.get(spec))
        # Any socket sends to all groups.
        self._senders = {
            (one.index, one.family): each.socket for one, each in self._sockets.items()
        }
        self._neighbours.set_sockets((one.socket for one in self._sockets.values()), clock.now())
        return failures

    @staticmethod
    def _select(one: _Socket, selection: PacketSelection | None) -> None:
        """Let the kernel drop what no router receives; without that it is dropped here."""
        if selection is not None and selection != one.selection:
            one.selection = None
            with contextlib.suppress(OSError):
                one.socket.accept(selection)
                one.priority_zero.accept(selection)
                one.selection = selection

    def pause(self) -> None:
        """Stop reading; packets stay in the open sockets."""
        self._is_paused = True

    def resume(self, since: Nanoseconds) -> None:
        """Read all packets that arrived after ``since``: another process has read the earlier
        ones.
        """
        self._is_paused = False
        for one in self._sockets.values():
            one.socket.drop_before(since)
            self._loop.want(one.socket, read=True)
            self._loop.want(one.priority_zero, read=True)

    def sender(self, index: int, family: Family) -> VrrpSocket | None:
        """Return the socket that sends through an interface; None when there is none."""
        return self._senders.get((index, family))

    def close(self) -> None:
        """Close all sockets."""
        self.open_sockets(OpenSockets(frozenset()))

    def _open(self, spec: SocketSpec) -> None:
        opened = VrrpSocket(spec.index, spec.family, spec.source_mac, spec.group)
        try:
            self._sockets[spec] = self._register(spec, opened)
        except KernelError:
            opened.close()
            raise

    def _register(self, spec: SocketSpec, opened: VrrpSocket) -> _Socket:
        one = _Socket(spec, opened, PriorityZeroSocket(spec.index, spec.family))
        try:
            self._loop.on_readable(one.priority_zero, lambda: self._priority_zero_received(one))
            self._loop.on_readable(opened, lambda: self._readable(one))
        except OSError as error:
            one.priority_zero.close()  # That removes it from the loop as well.
            raise KernelError(error.errno or 0, "cannot wait for packets") from None
        if self._is_paused:
            self._loop.want(opened, read=False)
            self._loop.want(one.priority_zero, read=False)
        return one

    def _close(self, spec: SocketSpec) -> None:
        one = self._sockets.pop(spec)
        for opened in (one.socket, one.priority_zero):
            self._loop.forget(opened)
            opened.close()

    # --- Reading ---

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None for never."""
        polls = earliest(one.poll_at for one in self._sockets.values())
        return earliest((polls, self._neighbours.next_deadline()))

    def run_due(self, now: Nanoseconds) -> None:
        """Poll the sockets whose delay is over, those first that have waited longest."""
        self._neighbours.run_due(now)
        due = [(one.poll_at, one) for one in self._sockets.values() if one.poll_at is not None]
        for poll_at, one in sorted(due, key=lambda each: each[0]):
            if poll_at > now:
                return
            self._poll(one, now)
            if self._loop.portion_is_over():
                return

    def read_until(self, at: Nanoseconds) -> bool:
        """Read what has arrived until ``at``; returns whether all of it is read, and False at the
        end of the portion. The next call goes on if ``at`` is the same.
        """
        if self._is_paused:
            return True  # Another process reads.
        unread = [one for one in self._sockets.values() if one.read_until < at]
        for one in unread:
            self._poll(one, at)
            if self._loop.portion_is_over():
                break
        return all(one.read_until >= at for one in unread)

    def _poll(self, one: _Socket, now: Nanoseconds) -> None:
        found, unmatched = self._read(one, now)
        if one.poll_at is not None and one.poll_at <= now and one.read_until >= now:
            is_usual = found < _FLOOD_THRESHOLD and not unmatched
            self._reschedule(one, now, found, is_usual)

    def _readable(self, one: _Socket) -> None:
        now = clock.now()
        is_soon = now - one.read_at < min(_COALESCE_MIN, self._delay_max)
        one.soon_again = one.soon_again + 1 if is_soon else 0
        if one.soon_again > _SOON_AGAIN_MAX:
            one.poll_at = now + min(_COALESCE_MIN, self._delay_max)
            self._loop.want(one.socket, read=False)
        else:
            self._read(one, now)

    def _priority_zero_received(self, one: _Socket) -> None:
        one.priority_zero.drain()
        self._read(one, clock.now())

    def _reschedule(self, one: _Socket, now: Nanoseconds, found: int, is_usual: bool) -> None:
        if found < _BUSY_THRESHOLD:
            one.poll_at = None
            self._loop.want(one.socket, read=True)
        else:
            length = self._delay_max if is_usual else min(_COALESCE_MIN, self._delay_max)
            one.poll_at = now + length

    def _read(self, one: _Socket, now: Nanoseconds) -> Tuple[int, int]:
        """Read a socket until nothing is left that arrived before ``now``, or for a portion."""
        one.read_at = now
        found = unmatched = 0
        while True:
            reading = self._on_packets(one.spec, one.socket)
            found, unmatched = found + reading.found, unmatched + reading.unmatched
            one.read_until = max(now, reading.until) if reading.is_drained else reading.until
            if one.read_until >= now or self._loop.portion_is_over():
                return found, unmatched
