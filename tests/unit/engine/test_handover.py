# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handover of the state: the new engine continues as the old one would have."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from _vrrp.base.errors import NOT_INHERITED, NOT_RESTARTED, ControlError
from _vrrp.engine.actions import (
    Action,
    Install,
    Log,
    OpenSockets,
    PollTargets,
    Remove,
    Results,
    RunCommand,
    SaveRecoveries,
    Send,
    SocketSpec,
    Transition,
)
from _vrrp.engine.engine import Engine
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.engine.host.observed import Observed
from _vrrp.model.config import build_config
from _vrrp.model.family import Family
from _vrrp.model.intent import Intent, IntentKind, Intents
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.cluster import MS, Cluster, Node, instance
from support.fast_path_pair import INSTANCES, FastPathPair, events, links, play

CONFIG = build_config({"instances": INSTANCES})
handovers = st.one_of(events, st.just([("hand over",)]))


class Lineage(FastPathPair):
    """``fast`` is replaced by its heir now and then, ``full`` never."""

    def hand_over(self) -> str:
        """Hand over; returns the code of a refusal."""
        try:
            state = json.loads(json.dumps(self.fast.export_state()))
        except ControlError as error:
            return error.code
        new_engine = Engine()
        new_engine.enter_standby()
        new_engine.host_changed(Observed({"eth0": self._link()}), self.now)
        new_engine.reconfigure(CONFIG, self.now)
        done = new_engine.import_state(state, self._intents(), self.now)
        assert is_silent(done)
        self.fast = new_engine
        self.compare([], [])
        return ""

    def instances(self) -> list[dict[str, Any]]:
        """The instances as the engine that is never replaced shows them."""
        found: list[dict[str, Any]] = self.shown_by(self.full)["instances"]
        return found

    def _link(self) -> Link:
        """The interface as an heir finds it, with the addresses of the masters."""
        held = [one for one in self.instances() if one["state"] == "MASTER"]
        addresses = [LinkAddress(bytes([192, 0, 2, one["vrid"]]), 24) for one in held]
        link = links(self.up)["eth0"]
        return replace(link, addresses=(*link.addresses, *addresses))

    def _intents(self) -> Intents:
        kinds = {one["name"]: IntentKind(one["intent"]) for one in self.instances()}
        return Intents(by_name={name: Intent(kind) for name, kind in kinds.items()})

    def compare(self, fast: list[Action], full: list[Action]) -> None:
        """All but remarks for the log: an heir does not know what was said already."""
        super().compare(without_logs(fast), without_logs(full))

    def shown_by(self, engine: Engine) -> Any:
        """All but what became of the last change of an intent: it is not handed on."""
        status = super().shown_by(engine)
        for one in status["instances"]:
            del one["intent_change"]
        return status


def without_logs(actions: list[Action]) -> list[Action]:
    """Return the actions that are not log lines."""
    return [one for one in actions if not isinstance(one, Log)]


@settings(max_examples=300, deadline=None)
@example([[("stretch", 11, 110, 5)], [("hand over",)], [("stretch", 11, 110, 2)]])
@given(st.lists(handovers, min_size=1, max_size=6))
def test_a_new_engine_continues_as_the_old_one_would_have(
    drawn: list[list[tuple[Any, ...]]],
) -> None:
    lineage = Lineage()
    for event in (event for stretch in drawn for event in stretch):
        if event == ("hand over",):
            lineage.hand_over()
        else:
            play(lineage, event)


def master(**settings: Any) -> tuple[Cluster, Node]:
    """A master with a backup, settled."""
    cluster = Cluster()
    first = cluster.node(priority=200, **settings)
    cluster.node(priority=100)
    cluster.run(5)
    assert first.state == "MASTER"
    return cluster, first


def is_silent(actions: list[Action]) -> bool:
    """Whether nothing of it is seen outside, or changes an address."""
    return not [one for one in actions if isinstance(one, (Send, Install, Remove, Transition))]


def test_a_new_engine_takes_over_the_observations() -> None:
    tracked = {"track_scripts": [{"command": "/bin/check", "weight": -20, "fall": 3}],
               "track_files": [{"path": "/run/load", "weight": -1}],
               "track_processes": [{"name": "haproxy", "weight": 5}]}  # fmt: skip
    cluster = Cluster()
    node = cluster.node(priority=200, **tracked)
    node.do(node.engine.files_changed({"/run/load": "7"}, cluster.now))
    node.do(node.engine.processes_changed({"haproxy": 1}, cluster.now))
    cluster.run(0)
    node.finish(1)
    cluster.run(5)
    assert (node.state, node.status()["effective_priority"]) == ("MASTER", 178)
    assert is_silent(node.hand_over())
    assert (node.state, node.status()["effective_priority"]) == ("MASTER", 178)
    assert [one["up"] for one in node.status()["tracked"]] == [False, True, True]


def test_a_handover_keeps_the_owners_own_address() -> None:
    cluster = Cluster()
    owner = Node(cluster, 90, instance(priority=255))
    cluster.nodes.append(owner)
    cluster.run(5)
    assert is_silent(owner.hand_over())
    owner.do(owner.engine.stop(cluster.now))
    cluster.run(5)
    assert owner.serves()


