# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The helper's end of the checker, which runs the built-in checks."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict

from ...base.text import visible
from ...base.units import Nanoseconds, seconds
from ...model.command import CommandResult
from ...model.target import Target, plain
from .. import clock
from ..identity import Identity
from ..json_stream import JsonStream
from ..loop import Loop

_LINE_MAX = 1 << 16
_ERROR_MAX = 200
_KILLED_WITHIN = 1.0  # Seconds.
# The checker answers for a check within its timeout. It needs a while to start, and is replaced
# when it has answered for none of several checks.
_ANSWER_GRACE = seconds(1.5)
_STARTS_WITHIN = seconds(10)
_UNANSWERED_MAX = 3


class CheckerClient:
    """Has one checker, as ``user``, started when it is first needed, and again after it has ended;
    ``on_end`` is called for each check that has ended, with its number. Mutable.
    """

    def __init__(self, loop: Loop, user: str, on_end: Callable[[int, CommandResult], None]) -> None:
        self._loop = loop
        self._user = user
        self._on_end = on_end
        self._process: subprocess.Popen[bytes] | None = None
        self._stream: JsonStream | None = None
        self._launched_at: Nanoseconds = 0
        self._unanswered = 0  # Checks since it has last answered.
        self._deadlines: Dict[int, Nanoseconds] = {}

    def start(self, number: int, target: Target, now: Nanoseconds) -> None:
        """Start a check; one that can't be started has no result."""
        self._deadlines[number] = now + target.timeout + _ANSWER_GRACE
        try:
            stream = self._stream or self._launch()
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            self._end(number, CommandResult(None, f"no checker: {error}", is_lost=True))
            return
        if not stream.send({"run": number, **plain(target)}):
            self._lose()

    def next_deadline(self) -> Nanoseconds | None:
        """The time of the next check that has to have ended by then; None without one."""
        return min(self._deadlines.values(), default=None)

    def run_due(self, now: Nanoseconds) -> None:
        """Report the checks for which the checker does not answer as without a result."""
        overdue = [one for one, at in self._deadlines.items() if at <= now]
        for number in overdue:
            self._unanswered += 1
            self._end(number, CommandResult(None, "the checker does not answer", is_lost=True))
        may_have_started = now - self._launched_at > _STARTS_WITHIN
        if self._unanswered >= _UNANSWERED_MAX and may_have_started:
            self._lose()

    def close(self) -> None:
        """End the checker."""
        if self._stream is not None:
            self._loop.forget(self._stream)
            self._stream.close()
            self._stream = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(_KILLED_WITHIN)
            self._process = None

    def _launch(self) -> JsonStream:
        self.close()
        self._launched_at, self._unanswered = clock.now(), 0
        ours, theirs = socket.socketpair()
        identity = Identity.of(self._user)
        root = str(Path(__file__).resolve().parents[3])
        code = (
            f"import sys; sys.path.insert(0, {root!r}); from _vrrp.agent.cli import main; "
            "raise SystemExit(main(['checker']))"
        )
        with theirs:
            # No module of Ansible runs this, so there is no run_command.
            self._process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                [sys.executable, "-IS", "-c", code],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={"LANG": "C.UTF-8"},
                start_new_session=True,
                user=identity.user,
                group=identity.group,
                extra_groups=identity.groups,
            )
        self._stream = JsonStream(ours, _LINE_MAX)
        self._loop.on_readable(self._stream, self._read)
        return self._stream

    def _read(self) -> None:
        messages = self._stream.receive() if self._stream is not None else None
        if messages is None:
            self._lose()
            return
        self._unanswered = 0
        for message in messages:
            number, error = message.get("ended"), str(message.get("error", ""))
            if isinstance(number, int) and number in self._deadlines:
                why, is_lost = visible(error[:_ERROR_MAX]), message.get("is_lost") is True
                failed = CommandResult(None, why, is_lost=is_lost)
                self._end(number, failed if error else CommandResult(0))

    def _lose(self) -> None:
        """Report what runs as without a result: the checker has ended."""
        self.close()
        for number in list(self._deadlines):
            self._end(number, CommandResult(None, "the checker has ended", is_lost=True))

    def _end(self, number: int, result: CommandResult) -> None:
        del self._deadlines[number]
        self._on_end(number, result)
