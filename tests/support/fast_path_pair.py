# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two engines that take different ways, the same inputs, and the same outcome."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from _vrrp.base.errors import ControlError
from _vrrp.engine.actions import (
    Action,
    OpenSockets,
    Provision,
    SaveRecoveries,
    SendBatch,
    SocketSpec,
)
from _vrrp.engine.engine import Engine
from _vrrp.engine.fast_path.fast_path import FastPath
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.engine.host.observed import Observed
from _vrrp.model.config import build_config
from _vrrp.model.family import Family
from _vrrp.model.intent import Intent, IntentKind
from _vrrp.wire.advertisement import Advertisement, encode
from _vrrp.wire.datagram import Datagram
from hypothesis import strategies as st
from support.cluster import MS, WALL, instance
from support.completion import completed

GROUP = bytes([224, 0, 0, 18])
SPEC = SocketSpec(7, Family.IPV4)
OWN = LinkAddress(bytes([192, 0, 2, 12]), 24)
LINK = Link(7, "eth0", True, bytes([2, 0, 0, 0, 0, 2]), (OWN,))
VRIDS = (51, 52, 53)
INSTANCES = [
    instance(name=f"i{vrid}", vrid=vrid, addresses=[f"192.0.2.{vrid}/24"], priority=priority,
             advertisement_interval=0.1, announce_delay=0.2, preempt_delay=delay)
    for vrid, priority, delay in ((51, 100, 0), (52, 150, 0), (53, 120, 0.3))
]  # fmt: skip


def links(up: bool) -> dict[str, Link]:
    """The interface, with its cable or without."""
    return {"eth0": Link(7, "eth0", up, LINK.mac, LINK.addresses)}


class NoFastPath(FastPath):
    """A fast path that no router enters."""

    def learn(self, *_arguments: object) -> None:
        """Leave a backup on the full path."""

    def join_slot(self, *_arguments: object) -> None:
        """Leave a master on the full path."""


class FastPathPair:
    """``fast`` takes the short way where there is one, ``full`` never does."""

    def __init__(self, entries: list[dict[str, Any]] = INSTANCES) -> None:
        self.now = 1000 * 1000 * MS
        self.fast, self.full = Engine(), Engine(fast_path=NoFastPath())
        self.up = True
        self.both("host_changed", Observed({"eth0": LINK}))
        self.both("reconfigure", build_config({"instances": entries}))
        self.fast_count = 0

    def both(self, method: str, *arguments: Any) -> None:
        """Let the same happen to both."""
        done = [
            completed(engine, getattr(engine, method)(*arguments, self.now), self.now)
            for engine in self._engines
        ]
        self.compare(*done)

    @property
    def _engines(self) -> tuple[Engine, Engine]:
        return self.fast, self.full

    def hear(self, vrid: int, host: int, priority: int) -> None:
        """An advertisement arrives."""
        source = bytes([192, 0, 2, host])
        text = Advertisement(3, vrid, priority, 100 * MS, (bytes([192, 0, 2, vrid]),))
        datagram = Datagram(source, GROUP, 255, encode(text, source, GROUP))
        packet = (source, datagram.message)
        strange = list(self.fast.unmatched_packets(SPEC, [packet], [self.now]))
        self.fast_count += not strange
        short = self.fast.receive_datagram(SPEC, datagram, self.now, packet) if strange else []
        long = self.full.receive_datagram(SPEC, datagram, self.now)
        self.compare(completed(self.fast, short, self.now), completed(self.full, long, self.now))

    def set_intent(self, name: str, kind: str) -> None:
        """The operator wants something."""
        done: list[Any] = []
        for engine in self._engines:
            try:
                actions = engine.set_intent(name, Intent(IntentKind(kind)), self.now)[1]
                done.append(completed(engine, actions, self.now))
            except ControlError as error:
                done.append(error.code)
        if isinstance(done[0], str):
            assert done[0] == done[1]
        else:
            self.compare(*done)

    def pull(self) -> None:
        """The cable is pulled, or plugged in again."""
        self.up = not self.up
        self.both("host_changed", Observed(links(self.up)))

    def pass_time(self, until: int) -> None:
        """Wake both whenever either of them wants to be woken."""
        while True:
            deadlines = [engine.next_deadline() for engine in self._engines]
            due = min((one for one in deadlines if one is not None), default=until)
            if due >= until:
                self.now = until
                return
            self.now = max(self.now, due)
            self.both("wakeup")

    def next_batch(self) -> SendBatch:
        """Return the batch that is sent at the next deadline."""
        deadline = self.fast.next_deadline()
        assert deadline is not None
        self.now = deadline
        fast, full = (
            completed(engine, engine.wakeup(deadline), deadline) for engine in self._engines
        )
        self.compare(fast, full)
        (action,) = (one for one in fast if isinstance(one, SendBatch))
        return action

    def compare(self, fast: list[Action], full: list[Action]) -> None:
        """Assert that both did the same, and are in the same state."""
        assert by_router(fast) == by_router(full)
        assert self.shown_by(self.fast) == self.shown_by(self.full)

    def shown_by(self, engine: Engine) -> Any:
        """The status of an engine."""
        return engine.status(self.now, WALL)


def by_router(actions: list[Action]) -> dict[str, list[Action]]:
    """Return the actions of each router, in order, with batches taken apart; without those that
    belong to no router.
    """
    found: dict[str, list[Action]] = defaultdict(list)
    for action in actions:
        if isinstance(action, SendBatch):
            for send in action.sends:
                found[send.router].append(send)
        elif not isinstance(action, (OpenSockets, Provision, SaveRecoveries)):
            found[getattr(action, "router", "")].append(action)
    return found


hearing = st.tuples(
    st.just("hear"),
    st.sampled_from(VRIDS),
    st.sampled_from((11, 13)),
    st.sampled_from((0, 110, 110, 130, 200, 200)),
)
repeated_stretch = st.tuples(
    st.just("stretch"), st.sampled_from((11, 13)), st.sampled_from((110, 200)), st.integers(2, 12)
)
events = st.lists(
    st.one_of(
        repeated_stretch,
        repeated_stretch,
        hearing,
        st.tuples(st.just("pass"), st.integers(0, 700)),
        st.tuples(st.just("oversleep"), st.integers(300, 5000)),
        st.tuples(st.just("want"), st.sampled_from(VRIDS), st.sampled_from(list(IntentKind))),
        st.tuples(st.just("pull")),
    ),
    min_size=1,
    max_size=25,
)


def play(pair: FastPathPair, event: tuple[Any, ...]) -> None:
    """Let one of the drawn events happen."""
    kind, *details = event
    if kind == "hear":
        pair.hear(*details)
    elif kind == "stretch":
        host, priority, times = details
        for _time in range(times):
            for vrid in VRIDS:
                pair.hear(vrid, host, priority)
            pair.pass_time(pair.now + 100 * MS)
    elif kind == "pass":
        pair.pass_time(pair.now + details[0] * MS)
    elif kind == "oversleep":
        pair.now += details[0] * MS
        pair.both("wakeup")
    elif kind == "want":
        pair.set_intent(f"i{details[0]}", details[1].value)
    else:
        pair.pull()