def test_a_handover_keeps_which_addresses_the_owner_added() -> None:
    cluster = Cluster()
    owner = cluster.node(priority=255)
    cluster.run(5)
    assert is_silent(owner.hand_over())
    owner.do(owner.engine.stop(cluster.now))
    cluster.run(5)
    assert not owner.serves()


def test_a_new_engine_keeps_a_hold() -> None:
    cluster, first = master()
    second = cluster.nodes[1]
    second.set_intent("master")
    cluster.run(5)
    assert (second.state, second.status()["effective_priority"]) == ("MASTER", 201)
    assert is_silent(second.hand_over())
    cluster.run(5)
    assert (first.state, second.state) == ("BACKUP", "MASTER")
    assert second.status()["effective_priority"] == 201


def test_an_engine_that_is_stopping_or_has_a_resigning_router_refuses_an_export() -> None:
    cluster, first = master()
    cluster.nodes[1].connected = False
    first.set_intent("backup")
    with pytest.raises(ControlError, match="web is giving up mastership"):
        first.engine.export_state()
    first.do(first.engine.stop(cluster.now))
    with pytest.raises(ControlError, match="the agent is stopping"):
        first.engine.export_state()


def test_an_export_is_refused_while_a_hook_runs() -> None:
    cluster, first = master(hooks=[{"event": "master", "command": "/bin/hook"}])
    with pytest.raises(ControlError, match="a hook is still running"):
        first.engine.export_state()
    first.finish()
    assert is_silent(first.hand_over())
    cluster.run(5)
    assert first.running == []  # It has not become master a second time.


def test_a_new_engine_counts_unsent_advertisements_as_silence() -> None:
    cluster, first = master()
    first.refused = (Send,)
    cluster.run(2)  # Two advertisements: the peers do not believe it dead yet.
    first.refused = ()
    first.hand_over()
    cluster.now += 1500 * MS
    first.do(first.engine.wakeup(cluster.now))
    assert first.status()["reason"].startswith("could not advertise for longer than the peers")


def test_an_engine_without_its_sockets_refuses_an_import() -> None:
    cluster, first = master()
    state = first.engine.export_state()
    new_engine = Engine()
    new_engine.enter_standby()
    new_engine.host_changed(first.kernel.observed(), cluster.now)
    new_engine.reconfigure(first.config, cluster.now)
    listen = OpenSockets(frozenset((SocketSpec(7, Family.IPV4),)))
    new_engine.completed(Results([(listen, "no room for it")]), cluster.now)
    with pytest.raises(ControlError, match="web: no room for it") as caught:
        new_engine.import_state(state, Intents(), cluster.now)
    assert caught.value.code == NOT_RESTARTED


def test_an_engine_with_other_instances_refuses_an_import() -> None:
    cluster, first = master()
    state = first.engine.export_state()
    new_engine = Engine()
    new_engine.enter_standby()
    new_engine.reconfigure(CONFIG, cluster.now)
    with pytest.raises(ControlError) as caught:
        new_engine.import_state(state, Intents(), cluster.now)
    assert caught.value.code == NOT_INHERITED


def test_a_stopping_engine_refuses_an_import() -> None:
    cluster, first = master()
    new_engine = Engine()
    new_engine.enter_standby()
    new_engine.reconfigure(first.config, cluster.now)
    new_engine.stop(cluster.now)
    with pytest.raises(ControlError, match="the new process is stopping"):
        new_engine.import_state(first.engine.export_state(), Intents(), cluster.now)


def test_a_stopped_standby_does_not_change_the_host() -> None:
    cluster, first = master()
    assert first.serves()
    new_engine = Engine()
    new_engine.enter_standby()
    new_engine.host_changed(first.kernel.observed(), cluster.now)
    new_engine.reconfigure(first.config, cluster.now)
    assert new_engine.stop(cluster.now) == []
    assert new_engine.stopped
    done = new_engine.host_changed(first.kernel.observed(), cluster.now)
    assert [one for one in done if isinstance(one, (Remove, SaveRecoveries))] == []


def test_a_standby_runs_no_script_and_polls_no_target() -> None:
    tracked = {"track_scripts": [{"command": "/bin/check"}]}
    cluster = Cluster()
    first = cluster.node(**tracked)
    first.finish()
    state = first.engine.export_state()
    new_engine = Engine()
    new_engine.enter_standby()
    new_engine.host_changed(first.kernel.observed(), cluster.now)
    before = new_engine.reconfigure(first.config, cluster.now) + new_engine.wakeup(cluster.now)
    assert not [one for one in before if isinstance(one, (RunCommand, PollTargets))]
    after = new_engine.import_state(state, Intents(), cluster.now)
    assert {type(one) for one in after} >= {RunCommand, PollTargets}


def test_the_time_until_a_peer_takes_over_counts_from_the_last_advertisement() -> None:
    cluster, first = master()  # The interval is 1 s, and a peer with priority 254 waits 3.008 s.
    until = first.engine.peer_takeover_at()
    deadline = first.engine.next_deadline()
    assert until is not None
    assert deadline is not None
    assert until - deadline == 2_007_812_500
    assert cluster.nodes[1].engine.peer_takeover_at() is None
