# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operator's intents: drains, holds and their refusals."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import SaveIntents
from support.cluster import Cluster, Node, instance, logs, masters, pair


def test_a_drained_master_resigns_and_stays_backup() -> None:
    cluster, first, second = pair()
    first.set_intent("backup")
    assert first.serves()
    cluster.run(0.6)
    assert first.state == "MASTER"
    assert first.serves()
    cluster.run(20)
    assert (first.state, second.state) == ("BACKUP", "MASTER")
    assert first.status()["effective_priority"] == 1
    assert first.status()["reason"] == "drained by the operator"


@pytest.mark.finding("F22")
def test_all_instances_of_a_host_are_drained_in_one_step() -> None:
    cluster = Cluster()
    web, db = instance(), instance(name="db", vrid=52, addresses=["192.0.2.101/24"])
    first = cluster.node(priority=150)
    second = cluster.node(priority=100)
    first.configure({**web, "priority": 150}, {**db, "priority": 150})
    second.configure({**web, "priority": 100}, {**db, "priority": 100})
    cluster.run(10)
    assert first.set_intent("backup", name=None) == ""
    cluster.run(10)
    drained = [first.status("web"), first.status("db")]
    assert [(one["state"], one["intent"]) for one in drained] == [("BACKUP", "backup")] * 2
    assert len({one["intent_change"]["number"] for one in drained}) == 1
    assert first.set_intent("auto", name=None) == ""
    cluster.run(10)
    assert [first.status(name)["state"] for name in ("web", "db")] == ["MASTER"] * 2


def test_a_drained_router_takes_over_when_no_other_master_is_heard() -> None:
    cluster, first, second = pair()
    first.set_intent("backup")
    cluster.run(10)
    second.connected = False
    cluster.run(10)
    assert first.state == "MASTER"
    assert first.status()["intent"] == "backup"


def test_a_forced_drain_keeps_a_router_out_when_no_other_master_is_heard() -> None:
    cluster, first, second = pair()
    first.set_intent("backup", forced=True)
    cluster.run(10)
    second.connected = False
    cluster.run(20)
    assert first.state == "BACKUP"


def test_a_drain_is_undone_when_no_other_host_takes_over() -> None:
    cluster, first, second = pair()
    second.connected = False
    first.set_intent("backup")
    cluster.run(4.4)
    assert first.status()["intent"] == "backup"
    cluster.run(0.2)
    status = first.status()
    assert (status["state"], status["intent"]) == ("MASTER", "auto")
    assert status["effective_priority"] == 150
    assert status["intent_change"]["outcome"] == "undone"
    assert first.serves()
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_the_last_claim_wins() -> None:
    cluster, first, second = pair()
    third = cluster.node(priority=50)
    cluster.run(5)
    for node in (second, third, first, third):
        assert node.set_intent("master") == ""
        cluster.run(2)
        assert masters(cluster) == [cluster.nodes.index(node) + 1]
    assert [node.status()["intent"] for node in cluster.nodes] == ["auto", "auto", "master"]
    assert second.status()["intent_change"]["outcome"] == "superseded"


def test_a_claim_bids_just_above_the_master() -> None:
    cluster, _first, second = pair()
    second.set_intent("master")
    cluster.run(1)
    assert second.status()["effective_priority"] == 151
    second.set_intent("auto")
    cluster.run(10)
    assert masters(cluster) == [1]
    assert second.status()["effective_priority"] == 100


def test_a_holder_is_not_preempted() -> None:
    cluster, first, second = pair()
    second.set_intent("master")
    cluster.run(1)
    first.configure(instance(priority=200))
    cluster.run(20)
    assert masters(cluster) == [2]
    assert second.status()["effective_priority"] == 201
    assert second.status()["intent"] == "master"


def test_a_priority_one_above_a_holder_that_never_bid_is_no_claim() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200)
    second = cluster.node(priority=199)
    first.connected = False
    cluster.run(10)
    assert second.state == "MASTER"
    second.set_intent("master")
    cluster.run(5)
    first.plug_in_again()
    cluster.run(10)
    assert masters(cluster) == [2]
    assert second.status()["intent"] == "master"


def test_a_known_peer_that_raises_its_priority_claims_from_a_holder_that_never_bid() -> None:
    cluster, first, second = pair()
    first.set_intent("backup")
    cluster.run(10)
    assert masters(cluster) == [2]
    first.set_intent("master")
    cluster.run(10)
    for _again in range(2):
        second.set_intent("master")
        cluster.run(1)
        # 150 + 1: the holder did not bid 152, which this host would have had to answer with 153.
        assert second.status()["effective_priority"] == 151
        assert [node.status()["intent"] for node in cluster.nodes] == ["auto", "master"]
        second.set_intent("auto")
        cluster.run(10)
        assert masters(cluster) == [1]
        first.set_intent("master")
        cluster.run(1)


