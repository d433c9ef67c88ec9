# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control protocol: well-formed requests, and an answer to everything else."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from _vrrp.base.errors import ConfigError, ControlError, Problem
from _vrrp.control import protocol
from _vrrp.model.intent import Intent, IntentKind
from hypothesis import given
from hypothesis import strategies as st


def parse(**message: Any) -> protocol.Request:
    return protocol.parse_request(json.dumps({"version": 1, **message}).encode())


def test_well_formed_requests_are_read() -> None:
    assert parse(command="status") == protocol.Request("status")
    assert parse(command="status", instances=["web"]).instances == ("web",)
    assert parse(command="reload").command == "reload"
    assert parse(command="reload", at=1.8e9).at == 1.8e9
    assert parse(command="watch").command == "watch"
    wanted = parse(command="set-intent", instance="web", intent="backup", force=True)
    assert (wanted.instance, wanted.intent) == ("web", Intent(IntentKind.BACKUP, True))
    wanted = parse(command="set-intent", instance="web", intent="master", force=True)
    assert wanted.intent == Intent(IntentKind.MASTER, False)
    assert parse(command="set-intent", intent="auto", by="ops, change 7").by == "ops, change 7"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "the request is not JSON"),
        (b"\xff", "the request is not JSON"),
        (b"[" * 100_000, "the request is not JSON"),
        (b"7", "the request is not a JSON object"),
        (b'{"version": ' + b"1" * 60_000 + b"}", "the request is not JSON"),
        (b"{}", "unknown protocol version; this agent speaks 1"),
        (b'{"version": 2, "command": "status"}', "unknown protocol version; this agent speaks 1"),
        (
            b'{"version": 1}',
            "command: None is not one of status, set-intent, watch, reload, restart",
        ),
        (b'{"version": 1, "command": []}', "command: [] is not one of"),
        (b'{"version": 1, "command": "reload", "now": true}', "now: reload has no such field"),
        (b'{"version": 1, "command": "status", "instances": "web"}', "instances: not a list"),
        (b'{"version": 1, "command": "set-intent", "instance": 7}', "instance: not a name"),
        (
            b'{"version": 1, "command": "set-intent", "instance": "web", "intent": "off"}',
            "intent: 'off' is not auto, master or backup",
        ),
        (
            b'{"version": 1, "command": "set-intent", "instance": "a", "intent": [], "force": 1}',
            "force: not true or false",
        ),
        (
            b'{"version": 1, "command": "set-intent", "intent": "auto", "by": "\\u001b[2J"}',
            "by: not a name of at most 100 printable characters",
        ),
        (
            b'{"version": 1, "command": "set-intent", "intent": "auto", "by": "'
            + b"x" * 101
            + b'"}',
            "by: not a name of at most 100 printable characters",
        ),
    ],
)
def test_a_malformed_request_is_refused_with_its_problem(line: bytes, why: str) -> None:
    with pytest.raises(ControlError) as caught:
        protocol.parse_request(line)
    assert why in str(caught.value)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_line_raises_anything_but_control_error(line: bytes) -> None:
    with contextlib.suppress(ControlError):
        protocol.parse_request(line)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


@given(st.dictionaries(st.sampled_from(["command", "instances", "instance", "intent"]), values))
def test_no_object_raises_anything_but_control_error(message: dict[str, Any]) -> None:
    with contextlib.suppress(ControlError):
        parse(**message)


def test_an_answer_has_the_fields_of_a_success_or_a_failure() -> None:
    assert protocol.success(a=1) == {"version": 1, "ok": True, "a": 1}
    refused = protocol.failure(ControlError("forbidden", "no"))
    assert refused == {"version": 1, "ok": False, "error": {"code": "forbidden", "message": "no"}}
    wrong = protocol.failure(ConfigError([Problem("instances[0].vrid", "256 is not in 1..255")]))
    assert wrong["error"] == {
        "code": "invalid_config",
        "message": "instances[0].vrid: 256 is not in 1..255",
        "problems": [{"path": "instances[0].vrid", "text": "256 is not in 1..255"}],
    }
