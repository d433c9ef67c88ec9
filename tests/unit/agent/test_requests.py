# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests of control clients against a real engine."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from _vrrp.agent.requests import ControlRequests
from _vrrp.base.errors import ControlError
from _vrrp.control.protocol import Answer, encode_answer, parse_request
from _vrrp.engine.actions import SaveIntents
from _vrrp.runtime import clock
from support.agent_status import ABOUT
from support.cluster import Cluster, Node


def requests_to(node: Node) -> ControlRequests:
    """The requests to the agent of a node."""
    return ControlRequests(
        node.engine,
        about=lambda: ABOUT,
        perform=node.do,
        when_saved=lambda then: then("the disk is full" if node.refused else None),
        reload=lambda _at: True,
        restart=lambda reply: reply(Answer({"pid": 8})),
    )


def ask(node: Node, request: bytes) -> Any:
    """The answer to a line of the protocol."""
    replies: list[Any] = []
    answer = requests_to(node).handle(parse_request(request), replies.append)
    (given,) = replies if answer is None else [answer]
    return json.loads(b"".join(encode_answer(given)))


def set_intent(intent: str, **fields: bool | str) -> bytes:
    """A request for an intent of the instance web."""
    flags = "".join(f', "{name}": {str(value).lower()}' for name, value in fields.items())
    head = '{"version": 1, "command": "set-intent", "instance": "web"'
    return f'{head}, "intent": "{intent}"{flags}}}'.encode()


def pair(**settings: Any) -> tuple[Node, Node]:
    """A master with priority 200 and its backup, with these settings of the master."""
    cluster = Cluster()
    first, second = cluster.node(**{"priority": 200, **settings}), cluster.node(priority=100)
    cluster.run(10)
    return first, second


def test_a_dry_run_returns_the_outcome_and_changes_nothing() -> None:
    first, second = pair()
    answer = ask(second, set_intent("master", dry_run=True))
    (planned,) = answer["instances"]
    assert (answer["change"], planned["state"], planned["intent"]) == (0, "MASTER", "master")
    assert planned["master"] == second.status()["master"]
    assert (first.state, second.state) == ("MASTER", "BACKUP")
    assert second.status()["intent"] == "auto"
    assert second.status()["intent_change"] is None


def test_a_dry_run_of_a_forced_drain_says_that_it_is_forced() -> None:
    first, _second = pair()
    (planned,) = ask(first, set_intent("backup", force=True, dry_run=True))["instances"]
    assert (planned["state"], planned["intent_forced"]) == ("BACKUP", True)


def test_a_dry_run_forecasts_an_unchanged_state_for_a_router_in_initialize() -> None:
    cluster = Cluster()
    node = cluster.node()
    node.set_link(up=False)
    cluster.run(1)
    (planned,) = ask(node, set_intent("master", dry_run=True))["instances"]
    assert (planned["state"], planned["intent"]) == ("INITIALIZE", "master")


def test_a_dry_run_is_refused_as_the_change_itself() -> None:
    _owner, second = pair(priority=255)
    for flags in ({"dry_run": True}, {}):
        with pytest.raises(ControlError, match="can't be displaced") as refused:
            ask(second, set_intent("master", **flags))
        assert refused.value.code == "address_owner"


def test_a_dry_run_of_an_unknown_instance_is_refused() -> None:
    node = Cluster().node()
    with pytest.raises(ControlError, match="there is no instance db; this host has web"):
        ask(node, set_intent("master", dry_run=True).replace(b'"web"', b'"db"'))


def test_a_change_returns_its_number_and_its_instances() -> None:
    first, _second = pair()
    answer = ask(first, set_intent("backup"))
    assert (answer["change"], answer["not_saved"]) == (1, None)
    assert [one["label"] for one in answer["instances"]] == ["web"]


def test_the_status_says_since_when_an_intent_applies_and_who_has_set_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, _second = pair()
    assert (first.status()["intent_since"], first.status()["intent_by"]) == (None, None)
    moments = [datetime(2026, 11, 28, 0, 0, second, tzinfo=timezone.utc) for second in (0, 7)]
    monkeypatch.setattr(clock.WallClock, "at", lambda _clock, _now: moments[0])
    ask(first, set_intent("backup", by='"ops"'))
    shown = first.status()
    assert (shown["intent_since"], shown["intent_by"]) == ("2026-11-28T00:00:00+00:00", "ops")
    # The same intent once more, which applies since longer; another one is new.
    moments.reverse()
    ask(first, set_intent("backup", by='"night shift"'))
    assert first.status()["intent_by"] == "ops"
    ask(first, set_intent("auto", by='"night shift"'))
    shown = first.status()
    assert (shown["intent_since"], shown["intent_by"]) == (
        "2026-11-28T00:00:07+00:00",
        "night shift",
    )


@pytest.mark.finding("B7")
def test_an_intent_that_is_not_saved_is_taken_and_the_answer_says_so() -> None:
    first, _second = pair()
    first.refused = (SaveIntents,)
    answer = ask(first, set_intent("backup"))
    assert answer["not_saved"] == "the disk is full"
    assert first.status()["intent"] == "backup"


def test_a_status_of_an_unknown_instance_is_refused() -> None:
    node = Cluster().node()
    with pytest.raises(ControlError, match="there is no instance db"):
        ask(node, b'{"version": 1, "command": "status", "instances": ["web", "db"]}')


def test_a_restart_is_answered_through_the_reply_callback() -> None:
    replies: list[Any] = []
    request = parse_request(b'{"version": 1, "command": "restart"}')
    assert requests_to(Cluster().node()).handle(request, replies.append) is None
    assert replies == [Answer({"pid": 8})]
