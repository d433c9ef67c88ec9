# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event loop: deadlines first, other work in portions."""

from __future__ import annotations

import os
from typing import Iterator

import pytest
from _vrrp.runtime import clock
from _vrrp.runtime.loop import Loop

MS = 1_000_000


class Pipe:
    """A pipe in which something waits to be read."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.write(self.writing, b"x")

    def fileno(self) -> int:
        return self.reading

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


@pytest.fixture
def pipes() -> Iterator[list[Pipe]]:
    """Three pipes."""
    made = [Pipe() for _number in range(3)]
    yield made
    for one in made:
        one.close()


def test_the_deadlines_are_looked_at_before_each_handler(pipes: list[Pipe]) -> None:
    done: list[str] = []
    loop = Loop(lambda: done.append("look"))
    for pipe in pipes:
        loop.on_readable(pipe, lambda: done.append("handler"))
    loop.run_once(None)
    loop.close()
    assert done == ["look", "handler"] * 3


def test_a_portion_is_a_twentieth_of_the_shortest_interval_and_at_most_two_milliseconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0
    monkeypatch.setattr(clock, "now", lambda: now)
    loop = Loop()
    lengths: list[int] = []

    def work() -> None:
        nonlocal now
        start = now
        while not loop.portion_is_over():
            now += MS // 10
        lengths.append(now - start)

    for interval in (1000 * MS, 10 * MS):
        loop.limit_portions(interval)
        loop.give_turn(work)
    loop.close()
    assert lengths == [2 * MS, MS // 2]


class Service:
    """Work that is due at a time."""

    def __init__(self, due_at: int | None) -> None:
        self.due_at = due_at
        self.turns = 0

    def next_deadline(self) -> int | None:
        return self.due_at

    def run_due(self, now: int) -> None:
        assert self.due_at is not None
        assert now >= self.due_at
        self.turns += 1


def test_a_service_has_its_turn_when_it_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: 5 * MS)
    loop = Loop()
    turns = []
    for due_at in (None, 5 * MS, 5 * MS + 1):
        service = Service(due_at)
        loop.run([service], 0)
        turns.append(service.turns)
    loop.close()
    assert turns == [0, 1, 0]
