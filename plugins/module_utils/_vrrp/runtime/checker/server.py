# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The checker: a process without rights that runs the built-in checks, each in a thread.

The helper may be root, and what is on the network may be anybody: so it starts this process as the
user of commands that name none, and takes nothing from it but how a check has ended.

==============================================  ===================================================
from the helper                                 meaning
==============================================  ===================================================
``{"run": N, "kind": "tcp", "host": ...}``      run a check, with the settings of its target
==============================================  ===================================================

==============================================  ===================================================
to the helper                                   meaning
==============================================  ===================================================
``{"ended": N, "error": "", "is_lost": false}``  check ``N`` has succeeded, or why not; ``is_lost``
                                                as in ``CommandResult``
==============================================  ===================================================
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections import Counter
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Dict, Mapping, Tuple

from ...base.units import Nanoseconds, seconds
from ..json_stream import JsonObject, JsonStream
from ..loop import Loop
from .attempt import Attempt
from .checks import CHECKS, PingRefusedError

_LINE_MAX = 1 << 16
_THREADS_MAX = 512
# A search for the address of a name can't be ended, and takes longer than the check may.
_THREADS_OF_A_TARGET_MAX = 4
_CHUNK = 4096


@dataclass(frozen=True)
class _Run:
    """A check that has not been answered yet."""

    attempt: Attempt
    timeout: float  # Seconds.


@dataclass(frozen=True)
class Answer:
    """Why a check has failed, empty when it has succeeded; ``is_lost``: it could not be tried."""

    error: str = ""
    is_lost: bool = False


class CheckerServer:
    """Serves the helper at the other end of ``connected`` until that is closed. Each check runs in
    a thread; all else is done by the thread that calls ``run``.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._stream = JsonStream(connected, _LINE_MAX)
        self._loop = Loop()
        self._running: Dict[int, _Run] = {}
        self._threads: Counter[str] = Counter()  # By the target.
        self._ended: SimpleQueue[Tuple[int, str, Answer]] = SimpleQueue()
        self._wake_up, self._wake = socket.socketpair()
        self._serving = True

    def run(self) -> None:
        """Run each check that is asked for, and answer within its timeout."""
        self._loop.on_readable(self._stream, self._read)
        self._loop.on_readable(self._wake_up, self._collect)
        while self._serving:
            self._loop.run([self], None)
            self._loop.want(self._stream, write=self._stream.is_pending)

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time of the next check that has to be answered by then; None without one."""
        return min((one.attempt.deadline for one in self._running.values()), default=None)

    def run_due(self, now: Nanoseconds) -> None:
        """Answer for the checks whose time is over, and end what they wait for."""
        for number, one in list(self._running.items()):
            if one.attempt.deadline <= now:
                one.attempt.abort()
                self._answer(number, Answer(f"no answer within {one.timeout:g} s"))

    def _read(self) -> None:
        requests = self._stream.receive()
        if requests is None or not self._stream.flush():
            self._serving = False
            return
        for one in requests:
            self._start(one.pop("run"), one)

    def _start(self, number: int, request: JsonObject) -> None:
        target = json.dumps(request, sort_keys=True)  # Checks of one are equal but for the number.
        if self._threads[target] >= _THREADS_OF_A_TARGET_MAX:
            self._send(number, Answer(f"{_THREADS_OF_A_TARGET_MAX} checks before still wait"))
        elif sum(self._threads.values()) >= _THREADS_MAX:
            self._send(number, Answer(f"{_THREADS_MAX} other checks run", is_lost=True))
        else:
            self._start_thread(number, target, request)

    def _start_thread(self, number: int, target: str, request: JsonObject) -> None:
        attempt = Attempt(seconds(request["timeout"]))
        arguments = (number, target, request, attempt)
        try:
            threading.Thread(target=self._check, args=arguments, daemon=True).start()
        except RuntimeError as error:  # The unit, or the machine, has no thread left.
            self._send(number, Answer(str(error), is_lost=True))
            return
        self._running[number] = _Run(attempt, request["timeout"])
        self._threads[target] += 1

    def _check(self, number: int, target: str, request: JsonObject, attempt: Attempt) -> None:
        """Run a check. In a thread of its own."""
        answer = Answer("the check has ended by a fault of its own", is_lost=True)
        try:
            answer = answer_of(request, attempt)
        finally:
            self._ended.put((number, target, answer))
            self._wake.send(b"\0")

    def _collect(self) -> None:
        self._wake_up.recv(_CHUNK)
        while not self._ended.empty():
            number, target, answer = self._ended.get()
            self._threads[target] -= 1
            if not self._threads[target]:
                del self._threads[target]
            if number in self._running:
                self._answer(number, answer)

    def _answer(self, number: int, answer: Answer) -> None:
        del self._running[number]
        self._send(number, answer)

    def _send(self, number: int, answer: Answer) -> None:
        message = {"ended": number, "error": answer.error, "is_lost": answer.is_lost}
        self._serving = self._stream.send(message) and self._serving


def answer_of(request: Mapping[str, Any], attempt: Attempt) -> Answer:
    """Run a check, and return its end."""
    try:
        CHECKS[request["kind"]](request, attempt)
    except PingRefusedError as error:
        return Answer(str(error), is_lost=True)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Answer(_reason(error, request["timeout"]))
    return Answer()


def _reason(error: Exception, timeout: float) -> str:
    if isinstance(error, socket.timeout):
        return f"no answer within {timeout:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid: {error.verify_message}"
    if isinstance(error, http.client.HTTPException):
        return f"no HTTP: {type(error).__name__}"
    return str(getattr(error, "strerror", None) or error)
