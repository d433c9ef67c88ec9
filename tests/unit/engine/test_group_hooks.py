# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hooks of whole sync groups."""

from __future__ import annotations

from typing import Any

from _vrrp.engine.actions import RunCommand
from support.cluster import Cluster, Node, instance


def calls(node: Node) -> list[RunCommand]:
    """The hooks that were started, in order."""
    return [one for one in node.done if isinstance(one, RunCommand)]


def called(node: Node) -> list[str]:
    return [str(one.command).removeprefix("/bin/") for one in calls(node)]


def grouped(cluster: Cluster, *triggers: str, **settings: Any) -> Node:
    """A node with a group of two, of which the first one has hooks of the group."""
    hooks = [{"event": one, "command": f"/bin/{one}", "group": True} for one in triggers]
    other = instance(name="db", vrid=52, addresses=["192.0.2.101/24"], sync_group="edge")
    return cluster.node(other, hooks=hooks, sync_group="edge", **settings)


def states_of(node: Node) -> list[tuple[str, str]]:
    """The old and the new state that each hook was called with."""
    return [
        (one.environment["VRRP_OLD_STATE"], one.environment["VRRP_STATE"]) for one in calls(node)
    ]


def test_a_hook_of_a_group_runs_once_when_all_members_have_the_state() -> None:
    cluster = Cluster()
    node = grouped(cluster, "master", "backup", "initialize", "fault")
    cluster.run(10)
    while node.running:
        node.finish()
    assert called(node) == ["backup", "master"]
    assert states_of(node) == [("INITIALIZE", "BACKUP"), ("BACKUP", "MASTER")]
    node.done.clear()
    node.set_link(up=False)
    cluster.run(1)
    while node.running:
        node.finish()
    assert called(node) == ["initialize", "fault"]
    assert states_of(node) == [("MASTER", "INITIALIZE")] * 2
    reasons = [one.environment["VRRP_REASON"] for one in calls(node)]
    assert reasons == ["eth0 is down"] * 2


def test_a_hook_of_a_group_ends_no_retry_of_an_instance() -> None:
    cluster = Cluster()
    hooks = [
        {"event": "master", "command": "/bin/own", "retries": 2, "retry_delay": 3},
        {"event": "master", "command": "/bin/group", "group": True},
    ]
    node = cluster.node(hooks=hooks, sync_group="edge")
    cluster.run(5)
    for _run in range(4):
        node.finish(int(called(node)[-1] == "own"))
        cluster.run(4)
    assert called(node) == ["own", "own", "own", "group"]


def test_the_hooks_of_a_group_run_once_for_both_families() -> None:
    cluster = Cluster()
    node = grouped(cluster, "master", addresses=["192.0.2.100/24", "2001:db8::100/64"])
    node.add_foreign("fe80::11/64")
    cluster.run(10)
    assert called(node) == ["master"]
