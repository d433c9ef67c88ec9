# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Programs run as other users, without blocking.

Each is killed with all its children after its timeout. The last line of its output is kept, for
people. What a hook leaves in the background goes on, as with keepalived, until the helper ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import Callable, Dict, Mapping

from ...base.text import visible
from ...base.units import NANOSECONDS_PER_SECOND, Nanoseconds, describe
from ...model.command import Command, CommandResult
from ..identity import Identity
from ..loop import Loop

_OUTPUT_MAX = 1 << 16  # As much as a pipe holds.
_LINE_MAX = 200
_KILL_AFTER = NANOSECONDS_PER_SECOND // 2  # Between SIGTERM and SIGKILL.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class _Process:
    """A running program and its deadline."""

    def __init__(
        self,
        command: Command,
        process: subprocess.Popen[bytes],
        leaves_jobs: bool,
        now: Nanoseconds,
    ) -> None:
        self.command = command
        self.process = process
        self.leaves_jobs = leaves_jobs
        self.deadline = now + command.timeout
        self.overdue = False
        self._output = b""

    def fileno(self) -> int:
        """Return the descriptor of its output."""
        return -1 if self.process.stdout is None else self.process.stdout.fileno()

    def read(self) -> bool:
        """Read what it has written; returns whether it may write more."""
        try:
            data = os.read(self.fileno(), _OUTPUT_MAX)
        except OSError:
            return True  # No more output for now.
        self._output = (self._output + data)[-_OUTPUT_MAX:]
        return bool(data)

    def result(self, status: int) -> CommandResult:
        """Return the result of the program."""
        self.read()  # What waits in the pipe is no longer than one reading.
        if self.process.stdout is not None:
            self.process.stdout.close()
        lines = self._output.decode(errors="replace").split("\n")
        line = next((line.strip() for line in reversed(lines) if line.strip()), "")
        last = visible(line[:_LINE_MAX])
        if self.overdue:
            why = f"killed after {describe(self.command.timeout)}"
            return CommandResult(None, why, last)
        if status < 0:
            return CommandResult(None, f"ended by signal {-status}", last)
        return CommandResult(status, "", last)


def _why(command: Command, error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no user {command.user}"
    return str(getattr(error, "strerror", None) or error)


class ProcessRunner:
    """The running programs; ``on_end`` is called for each that has ended, with its number. Their
    output is read as it comes: a program that can't write stops.
    """

    def __init__(self, loop: Loop, on_end: Callable[[int, CommandResult], None]) -> None:
        self._loop = loop
        self._on_end = on_end
        self._running: Dict[int, _Process] = {}

    def start(
        self,
        number: int,
        command: Command,
        environment: Mapping[str, str],
        leaves_jobs: bool,
        now: Nanoseconds,
    ) -> None:
        """Start a program; one that can't be started has ended at once. One that ``leaves_jobs``
        may leave programs running in the background.
        """
        try:
            process = _spawn(command, environment)
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            self._on_end(number, CommandResult(None, f"can't be started: {_why(command, error)}"))
            return
        child = self._running[number] = _Process(command, process, leaves_jobs, now)
        self._loop.on_readable(child, lambda: self._read(child))

    def _read(self, child: _Process) -> None:
        if not child.read():
            self._loop.want(child, read=False)

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``reap`` has to be called although no program has ended."""
        return min((child.deadline for child in self._running.values()), default=None)

    def reap(self, now: Nanoseconds) -> None:
        """Report programs that have ended; end those whose timeout has passed, by SIGTERM at
        first.
        """
        for number, child in list(self._running.items()):
            status = child.process.poll()
            if status is not None:
                del self._running[number]
                if child.overdue:
                    _signal_session(child.process, signal.SIGKILL)
                elif not child.leaves_jobs:
                    _signal(child.process, signal.SIGKILL)  # What it left in its group.
                self._loop.forget(child)
                self._on_end(number, child.result(status))
            elif now >= child.deadline:
                last = signal.SIGKILL if child.overdue else signal.SIGTERM
                _signal_session(child.process, last)
                child.overdue, child.deadline = True, now + _KILL_AFTER

    def kill(self) -> None:
        """Kill all of them at once."""
        for child in self._running.values():
            _signal(child.process, signal.SIGKILL)


def _spawn(command: Command, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    identity = Identity.of(command.user)
    # No module of Ansible runs this, so there is no run_command.
    process = subprocess.Popen(  # pylint: disable=ansible-bad-function
        command.arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": _PATH, "LANG": "C.UTF-8", "HOME": identity.home, **environment},
        start_new_session=True,
        user=identity.user,
        group=identity.group,
        extra_groups=identity.groups,
    )
    if process.stdout is not None:
        os.set_blocking(process.stdout.fileno(), False)
    return process


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # All of them have ended.
        os.killpg(process.pid, number)


def _signal_session(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal all processes of a program's session, also in groups of their own, as the jobs of a
    shell are.
    """
    for found in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.getsid(int(found)) == process.pid:
                os.kill(int(found), number)
