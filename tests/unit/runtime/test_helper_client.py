# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection of the agent to the helper."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from _vrrp.engine.actions import PollTargets, RunCommand
from _vrrp.model.command import Command, CommandResult
from _vrrp.runtime import clock
from _vrrp.runtime.helper.client import HelperClient
from _vrrp.runtime.loop import Loop

S = 1_000_000_000
NOTHING = PollTargets(frozenset(), frozenset())
HOOKS = PollTargets(frozenset(), frozenset(), has_hooks=True)


class Helpers:
    """A client, its loop, and the other ends of its connections."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.ends: list[socket.socket] = []
        self.ended: list[tuple[int, str]] = []
        self.client = HelperClient(self.loop, self.connect, self._end, self._ignore)

    def connect(self) -> socket.socket:
        """Return one end of a new connection."""
        near, far = socket.socketpair()
        self.ends.append(far)
        return near

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


def test_results_are_reported_in_portions(helpers: Helpers) -> None:
    helpers.loop.limit_portions(0)
    for number in (1, 2, 3):
        helpers.client.run(RunCommand(number, Command(("/bin/true",), "", S), {}))
    answer = '{"ended": %d, "status": 0, "error": "", "output": ""}\n'
    helpers.ends[0].sendall(b"".join((answer % number).encode() for number in (1, 2)))
    helpers.ends[0].close()
    helpers.loop.run_once(clock.now() + S)
    assert helpers.ended == []
    for _turn in range(4):
        helpers.loop.run([helpers.client], 0)
        helpers.loop.run_once(0)
    why = "the helper process has exited: what it was running has no result"
    assert helpers.ended == [(1, ""), (2, ""), (3, why)]
