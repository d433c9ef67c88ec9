# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The times at which sockets are read: at once, after a pause, at once when a master leaves."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from _vrrp.engine.actions import OpenSockets, PacketSelection, SocketSpec
from _vrrp.model.family import Family
from _vrrp.runtime import clock, receiver
from _vrrp.runtime.receiver import Reading, Receiver

SPEC = SocketSpec(2, Family.IPV4)
MS = 1_000_000


class PriorityZeroSocket:
    """The socket for masters that leave."""

    def __init__(self, index: int, family: Family) -> None:
        self.drained = 0

    def accept(self, selection: PacketSelection) -> None:
        """Leave the choice to the other socket."""

    def drain(self) -> None:
        self.drained += 1

    def close(self) -> None:
        """Nothing to close."""


class VrrpSocket:
    """The socket of which all is read that arrived since a point in time."""

    since = 0

    def __init__(self) -> None:
        self.accepted: list[PacketSelection] = []
        self.refuses = False

    def accept(self, selection: PacketSelection) -> None:
        if self.refuses:
            raise OSError
        self.accepted.append(selection)

    def drop_before(self, at: int) -> None:
        self.since = at


class GroupNeighbours:
    """The neighbour entries, which have no turn here."""

    def set_sockets(self, opened: object, now: int) -> None: ...

    def next_deadline(self) -> None:
        return None

    def run_due(self, now: int) -> None: ...


class Loop:
    """The event loop: the handlers of the sockets, and whether each is watched."""

    def __init__(self) -> None:
        self.handlers: dict[bool, Callable[[], None]] = {}
        self.listens = True
        self.is_over = False

    def on_readable(self, source: object, handler: Callable[[], None]) -> None:
        self.handlers[isinstance(source, PriorityZeroSocket)] = handler

    def portion_is_over(self) -> bool:
        return self.is_over

    def want(self, source: object, read: bool = True) -> None:
        self.listens = read


class Stage:
    """A host with one channel: what waits there, and how many packets each reading found."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, is_paused: bool = False) -> None:
        self.now = 1000 * MS
        self.waiting = 0
        self.unmatched = 0
        self.most = 10_000
        self.arrived_at = 0
        self.read: list[int] = []
        self.loop = Loop()
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(receiver, "PriorityZeroSocket", PriorityZeroSocket)
        monkeypatch.setattr(receiver, "GroupNeighbours", GroupNeighbours)
        monkeypatch.setattr(receiver, "_SOON_AGAIN_MAX", 0)
        loop: Any = self.loop
        self.receiver = Receiver(loop, self._take)
        self.receiver.limit_delay(100 * MS)
        self.socket = VrrpSocket()
        monkeypatch.setattr(receiver, "VrrpSocket", lambda *_arguments: self.socket)
        if is_paused:
            self.receiver.pause()
        assert self.receiver.open_sockets(OpenSockets(frozenset({SPEC}))) == []

    def _take(self, spec: SocketSpec, opened: object) -> Reading:
        found = min(self.waiting, self.most)
        self.waiting -= found
        self.read.append(found)
        until = self.arrived_at or self.now
        return Reading(found, self.unmatched, not self.waiting, until)

    def arrive(self, count: int = 1) -> None:
        """Packets arrive; the loop calls if it listens."""
        self.waiting += count
        if self.loop.listens:
            self.loop.handlers[False]()

    def leave(self) -> None:
        """A master leaves."""
        self.waiting += 1
        self.loop.handlers[True]()

    def pass_time(self, length: int) -> None:
        """Time passes, and the loop tends to what is due."""
        end = self.now + length
        while (deadline := self.receiver.next_deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.receiver.run_due(self.now)
        self.now = end

    def rest(self) -> int:
        """Return how long the socket still pauses; fails when it doesn't."""
        deadline = self.receiver.next_deadline()
        assert deadline is not None
        return deadline - self.now


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


def test_few_packets_are_read_at_once(stage: Stage) -> None:
    for _time in range(5):
        stage.arrive()
        stage.pass_time(100 * MS)
    assert stage.read == [1, 1, 1, 1, 1]


def test_the_packets_of_an_election_are_not_delayed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "_SOON_AGAIN_MAX", 3)
    for _packet in range(5):
        stage.arrive()
        stage.now += MS
    assert stage.read == [1, 1, 1, 1]
    assert stage.rest() == 9 * MS


