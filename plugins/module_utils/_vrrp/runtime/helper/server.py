# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The helper: a separate process that runs programs and polls files and processes.

The agent has two capabilities, a sandbox and timers that nothing may delay, so the helper deals
with other programs. The helper runs as root, to run commands as other users, and obeys only the
configuration file, which only root can write: a compromised agent can run no other command, and
read no other file. It exits when the agent disconnects.

Messages from the agent: ``{"run": number, "command": [...], "user": "", "timeout": seconds,
"environment": {}, "leaves_jobs": false}`` and ``{"files": [...], "processes": [...]}``. Messages to
it: ``{"ended": number, "status": 0, "error": "", "output": ""}``, ``{"files": {}, "processes":
{}}`` and, every few seconds, ``{}``.
"""

from __future__ import annotations

import os
import pwd
import signal
import socket
from typing import Mapping, Set, Tuple

from ...base.constants import HELPER_HEARTBEAT_INTERVAL
from ...base.errors import ConfigError
from ...base.units import Nanoseconds, earliest, seconds
from ...model.command import Command, CommandResult
from ...model.config import parse_config
from ...model.instance import Config
from ...model.tracking import FileCheck, ScriptCheck
from .. import clock
from ..json_stream import JsonObject, JsonStream
from ..loop import Loop
from ..peer_credentials import user_and_group
from ..sd_notify import Notifier
from ..signals import signal_socket
from .poller import Poller
from .processes import ProcessRunner

_Key = Tuple[Tuple[str, ...], str]


class Allowlist:
    """The commands and files that the configuration file allows; read again when it changes.

    Everything it once allowed stays allowed: an agent that has rejected a new file still uses the
    old one.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: Tuple[int, int] | None = None
        self._commands: Set[_Key] = set()
        self._files: Set[str] = set()

    def allow_command(self, arguments: Tuple[str, ...], user: str) -> bool:
        """Whether the command may run as this user."""
        self._refresh()
        return (arguments, user) in self._commands

    def allow_file(self, path: str) -> bool:
        """Whether the file may be read."""
        self._refresh()
        return path in self._files

    def _refresh(self) -> None:
        try:
            found = os.stat(self._path)
            stamp = (found.st_ino, found.st_mtime_ns)
            if stamp == self._seen:
                return
            with open(self._path, encoding="utf-8") as file:
                self._add(parse_config(file.read()))
            self._seen = stamp
        except (OSError, UnicodeDecodeError, ConfigError):
            return  # It allows nothing new.

    def _add(self, config: Config) -> None:
        for instance in config.instances:
            for hook in instance.hooks:
                self._commands.add((hook.command.arguments, hook.command.user))
            for check in (one.check for one in instance.tracked):
                if isinstance(check, ScriptCheck):
                    self._commands.add((check.command.arguments, check.command.user))
                elif isinstance(check, FileCheck):
                    self._files.add(check.path)


class HelperServer:
    """Serves the one agent at the other end of ``connected``."""

    def __init__(self, connected: socket.socket, config_path: str) -> None:
        self._user = _user_of(connected)
        self._stream = JsonStream(connected)
        self._allowlist = Allowlist(config_path)
        self._loop = Loop()
        self._processes = ProcessRunner(self._loop, self._finished)
        self._poller = Poller()
        self._signals = signal_socket([signal.SIGCHLD])
        self._serving = True
        self._heartbeat_at: Nanoseconds = 0
        self._notifier = Notifier()

    def run(self) -> None:
        """Serve until the agent disconnects."""
        self._notifier.ready()
        self._loop.on_readable(self._stream, self._read)
        self._loop.on_readable(self._signals, self._drain_signals)
        while self._serving:
            self._loop.run_once(self._next_deadline())
            self._processes.reap(clock.now())
            self._poll_targets()
            self._send_heartbeat(clock.now())
            self._loop.want(self._stream, write=self._stream.is_pending)
        self._processes.kill()
        self._loop.close()

    def _drain_signals(self) -> None:
        self._signals.recv(256)  # Ended programs are reaped after every wake-up.

    def _next_deadline(self) -> Nanoseconds | None:
        commands, targets = self._processes.next_deadline(), self._poller.next_deadline()
        watchdog = self._notifier.next_deadline()
        return earliest((commands, targets, self._heartbeat_at, watchdog))

    def _read(self) -> None:
        messages = self._stream.receive()
        if messages is None or not self._stream.flush():
            self._serving = False
            return
        for message in messages:
            if "run" in message:
                self._run(message)
            else:
                files = [one for one in message["files"] if self._allowlist.allow_file(one)]
                self._poller.set_targets(files, message["processes"])

    def _run(self, message: JsonObject) -> None:
        number, arguments = int(message["run"]), tuple(message["command"])
        user = str(message["user"])
        if not self._allowlist.allow_command(arguments, user):
            self._finished(
                number,
                CommandResult(
                    None, "the helper refused the command: it is not in the configuration file"
                ),
            )
            return
        command = Command(arguments, user or self._user, seconds(message["timeout"]))
        self._processes.start(
            number, command, message["environment"], message["leaves_jobs"], clock.now()
        )

    def _finished(self, number: int, result: CommandResult) -> None:
        self._reply(
            {
                "ended": number,
                "status": result.status,
                "error": result.error,
                "output": result.output,
            }
        )

    def _poll_targets(self) -> None:
        files, processes = self._poller.poll(clock.now())
        if files or processes:
            self._reply({"files": dict(files), "processes": dict(processes)})

    def _send_heartbeat(self, now: Nanoseconds) -> None:
        """Report to the agent, and to systemd, now and then that this process works."""
        self._notifier.run_due(now)
        if now >= self._heartbeat_at:
            self._heartbeat_at = now + HELPER_HEARTBEAT_INTERVAL
            self._reply({})

    def _reply(self, message: Mapping[str, object]) -> None:
        if not self._stream.send(message):
            self._serving = False


def _user_of(connected: socket.socket) -> str:
    """Return the name of the agent's user, the default user of commands."""
    user, _group = user_and_group(connected)
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return ""
