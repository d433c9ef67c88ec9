# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The new process's side of a restart: takes the state over from the old process.

``messages.py`` has what they say. This module is PRIVATE to the collection.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Callable

from ...base.errors import ControlError
from ..json_stream import JsonStream
from ..loop import Loop
from .messages import PASSED_DESCRIPTORS, HandoverState

_CONFIG_TIMEOUT = 10.0  # Seconds; what is waited for is there already.
_STATE_LENGTH_MAX = 1 << 26

OnState = Callable[[HandoverState], None]


class OldProcess:
    """``config`` is the text of the configuration under which it serves, ``control`` its socket."""

    def __init__(self, stream: JsonStream, config: str, control: socket.socket) -> None:
        self.config = config
        self.control = control
        self._stream = stream

    def start(self, loop: Loop, on_state: OnState, on_end: Callable[[], None]) -> None:
        """Tell it that nothing is missing but the state, which ``on_state`` is called with.

        ``on_end`` is called when the old process has ended, with or without handing over.
        """
        self._loop, self._on_state, self._on_end = loop, on_state, on_end
        loop.on_readable(self._stream, self._read)
        self._stream.send({"ready": True})

    def send_serving(self) -> None:
        """Tell it that it may end."""
        self._stream.send({"serving": True})

    def send_failure(self, error: Exception) -> None:
        """Tell it that it has to go on itself; the code says whether a restart would help."""
        code = {"code": error.code} if isinstance(error, ControlError) else {}
        self._stream.send({"failed": str(error) or repr(error), **code})

    def _read(self) -> None:
        messages = self._stream.receive()
        if messages is None:
            self._loop.forget(self._stream)
            self._stream.close()
            self._on_end()
        elif messages:
            self._on_state(messages[0]["state"])


def connect_old_process() -> OldProcess | None:
    """The process that started this one to go on in its place, if there is one.

    Where there is, this function returns in another process than it was called in. Raises
    ControlError when the old process is gone already.
    """
    passed = os.environ.pop(PASSED_DESCRIPTORS, "")
    if not passed:
        return None
    connected, control = (socket.socket(fileno=int(one)) for one in passed.split(","))
    for one in (connected, control):
        one.set_inheritable(False)
    try:
        _leave_parent()
        return _connect(connected, control)
    except (OSError, ValueError, KeyError):
        raise ControlError("unreachable", "the agent to go on from is gone") from None


def _leave_parent() -> None:
    """Go on as another process, which is not the old one's child.

    A service manager that is told of a new main process takes it for a stranger as long as it is
    the child of another one.
    """
    if os.fork():
        os._exit(0)


def _connect(connected: socket.socket, control: socket.socket) -> OldProcess:
    connected.settimeout(_CONFIG_TIMEOUT)
    with connected.makefile("rb") as file:
        config: str = json.loads(file.readline())["config"]
    stream = JsonStream(connected, _STATE_LENGTH_MAX)
    stream.send({"process": os.getpid()})
    return OldProcess(stream, config, control)
