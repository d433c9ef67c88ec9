# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hooks among whole hosts: which run when, and what waits for them."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.engine.actions import Install, PollTargets, RunCommand, Send, SendFrames, Transition
from _vrrp.engine.commands.hooks import HookQueue, HookRun
from _vrrp.model.command import Command, CommandResult
from _vrrp.model.hook import Hook, HookTrigger
from support.cluster import Cluster, Node, instance, logs

MOMENTS = ("master", "backup", "initialize", "leaving_master")


def hooked(cluster: Cluster, *triggers: str, **settings: Any) -> Node:
    hooks = [{"event": trigger, "command": f"/bin/{trigger}", "timeout": 5} for trigger in triggers]
    return cluster.node(hooks=hooks, **settings)


def called(node: Node) -> list[str]:
    """The hooks that were started, in order."""
    runs = [one for one in node.done if isinstance(one, RunCommand)]
    return [str(one.command).removeprefix("/bin/") for one in runs]


def test_the_helper_is_kept_ready_as_long_as_an_instance_has_hooks() -> None:
    node = hooked(Cluster(), "leaving_master")
    node.configure(instance())
    targets = [one for one in node.done if isinstance(one, PollTargets)]
    assert [one.has_hooks for one in targets] == [True, False]


def test_each_hook_waits_for_the_one_before() -> None:
    cluster = Cluster()
    node = hooked(cluster, *MOMENTS)
    cluster.run(4.5)
    assert node.state == "MASTER"
    assert called(node) == ["backup"]
    node.finish()
    assert called(node) == ["backup", "master"]
    (_backup, master) = (one for one in node.done if isinstance(one, RunCommand))
    assert master.environment["VRRP_STATE"] == "MASTER"
    assert master.environment["VRRP_OLD_STATE"] == "BACKUP"
    assert master.environment["VRRP_INSTANCE"] == "web"


def test_a_hook_without_an_answer_is_given_up() -> None:
    cluster = Cluster()
    node = hooked(cluster, *MOMENTS)
    cluster.run(6.9)
    assert called(node) == ["backup"]
    cluster.run(0.2)
    assert called(node) == ["backup", "master"]
    assert node.status()["hooks"][1]["result"] == "no answer in time"


def leaving(**settings: Any) -> tuple[Cluster, Node, Node]:
    """A master that has a hook before it leaves, and a backup."""
    cluster = Cluster()
    first = hooked(cluster, "leaving_master", "master", priority=200, **settings)
    second = cluster.node(priority=150)
    cluster.run(10)
    first.finish()
    first.done.clear()
    return cluster, first, second


def test_a_drained_master_serves_until_the_leaving_hook_has_ended() -> None:
    cluster, first, second = leaving()
    first.set_intent("backup")
    cluster.run(4)
    assert called(first) == ["leaving_master"]
    assert first.serves()
    assert second.status()["master"]["priority"] == 200
    first.finish()
    cluster.run(1)
    assert (first.state, second.state) == ("BACKUP", "MASTER")
    assert called(first) == ["leaving_master"]


def test_a_hook_that_fails_or_hangs_does_not_prevent_the_resignation() -> None:
    cluster, first, second = leaving()
    first.set_intent("backup")
    first.finish(1)
    cluster.run(1)
    assert second.state == "MASTER"
    cluster, first, second = leaving()
    first.set_intent("backup")
    cluster.run(6.9)
    assert second.state == "BACKUP"
    cluster.run(1)
    assert second.state == "MASTER"


def test_a_master_that_hears_a_better_one_does_not_wait_for_hooks() -> None:
    cluster, first, _second = leaving()
    cluster.node(priority=250)
    cluster.run(5)
    assert first.state == "BACKUP"
    assert not first.serves()
    assert called(first) == ["leaving_master"]


def test_a_drain_that_is_undone_or_cancelled_runs_the_master_hooks_again() -> None:
    cluster = Cluster()
    node = hooked(cluster, "leaving_master", "master")
    cluster.run(5)
    node.finish()
    node.set_intent("backup")
    node.finish()
    cluster.run(5)
    assert node.status()["intent_change"]["outcome"] == "undone"
    assert called(node) == ["master", "leaving_master", "master"]
    node.finish()
    node.set_intent("backup")
    node.set_intent("auto")
    node.finish()
    assert called(node) == ["master", "leaving_master", "master", "leaving_master", "master"]
    cluster.run(10)
    assert node.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_a_stop_is_complete_when_the_hooks_have_run() -> None:
    cluster = Cluster()
    node = hooked(cluster, "leaving_master", "initialize")
    cluster.run(5)
    node.do(node.engine.stop(cluster.now))
    assert node.state == "MASTER"
    node.finish()
    cluster.run(5)
    assert node.state == "INITIALIZE"
    assert not node.engine.stopped
    node.finish()
    assert node.engine.stopped