def test_an_owner_preempts_even_with_preempt_false() -> None:
    cluster = Cluster()
    owner = cluster.node(priority=255, preempt=False)
    cluster.node(priority=100)
    cluster.run(5)
    owner.set_intent("backup")
    cluster.run(10)
    assert masters(cluster) == [2]
    owner.set_intent("auto")
    cluster.run(10)
    assert masters(cluster) == [1]


def test_a_holder_yields_to_the_owner_of_the_addresses() -> None:
    cluster, first, second = pair()
    second.set_intent("master")
    cluster.run(1)
    first.configure(instance(priority=255))
    cluster.run(20)
    assert masters(cluster) == [1]


def test_an_intent_for_an_unknown_instance_or_beyond_any_priority_is_refused() -> None:
    cluster = Cluster()
    cluster.node(priority=100)
    owner = cluster.node(priority=255)
    cluster.run(5)
    assert cluster.nodes[0].set_intent("master") == "address_owner"
    owner.configure(instance(priority=254))
    cluster.run(5)
    assert cluster.nodes[0].set_intent("master") == "outbid"
    assert cluster.nodes[0].set_intent("master", name="nothing") == "unknown_instance"
    assert cluster.nodes[0].status()["intent"] == "auto"


def test_every_intent_but_auto_is_saved() -> None:
    cluster, first, _second = pair()
    first.set_intent("master")
    first.set_intent("auto")
    kept = [one.intents for one in first.done if isinstance(one, SaveIntents)]
    assert [sorted(intents.by_name) for intents in kept] == [["web"], []]
    cluster.run(1)


def test_a_stop_serves_until_a_successor_is_heard() -> None:
    cluster, first, second = pair()
    first.do(first.engine.stop(cluster.now))
    cluster.run(0.6)
    assert first.serves()
    assert not first.engine.stopped
    cluster.run(0.1)
    assert first.engine.stopped
    assert not first.serves()
    assert second.serves()


def held_on_first() -> tuple[Cluster, Node, Node]:
    """A hold on the host of priority 150, whose check lowers that to 90; the other has 100."""
    cluster, first, second = pair()
    first.configure(instance(priority=150, track_files=[{"path": "/run/load", "weight": -60}]))
    first.do(first.engine.files_changed({"/run/load": "0"}, cluster.now))
    first.set_intent("master")
    cluster.run(5)
    assert masters(cluster) == [1]
    return cluster, first, second


@pytest.mark.finding("C2")
def test_a_hold_waits_while_a_check_lowers_the_priority() -> None:
    cluster, first, _second = held_on_first()
    first.do(first.engine.files_changed({"/run/load": "1"}, cluster.now))
    cluster.run(10)
    assert masters(cluster) == [2]
    assert (first.status()["intent"], first.status()["effective_priority"]) == ("master", 90)
    first.do(first.engine.files_changed({"/run/load": "0"}, cluster.now))
    cluster.run(3)
    assert masters(cluster) == [1]


@pytest.mark.finding("C2")
def test_a_new_hold_waits_for_the_health_of_its_host() -> None:
    cluster, first, second = held_on_first()
    first.do(first.engine.files_changed({"/run/load": "1"}, cluster.now))
    second.set_intent("master")
    cluster.run(10)
    assert first.set_intent("master") == ""
    cluster.run(10)
    assert masters(cluster) == [2]
    first.do(first.engine.files_changed({"/run/load": "0"}, cluster.now))
    cluster.run(3)
    assert masters(cluster) == [1]


@pytest.mark.finding("C3")
def test_a_remembered_hold_honours_the_start_up_delay() -> None:
    cluster = Cluster()
    cluster.node(priority=200)
    held = cluster.node(priority=100, startup_delay=60)
    held.set_intent("master")
    held.restart()
    cluster.run(59.9)
    assert masters(cluster) == [1]
    cluster.run(1.2)
    assert masters(cluster) == [2]


@pytest.mark.finding("C4")
def test_the_status_says_why_a_hold_ended_also_after_a_restart() -> None:
    cluster, first, second = pair()
    first.set_intent("master")
    cluster.run(1)
    first.hand_over()
    second.set_intent("master")
    cluster.run(2)
    assert masters(cluster) == [2]
    change = first.status()["intent_change"]
    # The new process does not know that 151 is more than the other's own, and bids 152 once.
    assert (first.status()["intent"], change["outcome"]) == ("auto", "superseded")
    assert change["message"] == "192.0.2.12 claimed mastership with priority 153"
    assert "the hold is released: 192.0.2.12 claimed mastership with priority 153" in logs(first)
