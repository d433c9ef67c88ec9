# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The helper: a separate process that runs programs and polls files and processes.

The agent has two capabilities, a sandbox and timers that nothing may delay, so the helper deals
with other programs. The helper runs as root, to run commands as other users, and obeys only the
configuration file, which only root can write. All that it takes from the agent is the digest of a
configuration, the numbers of its commands, and the values of a change of state, which it checks: a
compromised agent can run no other command, in no other environment, and read no other file. It
exits when the agent disconnects.

Messages from the agent: ``{"run": number, "config": digest, "command": number, "values": {}}`` and
``{"poll": digest}``, with an empty one for nothing. Messages to it: ``{"ended": number, "status":
0, "error": "", "output": ""}``, ``{"files": {}, "processes": {}}`` and, every few seconds, ``{}``.
"""

from __future__ import annotations

import pwd
import signal
import socket
from dataclasses import replace
from typing import Mapping

from ...base.constants import HELPER_HEARTBEAT_INTERVAL
from ...base.units import Nanoseconds, earliest
from ...model.command import CommandResult
from ...model.commands import NumberedCommand
from .. import clock
from ..json_stream import JsonObject, JsonStream
from ..loop import Loop
from ..peer_credentials import user_and_group
from ..sd_notify import Notifier
from ..signals import signal_socket
from .configurations import Allowed, Configurations
from .poller import Poller
from .processes import ProcessRunner

_NOTHING = Allowed((), frozenset(), frozenset())


class HelperServer:
    """Serves the one agent at the other end of ``connected``."""

    def __init__(self, connected: socket.socket, config_path: str) -> None:
        self._user = _user_of(connected)
        self._stream = JsonStream(connected)
        self._configurations = Configurations(config_path)
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
                self._poll(str(message["poll"]))

    def _poll(self, config: str) -> None:
        allowed = self._configurations.get(config, clock.now()) or _NOTHING
        self._poller.set_targets(allowed.files, allowed.processes)

    def _run(self, message: JsonObject) -> None:
        number = int(message["run"])
        try:
            wanted = self._wanted(str(message["config"]), int(message["command"]))
            environment = wanted.environment(message["values"])
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            self._finished(number, CommandResult(None, f"the helper refused it: {error}"))
            return
        command = wanted.command
        if not command.user:
            command = replace(command, user=self._user)
        is_hook = wanted.hook is not None
        self._processes.start(number, command, environment, is_hook, clock.now())

    def _wanted(self, config: str, number: int) -> NumberedCommand:
        """Return the command with that number; raises LookupError."""
        allowed = self._configurations.get(config, clock.now())
        if allowed is None:
            raise LookupError("the configuration file is another one than the agent's")
        if not 0 <= number < len(allowed.commands):
            raise LookupError(f"the configuration has no command {number}")
        return allowed.commands[number]

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
