# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A restart without a gap, as the old process sees it.

The old process starts the new one and serves until that is ready. Then it reads its sockets for
the last time, hands its state over, and waits until the new one serves. ``standby.py`` has the
other side, ``runtime/handover`` the messages. When the new process fails, nothing has changed, and
the old one keeps serving.
"""

from __future__ import annotations

import socket
from typing import Callable, Tuple, Union

from ..base.errors import NOT_RESTARTED, ControlError
from ..base.units import Nanoseconds
from ..control.protocol import Answer
from ..runtime.control_server import Reply
from ..runtime.handover.messages import HandoverState
from ..runtime.handover.new_process import NewProcess
from ..runtime.log import LOGGER
from ..runtime.loop import Loop

Handover = Tuple[HandoverState, Nanoseconds]


class Restart:
    """``refuse_if_busy`` raises ControlError while a handover is impossible. ``export`` returns the
    state, and the time by which the new process has to serve. ``on_success`` receives the new
    process, which owns the host from then on.
    """

    def __init__(
        self,
        loop: Loop,
        refuse_if_busy: Callable[[], None],
        export: Callable[[], Handover],
        on_success: Callable[[int], None],
    ) -> None:
        self._loop = loop
        self._refuse_if_busy = refuse_if_busy
        self._export = export
        self._on_success = on_success
        self._new_process: NewProcess | None = None
        self._is_ready = False
        self._reply: Reply | None = None

    def refuse_if_restarting(self) -> None:
        """Raise ControlError during a restart: the new process has read the current
        configuration.
        """
        if self._new_process is not None:
            raise ControlError("busy", "the agent is being restarted")

    def start(self, control: socket.socket, config: str, reply: Reply) -> None:
        """Start the new process; raises ControlError. ``reply`` is called with the outcome."""
        self.refuse_if_restarting()
        self._refuse_if_busy()
        try:
            self._new_process = NewProcess(
                self._loop, control, config, self._note_ready, self._abort
            )
        except OSError as error:
            raise ControlError(
                NOT_RESTARTED, f"the new process can't be started: {error}"
            ) from None
        self._reply = reply

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None for never."""
        if self._is_ready:
            return 0
        return self._new_process.next_deadline() if self._new_process else None

    def run_due(self, now: Nanoseconds) -> None:
        """Hand over, or abort the restart; to be called when nothing else is due."""
        if self._new_process is None:
            return
        if self._is_ready:
            self._hand_over(self._new_process)
        else:
            self._new_process.run_due(now)

    def _note_ready(self) -> None:
        self._is_ready = True

    def _hand_over(self, new_process: NewProcess) -> None:
        try:
            state, until = self._export()
            new_process.hand_over(state, until)
        except Exception as error:  # For any error: no other process serves.
            self._abort(error)
            return
        self._answer(Answer({"pid": new_process.process}))
        self._on_success(new_process.process or 0)

    def _abort(self, error: Exception) -> None:
        LOGGER.error("restart failed, still serving: %s", error)
        if self._new_process is not None:
            self._new_process.kill()
        self._new_process, self._is_ready = None, False
        self._answer(error)

    def _answer(self, answer: Union[Answer, Exception]) -> None:
        if self._reply is not None:
            self._reply(answer)
