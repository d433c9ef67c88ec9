# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of an intent: what is a change, its forecast, and when it counts as settled."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._control import move, wait
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import ControlError


def instance(**settings: Any) -> Any:
    return {
        "name": "web", "label": "web", "state": "BACKUP", "intent": "auto", "intent_forced": False,
        "reason": "why", "preempt": True, "effective_priority": 100,
        "master": {"address": "192.0.2.12", "priority": 150}, "sync_group": None, "tracked": [],
        "leaving": False,
        **settings,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("present", "state", "force", "change"),
    [
        ({}, "auto", False, False),
        ({}, "master", False, True),
        ({"intent": "master", "state": "MASTER"}, "master", False, False),
        ({"intent": "master"}, "master", False, True),
        ({"intent": "backup"}, "backup", False, False),
        ({"intent": "backup", "state": "INITIALIZE"}, "backup", False, False),
        ({"intent": "backup"}, "backup", True, True),
        ({"intent": "backup", "intent_forced": True}, "backup", True, False),
        ({"intent": "backup", "intent_forced": True}, "backup", False, True),
        ({"intent": "backup", "state": "MASTER"}, "backup", False, True),
        ({"intent": "master"}, "auto", False, True),
    ],
)
def test_a_move_is_needed_when_the_intent_or_the_state_differs(
    present: dict[str, Any], state: str, force: bool, change: bool
) -> None:
    assert move.needs_change(instance(**present), state, force) is change


@pytest.mark.parametrize(
    ("present", "state", "force", "change"),
    [
        (("auto", False), "auto", False, False),
        (("auto", False), "master", False, False),
        (("auto", False), "backup", False, True),
        (("backup", False), "backup", False, False),
        (("backup", False), "backup", True, True),
        (("backup", True), "backup", True, False),
        (("backup", False), "auto", False, True),
        (("backup", False), "master", False, True),
    ],
)
def test_a_host_needs_a_change_when_it_is_drained_or_is_to_be(
    present: tuple[str, bool], state: str, force: bool, change: bool
) -> None:
    agent: Any = {"intent": present[0], "intent_forced": present[1]}
    assert move.host_needs_change(agent, state, force) is change


def test_a_diff_shows_the_fields_that_a_move_changes() -> None:
    moved = instance(state="MASTER", intent="master")
    fields = {"state": "MASTER", "intent": "master", "intent_forced": False}
    assert move.summary([moved]) == {"web": fields}


@pytest.mark.parametrize(
    ("settings", "settled"),
    [
        ({"state": "MASTER", "master": None}, True),
        ({"state": "MASTER", "leaving": True}, False),
        ({"state": "INITIALIZE"}, False),
        ({"state": "INITIALIZE", "tracked": [{"fault": True}]}, True),
        ({"state": "INITIALIZE", "tracked": [{"fault": False}]}, False),
        ({"master": None}, False),
        ({}, True),
        ({"effective_priority": 200}, False),
        ({"effective_priority": 200, "preempt": False}, True),
    ],
)
def test_an_instance_has_settled_as_master_or_with_a_master_it_accepts(
    settings: dict[str, Any], settled: bool
) -> None:
    one = instance(**settings)
    assert wait.has_settled(one, [one]) is settled


@pytest.mark.finding("F7")
def test_a_tracked_check_keeps_all_of_a_sync_group_out() -> None:
    out = instance(state="INITIALIZE", sync_group="vip", tracked=[{"fault": True}])
    member = instance(state="INITIALIZE", sync_group="vip")
    other = instance(state="INITIALIZE")
    assert [wait.is_out_of_service(one, [out, member, other]) for one in (out, member, other)] == [
        True,
        True,
        False,
    ]


def test_a_timeout_names_the_last_obstacle() -> None:
    seen: Any = {"instances": [instance(master=None)]}
    with pytest.raises(ControlError) as caught:
        wait.wait_until(lambda: seen, wait.unsettled, 0)
    assert str(caught.value) == "after 0 seconds: web is BACKUP (why) and hears no master"


def test_a_wait_survives_an_agent_that_does_not_answer() -> None:
    away = ControlError("unreachable", "no agent")
    answers: Iterator[Any] = iter([away, {"instances": [instance()]}])

    def ask() -> Any:
        found = next(answers)
        if isinstance(found, ControlError):
            raise found
        return found

    assert wait.wait_until(ask, wait.unsettled, 5)["instances"][0]["name"] == "web"


def test_a_wait_ends_at_once_when_the_agent_refuses() -> None:
    def ask() -> Any:
        raise ControlError("unknown_instance", "there is no instance web")

    with pytest.raises(ControlError, match="there is no instance"):
        wait.wait_until(ask, wait.unsettled, 5)
