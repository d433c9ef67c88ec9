# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The process in place of which this one goes on; see ``new_process.py`` for what they say.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any, Callable, Dict

from ...base.errors import ControlError
from ..json_stream import JsonStream
from ..loop import Loop

PASSED_DESCRIPTORS = "VRRP_AGENT_PASSED_DESCRIPTORS"
_PATIENCE = 10.0  # Seconds; what is waited for is there already.
_ESTATE_MAX = 1 << 26

OnEstate = Callable[[Dict[str, Any]], None]


class OldProcess:
    """``config`` is the text of the configuration under which it serves, ``control`` its socket.

    From here on this is another process, and not its child any more: a service manager that is
    told of a new main process takes it for a stranger as long as it is the child of another one.
    """

    def __init__(self, connected: socket.socket, control: socket.socket) -> None:
        if os.fork():
            os._exit(0)
        self.control = control
        connected.settimeout(_PATIENCE)
        with connected.makefile("rb") as file:
            self.config: str = json.loads(file.readline())["config"]
        self._stream = JsonStream(connected, _ESTATE_MAX)
        self._stream.send({"process": os.getpid()})

    def start(self, loop: Loop, on_estate: OnEstate, on_end: Callable[[], None]) -> None:
        """Tell it that nothing is missing; ``on_estate`` is given what it leaves, ``on_end`` is
        called when it has ended, with or without leaving something.
        """
        self._loop, self._on_estate, self._on_end = loop, on_estate, on_end
        loop.on_readable(self._stream, self._read)
        self._stream.send({"ready": True})

    def send_serving(self) -> None:
        """Tell it that it may go."""
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
            self._on_estate(messages[0]["estate"])


def connect_old_process() -> OldProcess | None:
    """Who started this process to go on in its place, if anybody did.

    Raises ControlError when it is gone already.
    """
    passed = os.environ.pop(PASSED_DESCRIPTORS, "")
    if not passed:
        return None
    connected, control = (socket.socket(fileno=int(one)) for one in passed.split(","))
    for one in (connected, control):
        one.set_inheritable(False)
    try:
        return OldProcess(connected, control)
    except (OSError, ValueError, KeyError):
        raise ControlError("unreachable", "the agent to go on from is gone") from None