def test_the_oldest_hooks_are_dropped_when_states_change_faster_than_hooks_run() -> None:
    cluster = Cluster()
    node = hooked(cluster, *MOMENTS)
    for _time in range(40):
        node.set_link(up=False)
        cluster.run(0.01)
        node.set_link(up=True)
        cluster.run(0.01)
    transitions = [one for one in node.done if isinstance(one, Transition)]
    assert len(transitions) > 60
    count = 0
    while node.running:
        node.finish()
        count += 1
    assert count == 17
    assert called(node)[-1] == "backup"


def test_a_hook_that_a_router_waits_for_is_never_dropped() -> None:
    triggers = (HookTrigger.LEAVING_MASTER, HookTrigger.BACKUP)
    hooks = [Hook(trigger, Command(("/bin/x",), "", 1)) for trigger in triggers]
    awaited = HookRun("web/ipv4", hooks[0], {}, 0, ticket=1)
    queue = HookQueue()
    assert queue.enqueue([awaited]) == []
    # The other family of the instance uses the same queue.
    others = [HookRun("web/ipv6", hooks[1], {}, number) for number in range(1, 21)]
    assert queue.enqueue(others) == others[:5]
    assert queue.start_next(1, 0) == awaited


def test_a_router_renamed_while_its_hooks_run_resigns() -> None:
    cluster, first, second = leaving()
    first.set_intent("backup")
    cluster.run(0.1)
    assert called(first) == ["leaving_master"]
    hooks = [{"event": "leaving_master", "command": "/bin/leaving_master", "timeout": 5}]
    first.configure(instance(name="shop", priority=200, hooks=hooks))
    cluster.run(2)
    assert second.state == "MASTER"
    assert first.status("shop")["state"] == "BACKUP"


def test_an_intent_does_not_cancel_a_stop() -> None:
    cluster, first, second = leaving()
    first.do(first.engine.stop(cluster.now))
    cluster.run(0.1)
    assert first.set_intent("auto") == ""
    first.finish()
    cluster.run(2)
    assert second.state == "MASTER"
    assert first.engine.stopped


def test_a_sync_group_resigns_together_when_the_last_hook_has_ended() -> None:
    cluster = Cluster()
    hooks = [{"event": "leaving_master", "command": "/bin/leaving_master", "timeout": 5}]
    nodes = []
    for priority in (200, 150):
        member = {"priority": priority, "sync_group": "edge"}
        db = instance(name="db", vrid=52, addresses=["192.0.2.101/24"], **member)
        nodes.append(cluster.node(db, hooks=hooks, **member))
    first, second = nodes
    cluster.run(10)
    first.set_intent("backup")
    # Without its mate the other could not take over, and would be given up after 4.5 s.
    cluster.run(4.8)
    assert [first.status(name)["state"] for name in ("web", "db")] == ["MASTER", "MASTER"]
    assert first.serves("192.0.2.101")
    first.finish()
    cluster.run(2)
    assert [second.status(name)["state"] for name in ("web", "db")] == ["MASTER", "MASTER"]
    assert [first.status(name)["state"] for name in ("web", "db")] == ["BACKUP", "BACKUP"]
    assert first.status()["intent"] == "backup"


def test_an_earlier_leaving_hook_does_not_end_a_later_resignation() -> None:
    cluster, first, second = leaving()
    for kind in ("backup", "auto", "backup"):
        first.set_intent(kind)
        cluster.run(0.1)
    for left in ("leaving_master", "master", "leaving_master"):
        assert called(first)[-1] == left
        assert (first.state, second.state) == ("MASTER", "BACKUP")
        first.finish()
        cluster.run(1)
    assert second.state == "MASTER"


@pytest.mark.finding("C1")
def test_no_hook_runs_on_a_host_that_can_not_add_its_addresses() -> None:
    cluster = Cluster()
    node = hooked(cluster, *MOMENTS)
    node.refused = (Install,)
    cluster.run(60)
    assert "master" not in called(node)
    assert "leaving_master" not in called(node)
    assert not [one for one in node.done if isinstance(one, Transition) and one.new == "MASTER"]
    assert not [one for one in node.done if isinstance(one, SendFrames)]
    assert node.status()["reason"] == "refused"


@pytest.mark.finding("C10")
def test_a_hook_runs_when_a_master_hears_another_of_lower_priority() -> None:
    cluster = Cluster()
    node = hooked(cluster, "lower_priority_master", priority=200)
    other = cluster.node(priority=100)
    other.connected = False
    for _tenth in range(60):
        cluster.run(0.1)
        other.do(other.engine.wakeup(cluster.now))
    assert (node.state, other.state, called(node)) == ("MASTER", "MASTER", [])
    other.connected = True
    other.set_intent("auto")  # It advertises at once.
    cluster.settle()
    assert other.state == "BACKUP"
    assert called(node) == ["lower_priority_master"]
    (run,) = (one for one in node.done if isinstance(one, RunCommand))
    assert run.environment["VRRP_STATE"] == "MASTER"
    what = "192.0.2.12 is master as well, with the lower priority 100"
    assert f"{what}: it does not hear this host, or has other settings" in logs(node)


