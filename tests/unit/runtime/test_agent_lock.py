# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock of the agent, held by an agent or by anybody else."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid

import pytest
from _vrrp.base.errors import ControlError
from _vrrp.runtime import agent_lock, clock
from _vrrp.runtime.agent_lock import AgentLock
from _vrrp.runtime.loop import Loop


@pytest.fixture(autouse=True)
def name(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A name that no other test uses at the same time."""
    unique = b"\0" + uuid.uuid4().bytes
    monkeypatch.setattr(agent_lock, "_NAME", unique)
    return unique


def test_the_lock_is_held_by_one() -> None:
    first, second = AgentLock(), AgentLock()
    first.acquire()
    with pytest.raises(ControlError, match=f"another agent, process {os.getpid()}, runs"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_a_name_that_another_user_has_taken_is_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = AgentLock()
    taken.acquire()
    monkeypatch.setattr(agent_lock, "_users_of_agents", lambda: {12345})
    AgentLock().acquire()
    taken.release()


def test_a_name_with_nobody_who_listens_is_no_lock(name: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as taken:
        taken.bind(name)
        AgentLock().acquire()


def test_nobody_can_hide_an_agent_behind_a_full_queue(name: bytes) -> None:
    loop, held = Loop(), AgentLock()
    held.acquire()
    held.serve(loop, held)
    asking = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _number in range(200)]
    for one in asking:
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            one.connect(name)
    try:
        assert_held(loop)
    finally:
        for one in asking:
            one.close()
        held.release()
        loop.close()


def test_a_lock_that_somebody_held_at_the_start_is_acquired_later(name: bytes) -> None:
    loop, lock = Loop(), AgentLock()
    taken = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    taken.bind(name)
    attempt = AgentLock()
    attempt.acquire()
    lock.serve(loop, attempt)
    first = lock.next_deadline()
    assert first is not None
    assert 0 <= first - clock.now() <= 10_000_000_000
    lock.run_due(first)
    assert lock.next_deadline() == first + 10_000_000_000  # Somebody has it still.
    taken.close()
    lock.run_due(first + 10_000_000_000)
    assert lock.next_deadline() is None
    try:
        assert_held(loop)
    finally:
        lock.release()
        loop.close()
    assert lock.next_deadline() is None


def assert_held(loop: Loop) -> None:
    """Another agent that asks is answered that the lock is held."""
    stopped = threading.Event()
    serving = threading.Thread(target=serve_until, args=(loop, stopped))
    serving.start()
    try:
        with pytest.raises(ControlError, match="another agent"):
            AgentLock().acquire()
    finally:
        stopped.set()
        serving.join()


def serve_until(loop: Loop, stopped: threading.Event) -> None:
    while not stopped.is_set():
        loop.run_once(clock.now() + 1_000_000)
