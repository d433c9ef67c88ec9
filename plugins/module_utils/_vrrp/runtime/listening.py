# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""When packets are read: at once while they are few, and many in one go when they are many.

A network driver does the same with its interrupts: a wake-up costs as much as fifty packets. A
socket that wakes the agent twice within a tick is left alone until the tick is over, then read
whenever a tick is over, until one finds it empty. One that had many packets when it was read last
is likely to have a burst of them again, so that is let come before it is read. A tick is short
beside every advertisement interval, so nobody takes it for silence, and whoever is going to
conclude something from a deadline reads everything before. This module is PRIVATE to the
collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict

from ..base.units import Nanoseconds, earliest, milliseconds
from ..engine.actions import Ear
from ..linux.channel import Channel
from . import clock
from .loop import Loop

OnPackets = Callable[[Ear, Channel], int]

_TICK_MAX = milliseconds(10)
_TICKS_IN_INTERVAL = 8
_BURSTS_IN_TICK = 4
_MANY = 16


@dataclass
class _Socket:
    ear: Ear
    channel: Channel
    read_at: Nanoseconds = 0
    rests_until: Nanoseconds | None = None
    had_many: bool = False
    is_busy: bool = False


class Listening:
    """``on_packets`` reads what waits at an ear, and gives how many packets it were."""

    def __init__(self, loop: Loop, on_packets: OnPackets) -> None:
        self._loop = loop
        self._on_packets = on_packets
        self._sockets: Dict[Ear, _Socket] = {}
        self._tick = _TICK_MAX

    def keep_pace(self, shortest_interval: Nanoseconds) -> None:
        """No advertisements come more often than this."""
        self._tick = min(_TICK_MAX, shortest_interval // _TICKS_IN_INTERVAL)

    def add(self, ear: Ear, channel: Channel) -> None:
        """Read this one, too."""
        one = self._sockets[ear] = _Socket(ear, channel)
        self._loop.on_readable(channel, lambda: self._wake(one))

    def remove(self, ear: Ear) -> None:
        """Don't read it any more; call it before closing it."""
        self._loop.forget(self._sockets.pop(ear).channel)

    def next_deadline(self) -> Nanoseconds | None:
        """When to call ``tend``."""
        return earliest(one.rests_until for one in self._sockets.values())

    def tend(self, now: Nanoseconds, everything: bool = False) -> None:
        """Read what has rested for long enough, or everything that rests."""
        for one in list(self._sockets.values()):
            if one.rests_until is not None and (everything or one.rests_until <= now):
                self._read_rested(one, now)

    def _wake(self, one: _Socket) -> None:
        now = clock.now()
        one.is_busy = now - one.read_at < self._tick
        if one.is_busy:
            self._rest(one, one.read_at + self._tick)
        elif one.had_many:
            self._rest(one, now + self._tick // _BURSTS_IN_TICK)
        else:
            self._read(one, now)

    def _rest(self, one: _Socket, until: Nanoseconds) -> None:
        one.rests_until = until
        self._loop.want_read(one.channel, False)

    def _read_rested(self, one: _Socket, now: Nanoseconds) -> None:
        one.is_busy &= self._read(one, now) > 0
        one.rests_until = now + self._tick if one.is_busy else None
        if not one.is_busy:
            self._loop.want_read(one.channel, True)

    def _read(self, one: _Socket, now: Nanoseconds) -> int:
        found = self._on_packets(one.ear, one.channel)
        one.read_at = now
        one.had_many = found >= _MANY if found else one.had_many
        return found