@pytest.mark.finding("C12")
def test_a_peer_that_can_not_be_reached_is_logged_once_a_minute() -> None:
    cluster = Cluster()
    node = cluster.node(unicast_peers=["192.0.2.11", "192.0.2.12", "192.0.2.13"])
    cluster.run(5)
    node.refuses = lambda action: isinstance(action, Send) and action.destination[-1] == 13
    node.done.clear()
    cluster.run(59)
    assert node.state == "MASTER"
    assert logs(node) == ["refused"]


# --- Hooks that run again -------------------------------------------------------------------------


def retried(cluster: Cluster, trigger: str = "master", **settings: Any) -> Node:
    """A node with one hook, which runs again up to twice, three seconds after it has failed."""
    hook = {"event": trigger, "command": f"/bin/{trigger}", "retries": 2, "retry_delay": 3}
    return cluster.node(hooks=[hook], **settings)


def test_a_hook_that_fails_runs_again_after_its_delay() -> None:
    cluster = Cluster()
    node = retried(cluster)
    cluster.run(5)
    assert called(node) == ["master"]
    node.finish(1)
    assert node.status()["hooks"][0]["result"] == "exit status 1 (attempt 1 of 3)"
    cluster.run(2.9)
    assert called(node) == ["master"]
    cluster.run(0.2)
    assert called(node) == ["master"] * 2
    node.finish(1)
    cluster.run(3.1)
    node.finish(1)
    cluster.run(60)
    assert called(node) == ["master"] * 3
    assert logs(node)[-1] == "hook master /bin/master: exit status 1 (attempt 3 of 3)"


def test_a_hook_that_has_succeeded_does_not_run_again() -> None:
    cluster = Cluster()
    node = retried(cluster)
    cluster.run(5)
    node.finish(1)
    cluster.run(3.1)
    node.finish(0)
    cluster.run(60)
    assert called(node) == ["master"] * 2
    shown = node.status()["hooks"][0]
    assert shown["result"] == "exit status 0 (attempt 2 of 3)"
    assert (shown["exit_status"], shown["runs"], shown["failures"]) == (0, 2, 1)


def test_a_hook_does_not_run_again_for_a_state_that_has_passed() -> None:
    cluster = Cluster()
    hooks = [
        {"event": "master", "command": "/bin/master", "retries": 5},
        {"event": "initialize", "command": "/bin/initialize"},
    ]
    node = cluster.node(hooks=hooks)
    cluster.run(5)
    node.finish(1)
    node.set_link(up=False)
    cluster.run(0.1)
    assert called(node) == ["master", "initialize"]
    node.finish(0)
    cluster.run(60)
    assert called(node) == ["master", "initialize"]


@pytest.mark.parametrize("trigger", ["initialize", "fault"])
def test_a_hook_runs_again_beside_those_of_the_same_event(trigger: str) -> None:
    hooks = [
        {"event": event, "command": f"/bin/{event}", "retries": int(event == trigger)}
        for event in ("initialize", "fault")
    ]
    cluster = Cluster()
    node = cluster.node(hooks=hooks)
    cluster.run(5)
    node.set_link(up=False)
    cluster.run(0.1)
    for _hook in hooks:
        node.finish(int(called(node)[-1] == trigger))
        cluster.run(10)
    assert sorted(called(node)) == sorted(["initialize", "fault", trigger])


def test_a_resignation_waits_for_the_last_attempt_of_its_hook() -> None:
    cluster = Cluster()
    first = retried(cluster, "leaving_master", priority=200)
    second = cluster.node(priority=150)
    cluster.run(10)
    first.set_intent("backup")
    cluster.run(0.1)
    for _attempt in range(3):
        assert (first.state, second.state) == ("MASTER", "BACKUP")
        first.finish(1)
        cluster.run(3.1)
    assert second.state == "MASTER"
    assert called(first) == ["leaving_master"] * 3


def test_a_hook_of_the_other_family_does_not_keep_one_from_running_again() -> None:
    hook = Hook(HookTrigger.MASTER, Command(("/bin/x",), "", 1), retries=1, retry_delay=5)
    queue = HookQueue()
    queue.enqueue([HookRun("web/ipv4", hook, {}, 1)])
    queue.start_next(1, 0)
    queue.finish(1, CommandResult(1), 0)
    queue.enqueue([HookRun("web/ipv6", hook, {}, 2)])
    again = queue.start_next(2, 5)
    assert again is not None
    assert (again.router, again.attempt) == ("web/ipv4", 2)
