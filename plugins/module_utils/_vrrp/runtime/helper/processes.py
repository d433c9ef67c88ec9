# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Running programs as other users, without waiting for them. PRIVATE to the collection.

Each is killed with all that it started when its time is over. Of its output the last line is
kept, for people.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
from dataclasses import dataclass
from typing import Callable, Dict, Mapping, Sequence

from ...base.units import NANOSECONDS_PER_SECOND, Nanoseconds, describe
from ...model.command import Command, CommandResult

_OUTPUT_MAX = 1 << 14
_LINE_MAX = 200
_KILL_AFTER = NANOSECONDS_PER_SECOND // 2  # Between asking a program to end and ending it.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class _Process:
    """A program that runs, and until when it may."""

    def __init__(self, command: Command, process: subprocess.Popen[bytes], now: Nanoseconds):
        self.command = command
        self.process = process
        self.deadline = now + command.timeout
        self.overdue = False
        self._output = b""

    def read(self) -> None:
        """Take what it has written."""
        stream = self.process.stdout
        try:
            while stream is not None and (data := os.read(stream.fileno(), _OUTPUT_MAX)):
                self._output = (self._output + data)[-_OUTPUT_MAX:]
        except OSError:
            pass  # Nothing more for now.

    def result(self, status: int) -> CommandResult:
        """What became of it."""
        self.read()
        if self.process.stdout is not None:
            self.process.stdout.close()
        lines = self._output.decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")[:_LINE_MAX]
        if self.overdue:
            why = f"killed after {describe(self.command.timeout)}"
            return CommandResult(None, why, last)
        if status < 0:
            return CommandResult(None, f"ended by signal {-status}", last)
        return CommandResult(status, "", last)


class ProcessRunner:
    """``on_end`` is told of every program that has ended, by its number."""

    def __init__(self, on_end: Callable[[int, CommandResult], None]) -> None:
        self._on_end = on_end
        self._running: Dict[int, _Process] = {}

    def start(
        self, number: int, command: Command, environment: Mapping[str, str], now: Nanoseconds
    ) -> None:
        """Run a program; one that can't be run has ended already."""
        try:
            process = _spawn(command, environment)
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            why = f"there is no user {command.user}" if isinstance(error, KeyError) else str(error)
            self._on_end(number, CommandResult(None, f"cannot be run: {why}"))
            return
        self._running[number] = _Process(command, process, now)

    def next_deadline(self) -> Nanoseconds | None:
        """When to call ``check`` although none has ended."""
        return min((child.deadline for child in self._running.values()), default=None)

    def reap(self, now: Nanoseconds) -> None:
        """Tell of those that have ended, and end those whose time is over."""
        for number, child in list(self._running.items()):
            child.read()
            status = child.process.poll()
            if status is not None:
                del self._running[number]
                _signal(child.process, signal.SIGKILL)  # What it left behind in its session.
                self._on_end(number, child.result(status))
            elif now >= child.deadline:
                _signal(child.process, signal.SIGKILL if child.overdue else signal.SIGTERM)
                child.overdue, child.deadline = True, now + _KILL_AFTER

    def kill(self) -> None:
        """End all of them at once."""
        for child in self._running.values():
            _signal(child.process, signal.SIGKILL)


def _spawn(command: Command, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    identity = _run_as(command.user)
    process = subprocess.Popen(
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


@dataclass(frozen=True)
class _RunAs:
    """Whose rights a program gets; None where they are our own."""

    home: str = "/"
    user: int | None = None
    group: int | None = None
    groups: Sequence[int] | None = None


def _run_as(user: str) -> _RunAs:
    """Raises KeyError when there is no such user."""
    if not user:
        return _RunAs()
    entry = pwd.getpwnam(user)
    if entry.pw_uid == os.geteuid():
        return _RunAs(entry.pw_dir)
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return _RunAs(entry.pw_dir, entry.pw_uid, entry.pw_gid, groups)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # All of them have gone.
        os.killpg(process.pid, number)
