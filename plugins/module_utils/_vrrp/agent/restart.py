# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A restart that nobody notices: a new process goes on, and this one ends. PRIVATE to the
collection.
"""

from __future__ import annotations

import socket
from typing import Any, Callable, Dict, Tuple

from ..base.errors import NOT_RESTARTED, ControlError
from ..base.units import Nanoseconds
from ..control.protocol import failure, success
from ..runtime.control_server import Reply
from ..runtime.handover.new_process import NewProcess
from ..runtime.log import LOGGER
from ..runtime.loop import Loop

Handover = Tuple[Dict[str, Any], Nanoseconds]


class Restart:
    """``legacy`` gives what is left to the new process, and by when that has to serve; it raises
    ControlError while nothing can be left.

    A new process that fails changes nothing: this one goes on. ``on_success`` is given the new
    process, which is responsible for what is on the host from then on.
    """

    def __init__(
        self, loop: Loop, legacy: Callable[[], Handover], on_success: Callable[[int], None]
    ) -> None:
        self._loop = loop
        self._export = legacy
        self._on_success = on_success
        self._new_process: NewProcess | None = None
        self._is_ready = False
        self._reply: Reply | None = None

    def refuse_if_restarting(self) -> None:
        """Raise ControlError when the new process counts on what is in force now."""
        if self._new_process is not None:
            raise ControlError("busy", "the agent is being restarted")

    def start(self, control: socket.socket, config: str, reply: Reply) -> None:
        """Start the new process; raises ControlError. ``reply`` is told what became of it."""
        self.refuse_if_restarting()
        self._export()
        try:
            self._new_process = NewProcess(
                self._loop, control, config, self._note_ready, self._abort
            )
        except OSError as error:
            raise ControlError(NOT_RESTARTED, f"it can't be started: {error}") from None
        self._reply = reply

    def next_deadline(self) -> Nanoseconds | None:
        """When to call ``tend``."""
        return self._new_process.next_deadline() if self._new_process else None

    def run_due(self, now: Nanoseconds) -> None:
        """Hand on, or give up; to be called when nothing else is left to do."""
        if self._new_process is None:
            return
        if self._is_ready:
            self._hand_over(self._new_process)
        else:
            self._new_process.run_due(now)

    def _note_ready(self) -> None:
        self._is_ready = True

    def _hand_over(self, successor: NewProcess) -> None:
        try:
            estate, until = self._export()
            successor.hand_over(estate, until)
        except Exception as error:  # Whatever it is: nobody else serves.
            self._abort(error)
            return
        self._answer(success(pid=successor.process))
        self._on_success(successor.process or 0)

    def _abort(self, error: Exception) -> None:
        LOGGER.error("not restarted, this process goes on: %s", error)
        if self._new_process is not None:
            self._new_process.kill()
        self._new_process, self._is_ready = None, False
        self._answer(failure(error))

    def _answer(self, answer: Dict[str, Any]) -> None:
        if self._reply is not None:
            self._reply(answer)
