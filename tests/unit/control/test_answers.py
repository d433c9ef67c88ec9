# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of a program that runs as the agent's user and is none, or is of another version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from _vrrp.control.answers import fit, parse_answer, refusal
from _vrrp.model.status import HookStatus, IntentAnswer, Status, TransitionMessage
from support.cluster import Cluster

AGENT: dict[str, Any] = {"bundle": None, "config": "c", "pid": 7}


def instance() -> dict[str, Any]:
    """The status of an instance, as an agent has it."""
    cluster = Cluster()
    node = cluster.node()
    cluster.run(5)
    found: dict[str, Any] = json.loads(json.dumps(node.status()))
    return found


def test_the_status_of_an_agent_stays_as_it_is() -> None:
    answer = {"agent": AGENT, "instances": [instance()]}
    assert fit(answer, Status) == answer
    assert fit({"change": 3, "not_saved": None, **answer}, IntentAnswer)["change"] == 3


def test_unknown_fields_are_left_out() -> None:
    junk: dict[str, Any] = {"big": [[]] * 1000, "ansible_facts": {"vrrp_output": "/x"}}
    answer = {"agent": {**AGENT, **junk}, "instances": [{**instance(), **junk}], **junk}
    assert fit(answer, Status) == {"agent": AGENT, "instances": [instance()]}


def test_a_field_of_a_later_version_may_be_missing() -> None:
    without = instance()
    del without["degraded"], without["settings"]["preferred_lifetime"]
    assert fit({"agent": AGENT, "instances": [without]}, Status)["instances"] == [without]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"label": None}, "no str"),
        ({"vrid": "51"}, "no int"),
        ({"vrid": True}, "no int"),
        ({"addresses": "192.0.2.100/24"}, "no "),
        ({"addresses": [1]}, "no str"),
        ({"master": {"address": 3}}, "none of its kinds"),
        ({"settings": []}, "no SettingsStatus"),
        ({"counters": {"dropped": "many"}}, "no int"),
    ],
)
def test_a_field_of_another_kind_makes_no_status(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        fit({"agent": AGENT, "instances": [{**instance(), **changes}]}, Status)


@pytest.mark.parametrize(
    "answer",
    [
        {"agent": AGENT},
        {"agent": {}, "instances": []},
        {"agent": [], "instances": []},
        {"instances": []},
        {"agent": AGENT, "instances": {}},
        {"agent": AGENT, "instances": [{"label": "web"}]},
        {"agent": AGENT, "instances": ["web"]},
        7,
    ],
)
def test_what_lacks_what_every_status_has_is_none(answer: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        fit(answer, Status)


def test_nothing_in_an_answer_reaches_a_terminal_but_visible_characters() -> None:
    hostile = "\x1b]0;owned\x07\nPLAY RECAP"
    answer = fit({"agent": AGENT, "instances": [{**instance(), "reason": hostile}]}, Status)
    assert answer["instances"][0]["reason"] == "?]0;owned??PLAY RECAP"
    message = fit({"label": "web", "old": "A", "new": "B", "cause": hostile}, TransitionMessage)
    assert message["cause"] == "?]0;owned??PLAY RECAP"
    assert fit({"event": "\x9b1m", "command": "x"}, HookStatus)["event"] == "?1m"
    code, text = refusal({"error": {"code": "\x1b[1m", "message": "one\ntwo\x1b"}})
    # An error may have several lines, such as the problems of a configuration.
    assert (code, text) == ("?[1m", "one\ntwo?")


@pytest.mark.parametrize("answer", [{}, {"error": "none"}, {"error": {"code": 1, "message": []}}])
def test_a_refusal_without_a_reason_is_one_all_the_same(answer: dict[str, Any]) -> None:
    assert all(isinstance(one, str) for one in refusal(answer))


LINES = [b"7", b"[]", b"{", b"[" * 100_000, b"\xff", b'{"a": %s}' % (b"1" * 5000)]


@pytest.mark.parametrize("line", LINES, ids=len)
def test_a_line_that_makes_no_sense_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_answer(line)


def test_a_line_of_more_values_than_any_agent_sends_is_refused() -> None:
    # Eight megabytes of these took half a gigabyte of memory.
    with pytest.raises(ValueError, match="too many values"):
        parse_answer(b'{"big": [' + b"[]," * 600_000 + b"1]}")
