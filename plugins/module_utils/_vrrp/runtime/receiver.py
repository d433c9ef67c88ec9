# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The sockets of the routers, and when packets are read: at once while they are few, and many in
one go when they are many.

A network driver does the same with its interrupts: a wake-up costs as much as fifty packets. A
socket that wakes the agent soon after it was read is left alone for a while, then read whenever
that is over, for as long as many packets are found.

No deadline is late by that: the kernel notes when each packet arrives, and whoever is going to
conclude something from a deadline reads everything before. A master that leaves is heard at once,
by a socket of its own. Anything else that is new waits for the end of the rest, and makes the
next ones short. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

from ..base.errors import KernelError
from ..base.units import Nanoseconds, earliest, milliseconds
from ..engine.actions import Ear, Failure, Listen
from ..linux.vrrp_socket import Alarm, Channel
from ..model.family import Family
from . import clock
from .loop import Loop

OnPackets = Callable[[Ear, Channel], Tuple[int, int]]

_REST_MAX = milliseconds(100)
_SOON = milliseconds(10)
_MANY = 8
# So many in one rest are no advertisements of ours, and the kernel has room for some more only.
_FLOOD = 1000


@dataclass
class _Socket:
    ear: Ear
    channel: Channel
    alarm: Alarm
    read_at: Nanoseconds = 0
    rests_until: Nanoseconds | None = None


class Listening:
    """``on_packets`` reads what waits at an ear, and gives how many packets it were, and how many
    of them were not the same as always.
    """

    def __init__(self, loop: Loop, on_packets: OnPackets) -> None:
        self._loop = loop
        self._on_packets = on_packets
        self._sockets: Dict[Ear, _Socket] = {}
        self._senders: Dict[Tuple[int, Family], Channel] = {}
        self._rest_length = _REST_MAX
        self._is_held = False

    def keep_pace(self, shortest_interval: Nanoseconds) -> None:
        """No router advertises more often than this."""
        self._rest_length = min(_REST_MAX, shortest_interval)

    # --- Sockets ---

    def listen(self, wanted: Listen) -> List[Failure]:
        """Open and close sockets; a failure names the one ear that could not be had."""
        for ear in set(self._sockets) - wanted.ears:
            self._close(ear)
        failures: List[Failure] = []
        for ear in wanted.ears - set(self._sockets):
            try:
                self._open(ear)
            except KernelError as error:
                failures.append((Listen(frozenset({ear})), str(error)))
        return failures

    def hold(self) -> None:
        """Have sockets, but leave what arrives where it is."""
        self._is_held = True

    def release(self, since: Nanoseconds) -> None:
        """Read everything that has arrived since then, which is all that somebody still needs."""
        self._is_held = False
        for one in self._sockets.values():
            one.channel.drop_before(since)
            self._loop.want_read(one.channel, True)
            self._loop.want_read(one.alarm, True)

    def sender(self, index: int, family: Family) -> Channel | None:
        """The socket through which to send by an interface."""
        return self._senders.get((index, family))

    def close(self) -> None:
        """Close all sockets."""
        self.listen(Listen(frozenset()))

    def _open(self, ear: Ear) -> None:
        channel = Channel(ear.index, ear.family, ear.mac)
        try:
            self._sockets[ear] = self._watch(ear, channel)
        except KernelError:
            channel.close()
            raise
        self._senders[ear.index, ear.family] = channel

    def _watch(self, ear: Ear, channel: Channel) -> _Socket:
        one = _Socket(ear, channel, Alarm(ear.index, ear.family))
        try:
            self._loop.on_readable(one.alarm, lambda: self._heed(one))
            self._loop.on_readable(channel, lambda: self._wake(one))
        except OSError as error:
            one.alarm.close()  # Which takes it out of the loop as well.
            raise KernelError(error.errno or 0, "cannot wait for packets") from None
        if self._is_held:
            self._loop.want_read(channel, False)
            self._loop.want_read(one.alarm, False)
        return one

    def _close(self, ear: Ear) -> None:
        one = self._sockets.pop(ear)
        del self._senders[ear.index, ear.family]
        for opened in (one.channel, one.alarm):
            self._loop.forget(opened)
            opened.close()

    # --- Reading ---

    def next_deadline(self) -> Nanoseconds | None:
        """When to call ``tend``."""
        return earliest(one.rests_until for one in self._sockets.values())

    def tend(self, now: Nanoseconds, everything: bool = False) -> None:
        """Read what has rested for long enough, or everything that rests."""
        for one in list(self._sockets.values()):
            if one.rests_until is not None and (everything or one.rests_until <= now):
                found, unfamiliar = self._read(one, now)
                if one.rests_until <= now:
                    is_usual = found < _FLOOD and not unfamiliar
                    self._rest_or_wake(one, now, found, is_usual)

    def _wake(self, one: _Socket) -> None:
        now = clock.now()
        if now - one.read_at < min(_SOON, self._rest_length):
            one.rests_until = now + min(_SOON, self._rest_length)
            self._loop.want_read(one.channel, False)
        else:
            self._read(one, now)

    def _heed(self, one: _Socket) -> None:
        one.alarm.silence()
        self._read(one, clock.now())

    def _rest_or_wake(self, one: _Socket, now: Nanoseconds, found: int, is_usual: bool) -> None:
        if found < _MANY:
            one.rests_until = None
            self._loop.want_read(one.channel, True)
        else:
            length = self._rest_length if is_usual else min(_SOON, self._rest_length)
            one.rests_until = now + length

    def _read(self, one: _Socket, now: Nanoseconds) -> Tuple[int, int]:
        one.read_at = now
        return self._on_packets(one.ear, one.channel)
