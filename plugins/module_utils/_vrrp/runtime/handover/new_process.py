# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The old process's side of a restart: starts the new process, and hands over the state.

``messages.py`` documents the messages.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from typing import Callable, List, Sequence

from ...base.errors import NOT_INHERITED, NOT_RESTARTED, ControlError
from ...base.units import NANOSECONDS_PER_MILLISECOND, Nanoseconds, seconds
from .. import clock
from ..json_stream import JsonObject, JsonStream
from ..loop import Loop
from .messages import PASSED_DESCRIPTORS, HandoverState

_READY_TIMEOUT: Nanoseconds = seconds(30)
_EXIT_TIMEOUT: Nanoseconds = seconds(1)
_Messages = List[JsonObject]


class NewProcess:
    """The new process, started with the control socket and the text of the current configuration.

    ``on_ready`` is called when it is ready for the state, ``on_failure`` with the reason when it
    has failed. Raises OSError when it can't be started.
    """

    def __init__(
        self,
        loop: Loop,
        control: socket.socket,
        config: str,
        on_ready: Callable[[], None],
        on_failure: Callable[[ControlError], None],
    ) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = _start((theirs.fileno(), control.fileno()))
        self.process: int | None = None
        self._loop = loop
        self._on_ready = on_ready
        self._on_failure = on_failure
        self._stream = JsonStream(ours)
        self._give_up_at = clock.now() + _READY_TIMEOUT
        loop.on_readable(self._stream, self._read)
        self._stream.send({"config": config})
        loop.want(self._stream, write=self._stream.is_pending)

    def next_deadline(self) -> Nanoseconds:
        """The time at which ``run_due`` has to be called."""
        return self._give_up_at

    def run_due(self, now: Nanoseconds) -> None:
        """Report a new process that is not ready in time as failed."""
        if now >= self._give_up_at:
            self._on_failure(ControlError(NOT_RESTARTED, "the new process was not ready in time"))

    def hand_over(self, state: HandoverState, until: Nanoseconds) -> None:
        """Hand the state over; when this returns, the new process serves.

        Raises ControlError when it fails, or does not serve by ``until``.
        """
        self._stream.send({"state": state})
        messages = self._wait_for_message(until)
        if not messages or "serving" not in messages[0]:
            raise _error(messages, NOT_INHERITED)

    def kill(self) -> None:
        """Kill the new process."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process or self._child, signal.SIGKILL)
        deadline = clock.now() + _EXIT_TIMEOUT
        while self._wait_for_message(deadline):
            pass  # Messages that it sent before it ended.
        self._reap()
        self._loop.forget(self._stream)
        self._stream.close()

    def _wait_for_message(self, deadline: Nanoseconds) -> _Messages | None:
        """Return the next messages; an empty list at the deadline, None when the process has
        ended.
        """
        poll = select.poll()
        while clock.now() < deadline:
            writing = select.POLLOUT if self._stream.is_pending else 0
            poll.register(self._stream, select.POLLIN | writing)
            poll.poll(max(0, deadline - clock.now()) / NANOSECONDS_PER_MILLISECOND)
            messages = self._stream.receive() if self._stream.flush() else None
            if messages or messages is None:
                return messages
        return []

    def _read(self) -> None:
        self._stream.flush()
        self._loop.want(self._stream, write=self._stream.is_pending)
        messages = self._stream.receive()
        for message in messages or ():
            if "process" in message:
                self.process = message["process"]
                self._reap()
            elif "ready" in message:
                self._on_ready()
            else:
                self._on_failure(_error([message], NOT_RESTARTED))
        if messages is None:
            self._on_failure(_error(None, NOT_RESTARTED))

    def _reap(self) -> None:
        """Reap the child, which ends as soon as it has forked the process that will serve."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._child, 0)


def _error(messages: _Messages | None, code: str) -> ControlError:
    last = messages[0] if messages else {}
    why = last.get("failed", "the new process ended or hung; its log says why")
    return ControlError(str(last.get("code", code)), str(why))


def _start(descriptors: Sequence[int]) -> int:
    """Run the agent's own program once more, with these descriptors open; returns the process."""
    command = _command()
    passed = [os.dup(one) for one in descriptors]
    try:
        for one in passed:
            os.set_inheritable(one, True)
        environment = {**os.environ, PASSED_DESCRIPTORS: ",".join(map(str, passed))}
        # No module of Ansible runs this, so there is no run_command.
        return os.posix_spawnp(  # pylint: disable=ansible-bad-function
            command[0], command, environment
        )
    finally:
        for one in passed:
            os.close(one)


def _command() -> List[str]:
    """Return the command line of the program, which may name another interpreter by now."""
    if os.access(sys.argv[0], os.X_OK):
        return sys.argv
    with open("/proc/self/cmdline", "rb") as file:
        return [os.fsdecode(one) for one in file.read().split(b"\0")[:-1]]