def test_many_packets_are_read_together(stage: Stage) -> None:
    stage.arrive()
    for _time in range(200):
        stage.arrive()
        stage.pass_time(MS)
    assert sum(stage.read) >= 100
    assert len(stage.read) <= 5


def test_a_socket_with_few_packets_after_a_delay_is_watched_again(stage: Stage) -> None:
    stage.arrive()
    stage.arrive()
    assert not stage.loop.listens
    stage.pass_time(30 * MS)
    assert stage.read == [1, 1]
    assert stage.loop.listens
    assert stage.receiver.next_deadline() is None


def test_a_delayed_socket_is_read_at_once_for_a_deadline(stage: Stage) -> None:
    stage.arrive()
    stage.arrive(30)
    stage.now += MS
    assert stage.read == [1]
    assert stage.receiver.read_until(stage.now)
    assert stage.read == [1, 30]
    assert stage.receiver.read_until(stage.now)
    assert stage.read == [1, 30]


@pytest.mark.finding("B4")
def test_a_flood_is_read_in_portions_as_far_as_a_deadline_demands(stage: Stage) -> None:
    stage.arrive()
    stage.most = 128
    stage.waiting, stage.arrived_at = 1000, stage.now + MS
    stage.now += 2 * MS
    stage.loop.is_over = True
    assert not stage.receiver.read_until(stage.now)
    assert stage.read == [1, 128]
    stage.arrived_at = stage.now
    assert stage.receiver.read_until(stage.now)
    assert stage.read == [1, 128, 128]
    assert stage.waiting == 744


def test_a_portion_ends_between_two_sockets(stage: Stage) -> None:
    both = frozenset({SPEC, SocketSpec(3, Family.IPV4)})
    stage.receiver.open_sockets(OpenSockets(both))
    stage.loop.is_over = True
    assert not stage.receiver.read_until(stage.now)
    assert stage.read == [0]
    assert stage.receiver.read_until(stage.now)
    assert stage.read == [0, 0]


def test_a_refused_filter_is_tried_again(stage: Stage) -> None:
    selection = PacketSelection(frozenset({51}), demands_ttl=True)
    wanted = OpenSockets(frozenset({SPEC}), {SPEC: selection})
    stage.socket.refuses = True
    stage.receiver.open_sockets(wanted)
    stage.socket.refuses = False
    stage.receiver.open_sockets(wanted)
    assert stage.socket.accepted == [selection]


def test_nothing_is_read_for_a_deadline_while_another_process_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, is_paused=True)
    stage.waiting = 3
    assert stage.receiver.read_until(stage.now)
    assert stage.read == []


def test_the_kernel_drops_all_packets_but_those_wanted(stage: Stage) -> None:
    selection = PacketSelection(frozenset({51}), demands_ttl=True)
    for _time in range(2):
        stage.receiver.open_sockets(OpenSockets(frozenset({SPEC}), {SPEC: selection}))
    assert stage.socket.accepted == [selection]


def test_priority_zero_is_received_during_a_delay(stage: Stage) -> None:
    stage.arrive()
    stage.arrive(30)
    stage.leave()
    assert stage.read == [1, 31]


def test_a_flood_shortens_the_delay(stage: Stage) -> None:
    stage.arrive()
    stage.arrive(5000)
    stage.pass_time(10 * MS)
    assert stage.read == [1, 5000]
    assert stage.rest() <= 10 * MS


def test_a_new_packet_shortens_the_delays(stage: Stage) -> None:
    stage.unmatched = 1
    stage.arrive()
    stage.arrive(100)
    stage.pass_time(10 * MS)
    assert stage.rest() <= 10 * MS


def test_a_delay_is_never_longer_than_an_advertisement_interval(stage: Stage) -> None:
    stage.receiver.limit_delay(10 * MS)
    stage.arrive()
    stage.arrive(100)
    stage.pass_time(10 * MS)
    assert stage.rest() <= 10 * MS


def test_packets_for_a_paused_receiver_stay_in_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, is_paused=True)
    stage.arrive(3)
    stage.pass_time(1000 * MS)
    assert stage.read == []
    stage.receiver.resume(stage.now - 5 * MS)
    stage.arrive()
    assert stage.read == [4]
    assert stage.socket.since == stage.now - 5 * MS
