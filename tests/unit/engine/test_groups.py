# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sync groups among whole hosts; the second network is the same segment under another VRID."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from _vrrp.engine.actions import Install, Results, Send
from support.cluster import Cluster, Node, instance

INSIDE = {"name": "inside", "vrid": 52, "addresses": ["192.0.2.200/24"], "sync_group": "edge"}


def grouped(cluster: Cluster, **settings: Any) -> Node:
    """A host with two instances in one group."""
    inside = instance(**{**settings, **INSIDE})
    return cluster.node(inside, sync_group="edge", **settings)


def states(node: Node) -> tuple[str, str]:
    return node.state, str(node.status("inside")["state"])


def pair(**settings: Any) -> tuple[Cluster, Node, Node]:
    cluster = Cluster()
    first = grouped(cluster, priority=200, **settings)
    second = grouped(cluster, priority=150)
    cluster.run(10)
    assert states(first) == ("MASTER", "MASTER")
    assert states(second) == ("BACKUP", "BACKUP")
    return cluster, first, second


def test_a_member_that_is_ready_waits_for_the_others() -> None:
    cluster = Cluster()
    third = cluster.node(priority=250)
    cluster.run(5)
    node = grouped(cluster)
    cluster.run(20)
    assert third.state == "MASTER"
    assert states(node) == ("BACKUP", "BACKUP")
    third.connected = False
    cluster.run(5)
    assert states(node) == ("MASTER", "MASTER")


@pytest.mark.parametrize("patient", ["web", "inside"])
def test_a_group_preempts_only_when_all_of_its_members_do(patient: str) -> None:
    cluster = Cluster()
    second = grouped(cluster, priority=150)
    cluster.run(10)
    preempts = {name: name != patient for name in ("web", "inside")}
    inside = instance(**{**INSIDE, "priority": 200, "preempt": preempts["inside"]})
    first = cluster.node(inside, sync_group="edge", priority=200, preempt=preempts["web"])
    cluster.run(20)
    assert states(second) == ("MASTER", "MASTER")
    assert states(first) == ("BACKUP", "BACKUP")
    for name in ("web", "inside"):
        assert first.status(name)["preempt"] is False
    second.connected = False
    cluster.run(5)
    assert states(first) == ("MASTER", "MASTER")


def test_an_owner_preempts_together_with_its_group() -> None:
    cluster = Cluster()
    second = grouped(cluster, priority=150)
    cluster.run(10)
    inside = instance(**{**INSIDE, "priority": 200, "preempt": False})
    first = cluster.node(inside, sync_group="edge", priority=255)
    cluster.run(20)
    assert states(first) == ("MASTER", "MASTER")
    assert states(second) == ("BACKUP", "BACKUP")


def test_another_master_in_one_network_makes_the_whole_group_resign() -> None:
    cluster, first, _second = pair()
    cluster.node(priority=250)
    cluster.run(10)
    assert states(first) == ("BACKUP", "BACKUP")
    assert first.status("inside")["reason"].startswith("sync group edge: web follows another")


def test_members_resign_together_without_a_gap() -> None:
    cluster, first, second = pair()
    assert first.set_intent("backup") == ""
    for _step in range(300):
        cluster.run(0.01)
        assert first.serves("192.0.2.100") or second.serves("192.0.2.100")
        assert first.serves("192.0.2.200") or second.serves("192.0.2.200")
    assert states(second) == ("MASTER", "MASTER")
    assert first.status("inside")["intent"] == "backup"


def test_a_failed_drain_is_undone_for_all_members() -> None:
    cluster = Cluster()
    node = grouped(cluster)
    cluster.run(10)
    node.set_intent("backup", name="inside")
    cluster.run(10)
    assert states(node) == ("MASTER", "MASTER")
    for name in ("web", "inside"):
        assert node.status(name)["intent"] == "auto"
        assert node.status(name)["intent_change"]["outcome"] == "undone"
    assert node.serves("192.0.2.100")
    assert node.serves("192.0.2.200")


def test_a_group_stays_out_while_the_kernel_refuses_its_addresses() -> None:
    cluster, first, second = pair()
    first.set_intent("backup")
    cluster.run(5)
    first.set_intent("auto")
    first.refused = (Install,)
    second.connected = False
    cluster.run(5)
    assert set(states(first)) == {"INITIALIZE"}
    first.refused = ()
    cluster.run(20)
    assert states(first) == ("MASTER", "MASTER")


def test_what_a_group_lost_together_with_its_addresses_is_not_advertised_as_a_lower_priority() -> (
    None
):
    cluster = Cluster()
    rules = {"virtual_rules": [{"mark": 7, "table": 300, "priority": 1000}], "degraded_weight": 60}
    node = grouped(cluster, priority=200, **rules)
    cluster.run(10)
    installed = [one for one in node.done if isinstance(one, Install)]
    refused = [
        (one, "refused")
        for whole in installed
        for one in (replace(whole, resources=()), replace(whole, optional=()))
    ]
    actions = node.engine.completed(Results(refused), cluster.now)
    assert states(node) == ("INITIALIZE", "INITIALIZE")
    assert {one.message[2] for one in actions if isinstance(one, Send)} == {0}


def test_the_tracked_checks_of_one_member_count_for_all() -> None:
    check = {"interface": "eth9", "weight": -100}
    cluster = Cluster()
    inside = instance(**INSIDE, priority=200)
    node = cluster.node(inside, sync_group="edge", priority=200, track_interfaces=[check])
    other = grouped(cluster, priority=150)
    cluster.run(10)
    assert node.status("inside")["effective_priority"] == 100
    assert states(other) == ("MASTER", "MASTER")


def test_a_stop_makes_all_members_resign() -> None:
    cluster, first, second = pair()
    first.do(first.engine.stop(cluster.now))
    cluster.run(3)
    assert first.engine.stopped
    assert states(second) == ("MASTER", "MASTER")


def test_a_group_of_one_member_does_not_wait() -> None:
    cluster = Cluster()
    node = cluster.node(sync_group="alone")
    cluster.run(5)
    assert node.state == "MASTER"


def test_a_part_that_a_member_lacks_counts_for_the_whole_group() -> None:
    nowhere = [{"destination": "203.0.113.0/24", "via": "198.51.100.7"}]
    cluster = Cluster()
    lacking = {"virtual_routes": nowhere, "degraded_weight": 60}
    node = cluster.node(
        instance(priority=200, **INSIDE), priority=200, sync_group="edge", **lacking
    )
    cluster.run(10)
    assert states(node) == ("MASTER", "MASTER")
    assert node.status("inside")["degraded"] == []
    assert {one["effective_priority"] for one in node.every()} == {140}
