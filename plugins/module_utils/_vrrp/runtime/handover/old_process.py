# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The new process's side of a restart: receives the state of the old process.

``messages.py`` documents the messages.
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

_CONFIG_TIMEOUT = 10.0  # Seconds; the message has been sent already.
_STATE_LENGTH_MAX = 1 << 26

OnState = Callable[[HandoverState], None]


class OldProcess:
    """The old process: ``config`` is the text of its configuration, ``control`` its control
    socket.
    """

    def __init__(self, stream: JsonStream, config: str, control: socket.socket) -> None:
        self.config = config
        self.control = control
        self._stream = stream

    def start(self, loop: Loop, on_state: OnState, on_end: Callable[[], None]) -> None:
        """Report that this process is ready; ``on_state`` is called with the state.

        ``on_end`` is called when the old process has exited, with or without a handover.
        """
        self._loop, self._on_state, self._on_end = loop, on_state, on_end
        loop.on_readable(self._stream, self._read)
        self._stream.send({"ready": True})

    def send_serving(self) -> None:
        """Report that this process serves, so that the old one exits."""
        self._stream.send({"serving": True})

    def send_failure(self, error: Exception) -> None:
        """Report a failure, so that the old process keeps serving."""
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
    """Connect to the old process that started this one; None when there is none.

    With an old process, this function returns in a forked process. Raises ControlError when the old
    process has exited already.
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
        raise ControlError("unreachable", "the old process has exited") from None


def _leave_parent() -> None:
    """Continue in a forked process that is not a child of the old one.

    systemd does not accept a new main process that is a child of another process of the service.
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
