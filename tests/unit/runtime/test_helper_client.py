# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection of the agent to the helper."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from _vrrp.control.protocol import digest
from _vrrp.engine.actions import PollTargets, RunCommand
from _vrrp.model.command import Command, CommandResult
from _vrrp.model.config import parse_config
from _vrrp.runtime import clock
from _vrrp.runtime.helper.client import HelperClient
from _vrrp.runtime.helper.launch import HelperAccess
from _vrrp.runtime.line_socket import LineSocket
from _vrrp.runtime.loop import Loop

S = 1_000_000_000
INSTANCE = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
TRUE = {"command": "/bin/true", "interval": 1}
CONFIG = json.dumps({"instances": [{**INSTANCE, "track_scripts": [TRUE]}]})
NOTHING = PollTargets(frozenset(), frozenset())
HOOKS = PollTargets(frozenset(), frozenset(), has_hooks=True)


class Access(HelperAccess):
    """Connections, with their other ends, and an empty configuration file."""

    def __init__(self) -> None:
        super().__init__("", os.devnull)
        self.ends: list[socket.socket] = []

    def connect(self) -> socket.socket:
        """Return one end of a new connection."""
        near, far = socket.socketpair()
        self.ends.append(far)
        return near


class Helpers:
    """A client, its loop, and the other ends of its connections."""

    def __init__(self) -> None:
        self.loop = Loop()
        access = Access()
        self.ends = access.ends
        self.ended: list[tuple[int, str]] = []
        self.client = HelperClient(self.loop, access, self._end, self._ignore)
        self.configure(CONFIG)

    def configure(self, text: str) -> None:
        """Let the client take the commands of a configuration."""
        self.client.configure(text, parse_config(text))

    def requests(self, number: int) -> list[dict[str, Any]]:
        """The requests to one helper, but for the file of the configuration."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            while True:  # A reading ends where a file was sent.
                data += self.ends[number].recv(4096, socket.MSG_DONTWAIT)
        sent = [json.loads(line) for line in data.splitlines()]
        return [one for one in sent if one != {"read": True}]

    def _end(self, number: int, result: CommandResult) -> None:
        self.ended.append((number, result.error))

    def _ignore(self, *_arguments: object) -> None:
        """Take no note of results and observations."""


@pytest.fixture
def helpers() -> Iterator[Helpers]:
    made = Helpers()
    yield made
    made.client.close()
    for end in made.ends:
        end.close()
    made.loop.close()


def test_a_helper_is_connected_before_a_hook_has_to_run(helpers: Helpers) -> None:
    helpers.client.set_targets(HOOKS)
    assert len(helpers.ends) == 1


def test_no_helper_is_connected_without_hooks_and_targets(helpers: Helpers) -> None:
    helpers.client.set_targets(NOTHING)
    assert helpers.ends == []
    assert helpers.client.next_deadline() is None


def test_a_helper_that_exits_is_replaced_while_there_are_hooks(helpers: Helpers) -> None:
    helpers.client.set_targets(HOOKS)
    helpers.ends[0].close()
    helpers.loop.run_once(clock.now() + S)
    helpers.client.run_due(clock.now() + 2 * S)
    assert len(helpers.ends) == 2


@pytest.mark.finding("C6")
def test_a_silent_helper_is_replaced_and_its_commands_have_no_result(
    helpers: Helpers, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = clock.now()
    monkeypatch.setattr(clock, "now", lambda: time)
    helpers.client.set_targets(HOOKS)
    helpers.client.run(RunCommand(1, Command(("/bin/true",), "", S), {}))
    assert helpers.client.next_deadline() == time + 15 * S
    helpers.client.run_due(time + 14 * S)
    assert helpers.ended == []
    time += 15 * S
    helpers.client.run_due(time)
    helpers.client.run_due(time)
    assert [number for number, _error in helpers.ended] == [1]
    assert "has not answered for 15 s" in helpers.ended[0][1]
    # Meanwhile nothing is run, and nobody waits for a result.
    helpers.client.run(RunCommand(2, Command(("/bin/true",), "", S), {}))
    helpers.client.run_due(time)
    assert [number for number, _error in helpers.ended] == [1, 2]
    assert len(helpers.ends) == 1
    time += 2 * S
    helpers.client.run_due(time)
    assert len(helpers.ends) == 2


def test_a_helper_is_kept_when_the_machine_did_not_run(helpers: Helpers) -> None:
    helpers.client.set_targets(HOOKS)
    paused_until = clock.now() + 3600 * S
    helpers.client.run_due(paused_until)
    assert len(helpers.ends) == 1
    assert helpers.client.next_deadline() == paused_until + 10 * S


def test_a_helper_is_replaced_less_often_when_the_next_ones_are_silent_too(
    helpers: Helpers, monkeypatch: pytest.MonkeyPatch
) -> None:
    time, delays = clock.now(), []
    monkeypatch.setattr(clock, "now", lambda: time)
    helpers.client.set_targets(HOOKS)
    for _helper in range(12):
        silent_at = helpers.client.next_deadline()
        assert silent_at is not None
        time = silent_at
        helpers.client.run_due(time)
        retry_at = helpers.client.next_deadline()
        assert retry_at is not None
        delays.append((retry_at - time) // S)
        time = retry_at
        helpers.client.run_due(time)
    assert delays[:4] == [2, 4, 8, 16]
    assert delays[-1] == 320


def test_a_helper_that_says_that_it_works_is_kept(helpers: Helpers) -> None:
    helpers.client.set_targets(HOOKS)
    # The agent itself did not run for a while: what has arrived is read first.
    helpers.ends[0].sendall(b"{}\n")
    helpers.client.run_due(clock.now() + 14 * S)
    helpers.client.run_due(clock.now() + 15 * S)
    helpers.loop.run_once(0)
    assert helpers.client.next_deadline() is not None
    assert len(helpers.ends) == 1


def test_results_are_reported_in_portions(helpers: Helpers) -> None:
    helpers.loop.limit_portions(0)
    for number in (1, 2, 3):
        helpers.client.run(RunCommand(number, Command(("/bin/true",), "", S), {}))
    answer = '{"ended": %d, "status": 0, "error": "", "output": "", "is_lost": false}\n'
    helpers.ends[0].sendall(b"".join((answer % number).encode() for number in (1, 2)))
    helpers.ends[0].close()
    helpers.loop.run_once(clock.now() + S)
    assert helpers.ended == []
    for _turn in range(4):
        helpers.loop.run([helpers.client], 0)
        helpers.loop.run_once(0)
    why = "the helper process has exited: what it was running has no result"
    assert helpers.ended == [(1, ""), (2, ""), (3, why)]


@pytest.mark.finding("E1")
def test_a_command_is_named_by_its_number_in_the_configuration(helpers: Helpers) -> None:
    command = Command(("/bin/true",), "", S)
    helpers.client.run(RunCommand(4, command, {}))
    sent = {"run": 4, "config": digest(CONFIG), "command": 0, "values": {}}
    assert helpers.requests(0) == [sent]
    other = json.dumps({"instances": [INSTANCE]})
    for _time in range(2):
        helpers.configure(other)
        helpers.client.run(RunCommand(5, command, {}))
    # The first time by the configuration before, which still knows it; the second time not at all.
    assert helpers.requests(0) == [{**sent, "run": 5}]
    helpers.client.run_due(clock.now())
    assert helpers.ended == [(5, "/bin/true has left the configuration: it is not run")]


@pytest.mark.finding("E1")
def test_each_helper_gets_the_file_of_each_configuration(helpers: Helpers) -> None:
    helpers.client.set_targets(HOOKS)
    helpers.configure(CONFIG)
    received = LineSocket(helpers.ends[0], takes_descriptors=True)
    lines = [received.receive() for _reading in range(4)]
    assert sum((one or []).count(b'{"read":true}') for one in lines) == 2
    for _configuration in range(2):
        descriptor = received.take_descriptor() or 0
        assert os.path.samestat(os.fstat(descriptor), os.stat(os.devnull))
        assert not os.get_inheritable(descriptor)
        os.close(descriptor)
    assert received.take_descriptor() is None


@pytest.mark.finding("E8")
def test_a_helper_is_replaced_when_commands_need_other_rights_than_it_has(helpers: Helpers) -> None:
    helpers.client.set_targets(HOOKS)
    helpers.client.run(RunCommand(1, Command(("/bin/true",), "", S), {}))
    as_root = json.dumps({"instances": [{**INSTANCE, "track_scripts": [{**TRUE, "user": "root"}]}]})
    helpers.configure(as_root)
    assert len(helpers.ends) == 1  # It still runs a command, and gets no other.
    helpers.client.run(RunCommand(2, Command(("/bin/true",), "root", S), {}))
    assert [one["run"] for one in helpers.requests(0) if "run" in one] == [1]
    answer = b'{"ended": 1, "status": 0, "error": "", "output": "", "is_lost": false}\n'
    helpers.ends[0].sendall(answer)
    helpers.loop.run_once(clock.now() + S)
    for _turn in range(2):
        helpers.client.run_due(clock.now())
    assert helpers.ended == [(1, "")]
    assert len(helpers.ends) == 2
    assert [one["run"] for one in helpers.requests(1) if "run" in one] == [2]
    # The same commands need the same rights.
    helpers.configure(as_root)
    helpers.client.run_due(clock.now())
    assert len(helpers.ends) == 2


@pytest.mark.finding("E8")
def test_a_helper_that_has_to_be_replaced_runs_nothing_for_longer_than_ten_seconds(
    helpers: Helpers, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = clock.now()
    monkeypatch.setattr(clock, "now", lambda: time)
    helpers.client.set_targets(HOOKS)
    helpers.client.run(RunCommand(1, Command(("/bin/true",), "", S), {}))
    helpers.configure(
        json.dumps({"instances": [{**INSTANCE, "track_scripts": [{**TRUE, "user": "root"}]}]})
    )
    assert helpers.client.next_deadline() == time + 10 * S
    time += 10 * S
    helpers.client.run_due(time)
    helpers.client.run_due(time)
    ((number, why),) = helpers.ended
    assert number == 1
    assert "replaced by one with the rights that the commands need" in why
    assert len(helpers.ends) == 2
