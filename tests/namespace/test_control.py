# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control socket of a running agent: who may read, who may change, and what can't harm it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.routers import AGENT, Agent, instance
from support.segment import Segment, eventually

# Debian's own: every user can run it.
PYTHON = "/usr/bin/python3"
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.fixture
def public(segment: Segment) -> Path:
    """A directory that everybody can reach, in place of the test's own."""
    segment.directory = segment.open_directory()
    return segment.directory


@pytest.fixture
def agent(segment: Segment, public: Path) -> Agent:
    """An agent that serves, with a socket that everybody can reach."""
    started = Agent(segment.host(), instance()).start()
    started.wait_for("MASTER")
    return started


def say(agent: Agent, line: bytes) -> dict[str, Any]:
    """Send a line as it is; returns the answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        client.connect(str(agent.socket))
        client.sendall(line)
        answer: dict[str, Any] = json.loads(client.makefile("rb").readline())
        return answer


def as_nobody(agent: Agent, *groups: str) -> list[str]:
    """The beginning of a vrrpctl command that an unprivileged user runs."""
    identity = [word for word in NOBODY if not groups or word != "--clear-groups"]
    return [*identity, *groups, PYTHON, "-m", "_vrrp", "ctl", "--socket", str(agent.socket)]


def outcome(agent: Agent, command: list[str]) -> tuple[int, str]:
    """Run a command on the agent's host; returns its exit status and its output."""
    errors = agent.directory / "errors"
    with errors.open("w") as file:
        status = agent.host.start(*command, stdout=file, stderr=file).wait(10)
    return status, errors.read_text()


def test_a_status_has_the_documented_fields(agent: Agent) -> None:
    answer = say(agent, b'{"version": 1, "command": "status"}\n')
    assert answer["version"] == 1
    assert answer["agent"]["bundle"] is None
    (web,) = answer["instances"]
    expected = {
        "name", "interface", "family", "vrid", "state", "reason", "intent", "priority",
        "effective_priority", "addresses", "master", "since", "transitions", "counters",
    }  # fmt: skip
    assert expected <= set(web)
    assert set(web["master"]) == {"address", "priority", "advertisement_interval"}


def test_a_client_takes_the_whole_status_of_an_agent(agent: Agent) -> None:
    """Nothing of it is unknown to the client, or of another type than it expects."""
    sent = say(agent, b'{"version": 1, "command": "status"}\n')
    taken = json.loads(agent.ctl("status", "--json").stdout)
    assert keys_of(taken) == keys_of({name: sent[name] for name in taken})
    assert {"agent", "instances", "counters"} <= taken.keys()


def keys_of(value: Any) -> Any:
    """The names of all fields, without their values."""
    if isinstance(value, dict):
        return {name: keys_of(one) for name, one in value.items()}
    return [keys_of(one) for one in value] if isinstance(value, list) else None


def test_an_unprivileged_user_may_read_and_may_not_change(agent: Agent) -> None:
    assert outcome(agent, [*as_nobody(agent), "status"])[0] == 0
    for command in (["backup", "web"], ["reload"]):
        status, errors = outcome(agent, [*as_nobody(agent), *command])
        assert (status, errors) == (
            1,
            "vrrpctl: permission denied: changes need root or membership in the group of the "
            "control socket, which is vrrp-operators after an installation\n",
        )
    assert agent.status()["intent"] == "auto"


def test_every_user_may_request_a_dry_run(agent: Agent) -> None:
    status, shown = outcome(agent, [*as_nobody(agent), "backup", "web", "--force", "--dry-run"])
    assert status == 0
    assert shown.splitlines() == [
        "web: MASTER -> BACKUP, intent auto -> backup (forced)",
        "Dry run: nothing was changed.",
    ]
    assert agent.status()["intent"] == "auto"
    assert agent.status()["state"] == "MASTER"


def test_a_member_of_the_socket_group_may_change(agent: Agent) -> None:
    agent.stop()
    agent.start()
    # The agent took note of the socket's group, root's; another one is of no use.
    group = os.stat(agent.socket).st_gid
    assert group == 0
    assert outcome(agent, [*as_nobody(agent, "--groups=12"), "auto", "web"])[0] == 1
    assert outcome(agent, [*as_nobody(agent, "--groups=12,0"), "auto", "web"])[0] == 0


def test_a_clean_up_is_refused_while_the_agent_serves(agent: Agent) -> None:
    agent.wait_for("MASTER")
    command = [sys.executable, "-m", "_vrrp", "cleanup", "--socket", str(agent.socket)]
    status, errors = outcome(agent, command)
    assert (status, errors) == (
        1, f"vrrp-agent: an agent is running, and answers at {agent.socket}\n"
    )  # fmt: skip
    assert agent.host.has("192.0.2.100")
    assert Path(f"{agent.socket}.state", "recovery.json").read_text() != "[]"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"\xff\xfe\n", "bad_request"),
        (b"[]\n", "bad_request"),
        (b'{"version": 7}\n', "version"),
        (b'{"version": 1, "command": "status", "instances": ["nothing"]}\n', "unknown_instance"),
        (
            b'{"version": 1, "command": "set-intent", "instance": "x", "intent": "auto"}\n',
            "unknown_instance",
        ),
    ],
)
def test_a_wrong_request_is_answered_with_its_problem(agent: Agent, line: bytes, code: str) -> None:
    assert say(agent, line)["error"]["code"] == code
    assert agent.status()["state"] == "MASTER"


def test_clients_that_misbehave_do_no_harm(agent: Agent) -> None:
    clients = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _number in range(80)]
    for client in clients:
        client.connect(str(agent.socket))
    clients[0].sendall(b"{" * 200_000)
    clients[1].sendall(b'{"version": 1, "command": "watch"}\n')
    clients[2].sendall(b'{"version": 1, "command": "status"}\n' * 500)
    for client in clients:
        client.close()
    eventually(lambda: agent.ctl("status", check=False).returncode == 0, 5, "it answers again")
    assert agent.status()["transitions"] == 2


def test_a_client_that_disconnects_before_the_answer_does_no_harm(agent: Agent) -> None:
    lines = b'{"version": 1, "command": "status"}\n{"version": 1, "command": "reload"}\n'
    for _attempt in range(50):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(str(agent.socket))
            client.sendall(lines)
    assert agent.status()["transitions"] == 2


def test_a_user_with_many_connections_can_not_lock_root_out(agent: Agent) -> None:
    hog = (
        "import socket, sys, time\n"
        "held = [socket.socket(socket.AF_UNIX) for _number in range(80)]\n"
        "for one in held: one.connect(sys.argv[1])\n"
        "print('held', flush=True); time.sleep(60)"
    )
    command = [*NOBODY, PYTHON, "-c", hog, str(agent.socket)]
    process = agent.host.start(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert agent.status()["state"] == "MASTER"


def test_a_second_agent_at_the_same_socket_does_not_start(agent: Agent) -> None:
    command = ["run", "--config", str(agent.config), "--socket", str(agent.socket)]
    status, errors = outcome(agent, [*AGENT, *command])
    assert status == 1
    assert "an agent is running, and answers at" in errors
    assert agent.status()["state"] == "MASTER"


def test_a_client_reports_that_no_agent_answers(agent: Agent) -> None:
    agent.stop()
    refused = agent.ctl("status", check=False)
    assert refused.returncode == 1
    assert "can't be reached" in refused.stderr
