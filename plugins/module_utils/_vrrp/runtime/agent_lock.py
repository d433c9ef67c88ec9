# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The lock by which one agent alone runs on a host: two would take each other's addresses away.

It is an abstract Unix socket, which belongs to the network namespace, needs no directory, and goes
with its process.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import socket
import time
from functools import partial
from typing import AbstractSet

from ..base.constants import AGENT_USER
from ..base.errors import ControlError
from ..base.units import Nanoseconds, seconds
from . import clock
from .loop import Loop
from .peer_credentials import process_and_user

_NAME = b"\0vrrp-agent"
_PENDING = 128  # Connections of others that ask who holds it.
_PATIENCE = 1.0  # Seconds.
_RETRY_AFTER = 0.01  # Seconds.
_ACQUIRE_AGAIN_AFTER = seconds(10)


class AgentLock:
    """The lock, which this process holds or not. Mutable.

    Any user can take such a name. So one that is held by neither root nor a user of the agent does
    not count: nobody else can keep an agent from its work. The agent takes the name later, once
    nobody else has it.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._loop: Loop | None = None
        self._retry_at: Nanoseconds = 0

    def acquire(self) -> None:
        """Acquire the lock; raises ControlError ``running`` when another agent holds it."""
        if not self._bind():
            _refuse_agent()

    def _bind(self) -> bool:
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            bound.bind(_NAME)
            bound.listen(_PENDING)
        except OSError as error:
            bound.close()
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        self._socket = bound
        return True

    def serve(self, loop: Loop, acquired: AgentLock) -> None:
        """Go on with what another lock of this process has acquired: answer those that ask who
        holds it, so that nobody can fill their queue, and acquire it later if somebody has it.
        """
        self._loop, self._socket = loop, acquired._socket
        self._retry_at = clock.now() + _ACQUIRE_AGAIN_AFTER
        self._answer()

    def _answer(self) -> None:
        if self._loop is not None and self._socket is not None:
            self._loop.on_readable(self._socket, partial(_dismiss, self._socket))

    def next_deadline(self) -> Nanoseconds | None:
        """The time of the next attempt to acquire the lock; None for never."""
        return None if self._loop is None or self._socket is not None else self._retry_at

    def run_due(self, now: Nanoseconds) -> None:
        """Try to acquire the lock that somebody held at the start of the agent."""
        self._retry_at = now + _ACQUIRE_AGAIN_AFTER
        with contextlib.suppress(OSError):
            self._bind()
        self._answer()

    def release(self) -> None:
        """Release the lock for the process that goes on, which ends this one."""
        self._loop = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _dismiss(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):
        listening.accept()[0].close()


def _refuse_agent() -> None:
    """Raise ControlError if the holder of the lock is an agent: it listens, and has such a user."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as connected:
        try:
            _connect(connected)
        except OSError:
            return  # It has ended meanwhile, does not listen, or does not answer.
        process, user = process_and_user(connected)
    if user in _users_of_agents():
        remedy = "stop it first, or give it the instances of this one"
        raise ControlError(
            "running", f"another agent, process {process}, runs on this host: {remedy}"
        )


def _connect(asking: socket.socket) -> None:
    """Connect to the holder; while too many others wait for that, try again. Raises OSError."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            asking.connect(_NAME)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_AFTER)


def _users_of_agents() -> AbstractSet[int]:
    users = {0, os.geteuid()}
    with contextlib.suppress(KeyError):  # It may not be installed on this host.
        users.add(pwd.getpwnam(AGENT_USER).pw_uid)
    return users
