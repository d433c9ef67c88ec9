# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drain of a host as a whole."""

from __future__ import annotations

from typing import Any

from support.cluster import Cluster, Node, instance

WEB = instance()
DB = instance(name="db", vrid=52, addresses=["192.0.2.101/24"])
LATER = instance(name="later", vrid=53, addresses=["192.0.2.102/24"])


def with_priority(priority: int, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    """The instances, all with this priority."""
    return [{**entry, "priority": priority} for entry in entries]


def pair(first_has: list[dict[str, Any]], second_has: list[dict[str, Any]]) -> tuple[Node, Node]:
    """A host with priority 150 and one with 100, each with its instances."""
    cluster = Cluster()
    first, second = cluster.node(priority=150), cluster.node(priority=100)
    first.configure(*with_priority(150, *first_has))
    second.configure(*with_priority(100, *second_has))
    cluster.run(10)
    return first, second


def states(node: Node, *names: str) -> list[str]:
    """The states of instances."""
    return [node.status(name)["state"] for name in names]


def test_instances_that_come_later_are_drained_too_until_it_ends() -> None:
    first, second = pair([WEB, DB], [WEB, DB])
    assert first.set_intent("backup", name=None) == ""
    first.cluster.run(10)
    assert states(first, "web", "db") == ["BACKUP", "BACKUP"]
    second.configure(*with_priority(100, WEB, DB, LATER))
    first.configure(*with_priority(150, WEB, DB, LATER))
    first.cluster.run(10)
    assert states(first, "web", "db", "later") == ["BACKUP"] * 3
    assert first.status("later")["intent"] == "backup"
    assert first.status("later")["effective_priority"] == 1
    assert first.set_intent("auto", name=None) == ""
    first.cluster.run(10)
    assert states(first, "web", "db", "later") == ["MASTER"] * 3


def test_it_is_remembered_across_a_restart_and_a_hand_over() -> None:
    first, _second = pair([WEB], [WEB, DB])
    first.set_intent("backup", name=None)
    first.cluster.run(10)
    first.restart()
    first.cluster.run(10)
    first.hand_over()
    first.configure(*with_priority(150, WEB, DB))
    first.cluster.run(10)
    assert states(first, "web", "db") == ["BACKUP", "BACKUP"]
    assert first.engine.report.host_intent.kind.value == "backup"


def test_it_is_refused_as_a_whole_if_one_instance_would_have_no_master() -> None:
    first, second = pair([WEB, DB], [WEB])
    first.set_intent("backup", name=None)
    for _step in range(1000):
        first.cluster.run(0.01)
        assert first.serves("192.0.2.101")
        assert first.serves("192.0.2.100") or second.serves("192.0.2.100")
    assert states(first, "web", "db") == ["MASTER", "MASTER"]
    cause = "db would be left without a master: no other master was heard for 4.50 s"
    for name in ("web", "db"):
        found = first.status(name)
        assert found["intent"] == "auto"
        assert found["intent_change"]["outcome"] == "undone"
        assert found["intent_change"]["message"] == cause
    assert first.engine.report.host_intent.kind.value == "auto"


def test_all_instances_without_another_master_are_named() -> None:
    first, _second = pair([WEB, DB, LATER], [WEB])
    first.set_intent("backup", name=None)
    first.cluster.run(10)
    message = first.status()["intent_change"]["message"]
    assert message.startswith("db, later would be left without a master")


def test_a_backup_stays_backup_when_the_drain_of_its_host_is_undone() -> None:
    first, second = pair([WEB, DB], [WEB])
    second.configure({**WEB, "priority": 200})
    first.cluster.run(10)
    assert states(first, "web", "db") == ["BACKUP", "MASTER"]
    first.set_intent("backup", name=None)
    first.cluster.run(10)
    assert states(first, "web", "db") == ["BACKUP", "MASTER"]
    assert first.status("web")["intent"] == "auto"


def test_a_single_instance_is_not_taken_out_of_it() -> None:
    first, _second = pair([WEB, DB], [WEB, DB])
    first.set_intent("backup", name=None)
    first.cluster.run(10)
    assert first.set_intent("master", name="web") == "drained"
    assert first.set_intent("auto", name="web") == "drained"
    assert first.set_intent("backup", name="web") == "drained"
    assert states(first, "web", "db") == ["BACKUP", "BACKUP"]
    assert first.set_intent("master", name=None) == ""
    first.cluster.run(10)
    assert states(first, "web", "db") == ["MASTER", "MASTER"]


def test_a_host_without_instances_can_be_drained() -> None:
    first, _second = pair([WEB], [WEB, DB])
    first.configure()
    first.cluster.run(20)
    assert first.set_intent("backup", name=None) == ""
    first.configure(*with_priority(150, WEB, DB))
    first.cluster.run(10)
    assert states(first, "web", "db") == ["BACKUP", "BACKUP"]


def test_an_instance_that_was_drained_by_itself_stays_drained_when_that_of_the_host_fails() -> None:
    first, _second = pair([WEB, DB], [WEB])
    first.set_intent("backup", forced=True, name="web")
    first.cluster.run(10)
    first.set_intent("backup", name=None)
    first.cluster.run(10)
    assert states(first, "web", "db") == ["BACKUP", "MASTER"]
    assert (first.status("web")["intent"], first.status("web")["intent_forced"]) == ("backup", True)
    assert first.status("db")["intent"] == "auto"


def test_a_second_drain_while_the_first_is_under_way_leaves_what_was_there_before() -> None:
    first, _second = pair([{**WEB, "preempt": False}, DB], [WEB])
    first.set_intent("master", name="web")
    first.set_intent("backup", name=None)
    first.cluster.run(0.5)
    first.set_intent("backup", name=None)
    first.cluster.run(20)
    assert states(first, "web", "db") == ["MASTER", "MASTER"]
    assert first.status("web")["intent"] == "master"
