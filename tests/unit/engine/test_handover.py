# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An engine that goes on where another left off is what that one would have been."""

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
    RunCommand,
    Send,
    SocketSpec,
    Transition,
)
from _vrrp.engine.engine import Engine
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.model.config import build_config
from _vrrp.model.family import Family
from _vrrp.model.intent import Intent, IntentKind
from cluster import MS, Cluster, Node, instance
from fast_path_pair import INSTANCES, FastPathPair, events, links, play
from hypothesis import given, settings
from hypothesis import strategies as st

CONFIG = build_config({"instances": INSTANCES})
renewals = st.one_of(events, st.just([("renew",)]))


class Lineage(FastPathPair):
    """``steady`` is replaced by its heir now and then, ``full`` never."""

    def renew(self) -> str:
        """Let an heir go on; gives the code of the refusal, if it is a bad moment."""
        try:
            estate = json.loads(json.dumps(self.steady.export_state()))
        except ControlError as error:
            return error.code
        heir = Engine()
        heir.enter_standby()
        heir.links_changed({"eth0": self._link()}, self.now)
        heir.reconfigure(CONFIG, self.now)
        done = heir.import_state(estate, self._intents(), self.now)
        assert tells_nobody(done)
        self.steady = heir
        self._compare([], [])
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

    def _intents(self) -> dict[str, Intent]:
        return {one["name"]: Intent(IntentKind(one["intent"])) for one in self.instances()}

    def _compare(self, steady: list[Action], full: list[Action]) -> None:
        """All but remarks for the log: an heir does not know what was said already."""
        super()._compare(without_notes(steady), without_notes(full))

    def shown_by(self, engine: Engine) -> Any:
        """All but what became of the last change of an intent: it is not handed on."""
        status = super().shown_by(engine)
        for one in status["instances"]:
            del one["intent_change"]
        return status


def without_notes(actions: list[Action]) -> list[Action]:
    """What is done besides telling the log."""
    return [one for one in actions if not isinstance(one, Log)]


@settings(max_examples=300, deadline=None)
@given(st.lists(renewals, min_size=1, max_size=6))
def test_an_heir_goes_on_as_if_nothing_had_happened(drawn: list[list[tuple[Any, ...]]]) -> None:
    lineage = Lineage()
    for event in (event for stretch in drawn for event in stretch):
        if event == ("renew",):
            lineage.renew()
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


def tells_nobody(actions: list[Action]) -> bool:
    """Whether nothing of it is seen outside, or changes an address."""
    return not [one for one in actions if isinstance(one, (Send, Install, Remove, Transition))]


def test_what_is_tracked_is_known_to_the_heir() -> None:
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
    assert tells_nobody(node.renew())
    assert (node.state, node.status()["effective_priority"]) == ("MASTER", 178)
    assert [one["up"] for one in node.status()["tracked"]] == [False, True, True]


def test_the_address_of_an_owner_stays_its_own() -> None:
    cluster = Cluster()
    owner = Node(cluster, 90, instance(priority=255))
    cluster.nodes.append(owner)
    cluster.run(5)
    assert tells_nobody(owner.renew())
    owner.do(owner.engine.stop(cluster.now))
    cluster.run(5)
    assert owner.serves()


def test_an_address_that_the_owner_added_goes_with_it() -> None:
    cluster = Cluster()
    owner = cluster.node(priority=255)
    cluster.run(5)
    assert tells_nobody(owner.renew())
    owner.do(owner.engine.stop(cluster.now))
    cluster.run(5)
    assert not owner.serves()


def test_an_heir_of_a_master_that_is_held_by_a_wish_holds_it_too() -> None:
    cluster, first = master()
    second = cluster.nodes[1]
    second.want("master")
    cluster.run(5)
    assert (second.state, second.status()["effective_priority"]) == ("MASTER", 201)
    assert tells_nobody(second.renew())
    cluster.run(5)
    assert (first.state, second.state) == ("BACKUP", "MASTER")
    assert second.status()["effective_priority"] == 201


def test_who_is_about_to_leave_is_not_replaced() -> None:
    cluster, first = master()
    cluster.nodes[1].connected = False
    first.want("backup")
    with pytest.raises(ControlError, match="web is about to hand over"):
        first.engine.export_state()
    first.do(first.engine.stop(cluster.now))
    with pytest.raises(ControlError, match="the agent is stopping"):
        first.engine.export_state()


def test_a_hook_is_waited_for() -> None:
    cluster, first = master(hooks=[{"event": "master", "command": "/bin/hook"}])
    with pytest.raises(ControlError, match="a hook has not ended yet"):
        first.engine.export_state()
    first.finish()
    assert tells_nobody(first.renew())
    cluster.run(5)
    assert first.running == []  # It has not become master a second time.


def test_what_could_not_be_sent_counts_as_silence_for_the_heir_too() -> None:
    cluster, first = master()
    first.refused = (Send,)
    cluster.run(2)  # Two advertisements: the peers do not believe it dead yet.
    first.refused = ()
    first.renew()
    cluster.now += 1500 * MS
    first.do(first.engine.wakeup(cluster.now))
    assert first.status()["reason"] == "was paused longer than the peers wait for a master"


def test_who_could_not_have_what_it_needs_does_not_inherit() -> None:
    cluster, first = master()
    estate = first.engine.export_state()
    heir = Engine()
    heir.enter_standby()
    heir.links_changed({"eth0": first.link}, cluster.now)
    heir.reconfigure(first.config, cluster.now)
    heir.failed(
        OpenSockets(frozenset((SocketSpec(7, Family.IPV4),))), "no room for it", cluster.now
    )
    with pytest.raises(ControlError, match="web: no room for it") as caught:
        heir.import_state(estate, {}, cluster.now)
    assert caught.value.code == NOT_RESTARTED


def test_who_reads_the_configuration_otherwise_does_not_inherit() -> None:
    cluster, first = master()
    estate = first.engine.export_state()
    heir = Engine()
    heir.enter_standby()
    heir.reconfigure(CONFIG, cluster.now)
    with pytest.raises(ControlError) as caught:
        heir.import_state(estate, {}, cluster.now)
    assert caught.value.code == NOT_INHERITED


def test_who_was_told_to_stop_does_not_inherit() -> None:
    cluster, first = master()
    heir = Engine()
    heir.enter_standby()
    heir.reconfigure(first.config, cluster.now)
    heir.stop(cluster.now)
    with pytest.raises(ControlError, match="told to stop"):
        heir.import_state(first.engine.export_state(), {}, cluster.now)


def test_nothing_is_run_or_looked_at_before_there_is_something_to_inherit() -> None:
    tracked = {"track_scripts": [{"command": "/bin/check"}]}
    cluster = Cluster()
    first = cluster.node(**tracked)
    first.finish()
    estate = first.engine.export_state()
    heir = Engine()
    heir.enter_standby()
    heir.links_changed({"eth0": first.link}, cluster.now)
    before = heir.reconfigure(first.config, cluster.now) + heir.wakeup(cluster.now)
    assert not [one for one in before if isinstance(one, (RunCommand, PollTargets))]
    after = heir.import_state(estate, {}, cluster.now)
    assert {type(one) for one in after} >= {RunCommand, PollTargets}


def test_peers_wait_for_so_long() -> None:
    cluster, first = master()  # The interval is 1 s, and a peer with priority 254 waits 3.008 s.
    until = first.engine.peer_takeover_at()
    deadline = first.engine.next_deadline()
    assert until is not None
    assert deadline is not None
    assert until - deadline == 2_007_812_500
    assert cluster.nodes[1].engine.peer_takeover_at() is None
