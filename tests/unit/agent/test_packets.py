# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Received packets on their way to the engine, of a socket that is not one of the kernel's."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.agent.packets import Packets
from _vrrp.engine.actions import SocketSpec
from _vrrp.engine.engine import Engine
from _vrrp.linux.vrrp_socket import Arrivals
from _vrrp.model.family import Family
from _vrrp.runtime import backlog
from _vrrp.wire.datagram import Datagram

SPEC = SocketSpec(2, Family.IPV4)


class Loop:
    """The event loop, whose portions have no end."""

    def portion_is_over(self) -> bool:
        return False


class VrrpSocket:
    """A socket that has received this."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals

    def receive(self, *_arguments: object) -> Arrivals:
        return self._arrivals

    def parse(self, packet: bytes, wall: int) -> Datagram:
        return Datagram(bytes(4), bytes(4), 255, packet, wall)

    def origin(self, packet: bytes) -> tuple[int, bytes]:
        return packet[1], packet[:1]


def packets(engine: Engine | None = None) -> Packets:
    loop: Any = Loop()
    return Packets(engine or Engine(), loop, lambda actions: None)


def test_all_is_read_until_the_last_time_stamp_that_was_seen() -> None:
    opened: Any = VrrpSocket(Arrivals([], [], False, 7))
    assert packets().read(SPEC, opened).until == 7


def test_a_packet_without_actions_may_make_a_deadline_earlier() -> None:
    # Priority 0 asks a backup for nothing but to wait for less time.
    performed: list[Any] = []
    loop: Any = Loop()
    handling = Packets(Engine(), loop, performed.append)
    opened: Any = VrrpSocket(Arrivals([b"abc"], [0], True))
    handling.read(SPEC, opened)
    handling.run_due(0)
    assert performed == [[]]


def test_dropped_packets_are_counted_on_from_what_another_process_has_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "_PACKETS_OF_A_SOURCE_MAX", 2)
    engine = Engine()
    opened: Any = VrrpSocket(Arrivals([b"abc"] * 3, [0] * 3, True))
    packets(engine).read(SPEC, opened)
    assert engine.report.counters["dropped"] == 1
    packets(engine).read(SPEC, opened)
    assert engine.report.counters["dropped"] == 2


class Waiting:
    """Packets of which all are expected, and those that begin with R are authentic."""

    def __init__(self) -> None:
        self.handled: list[bytes] = []
        self.dropped = 0
        self.waiting = self

    def unmatched_packets(self, _spec: object, received: Any, _times: object) -> Any:
        return received

    def is_expected(self, *_arguments: object) -> bool:
        return True

    def is_forged(self, _spec: object, _vrid: int, parse: Any) -> bool:
        return not parse().message.startswith(b"R")

    def note(self, *_arguments: object) -> None:
        pass

    def note_dropped(self, count: int) -> None:
        self.dropped += count

    def receive_datagram(self, _spec: object, datagram: Datagram, *_rest: object) -> list[Any]:
        self.handled.append(datagram.message)
        return []


def test_forged_packets_of_a_master_keep_no_real_one_waiting() -> None:
    engine: Any = Waiting()
    # The source of a packet is its first byte here; the forged ones are of the same source.
    forged, real = [b"F%03d" % number for number in range(1000)], b"R"
    opened: Any = VrrpSocket(Arrivals([*forged, real], [0] * 1001, True))
    opened.origin = lambda _packet: (51, b"master")
    handling = packets(engine)
    handling.read(SPEC, opened)
    assert handling.handle_expected()
    assert engine.handled == [b"R"]
    assert engine.dropped == 1000 - 512


def test_before_a_hand_over_little_time_is_spent_on_what_no_deadline_depends_on() -> None:
    engine: Any = Waiting()
    opened: Any = VrrpSocket(Arrivals([b"F%03d" % number for number in range(9)], [0] * 9, True))
    opened.origin = lambda _packet: (51, b"master")
    loop: Any = Loop()
    loop.begin_portion = lambda: None
    handling = Packets(engine, loop, lambda actions: None)
    handling.read(SPEC, opened)
    receiver: Any = Loop()
    receiver.read_until = lambda _until: True
    handling.handle_all(receiver, 0)  # That was long ago.
    assert engine.handled == []
    assert engine.dropped == 9
