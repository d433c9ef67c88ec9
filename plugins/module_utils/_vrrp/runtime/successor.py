# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The process that goes on in place of this one, which starts it and serves until it is ready.

It runs the same command line, and so what is installed there by now. It gets a connection to this
process, and the control socket. Messages to it: ``{"config": text}``, later ``{"estate": {}}``.
Messages from it: ``{"ready": true}`` when nothing is missing but the estate, ``{"serving": true}``
when it has taken over, ``{"failed": why}``. Whoever serves is responsible for what is on the host.
This module is PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from typing import Any, Callable, Dict, List, Sequence

from ..base.errors import ControlError
from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds, seconds
from . import clock
from .lines import LineStream
from .loop import Loop
from .predecessor import PASSED_DESCRIPTORS

_PREPARED_WITHIN: Nanoseconds = seconds(30)
_SERVING_WITHIN: Nanoseconds = seconds(10)


class Successor:
    """Started with ``control``, the control socket, and the text of the configuration in force.

    ``on_ready`` is called when it waits for nothing but the estate, ``on_failure`` with the reason
    when it never will. Raises OSError when it can't be started.
    """

    def __init__(
        self,
        loop: Loop,
        control: socket.socket,
        config: str,
        on_ready: Callable[[], None],
        on_failure: Callable[[str], None],
    ) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.pid = _start((theirs.fileno(), control.fileno()))
        self._loop = loop
        self._on_ready = on_ready
        self._on_failure = on_failure
        self._stream = LineStream(ours)
        self._give_up_at = clock.now() + _PREPARED_WITHIN
        self._stream.send({"config": config})
        loop.on_readable(self._stream, self._read)

    def next_deadline(self) -> Nanoseconds:
        """When to call ``tend``."""
        return self._give_up_at

    def tend(self, now: Nanoseconds) -> None:
        """Give up on one that takes too long."""
        if now >= self._give_up_at:
            self._on_failure("it was not ready in time")

    def take_over(self, estate: Dict[str, Any]) -> None:
        """Leave everything to it; when this returns it serves, or ControlError was raised."""
        deadline = clock.now() + _SERVING_WITHIN
        self._stream.send({"estate": estate})
        messages: List[Dict[str, Any]] | None = []
        while messages == [] and clock.now() < deadline:
            writing = [self._stream] if self._stream.is_pending else []
            wait = (deadline - clock.now()) / NANOSECONDS_PER_SECOND
            select.select([self._stream], writing, [], max(0, wait))
            messages = self._stream.receive() if self._stream.flush() else None
        if not messages or "serving" not in messages[0]:
            raise ControlError("not_inherited", _why(messages))

    def dismiss(self) -> None:
        """End it, whatever it does."""
        self._loop.forget(self._stream)
        self._stream.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def _read(self) -> None:
        self._stream.flush()
        messages = self._stream.receive()
        if messages is None or (messages and "ready" not in messages[0]):
            self._on_failure(_why(messages))
        elif messages:
            self._on_ready()


def _why(messages: List[Dict[str, Any]] | None) -> str:
    told = messages[0].get("failed") if messages else None
    return str(told or "the new process ended or hung; its log says why")


def _start(descriptors: Sequence[int]) -> int:
    """Run our own command line once more, with these open; gives the process."""
    with open("/proc/self/cmdline", encoding="utf-8") as file:
        command = file.read().split("\0")[:-1]
    passed = [os.dup(one) for one in descriptors]
    try:
        for one in passed:
            os.set_inheritable(one, True)
        environment = {**os.environ, PASSED_DESCRIPTORS: ",".join(map(str, passed))}
        return os.posix_spawnp(command[0], command, environment)
    finally:
        for one in passed:
            os.close(one)
