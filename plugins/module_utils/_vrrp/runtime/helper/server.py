# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The helper: a separate process that runs programs and polls files and processes.

The agent has two capabilities, a sandbox and timers that nothing may delay, so the helper deals
with other programs. It has a user of its own, and is root only where a command runs as another
user. It obeys only the configuration file, which only root can write. All that it takes from the
agent is that file, opened, the digest of a configuration, the numbers of its commands, and the
values of a change of state, which it checks: a compromised agent can run no other command, in no
other environment, and read no other file. It exits when the agent disconnects.

================================================  ================================================
from the agent                                    meaning
================================================  ================================================
``{"read": true}``, with an open file             the configuration
``{"run": N, "config": digest, "command": M,``    run command ``M`` of that configuration
``"values": {}}``
``{"poll": digest}``                              poll its files and processes; of ``""``, nothing
================================================  ================================================

================================================  ================================================
to the agent                                      meaning
================================================  ================================================
``{"ended": N, "status": 0, "error": "",``        run ``N`` has ended; ``is_lost`` as in
``"output": "", "is_lost": false}``               ``CommandResult``
``{"files": {}, "processes": {}}``                what has changed
``{}``, every few seconds                         the helper works
================================================  ================================================
"""

from __future__ import annotations

import signal
import socket
from dataclasses import replace
from typing import Dict, Mapping, Tuple

from ...base.constants import HELPER_HEARTBEAT_INTERVAL
from ...base.units import Nanoseconds, earliest
from ...model.command import Command, CommandResult
from ...model.commands import NumberedCommand
from .. import clock
from ..json_stream import JsonObject, JsonStream
from ..loop import Loop
from ..sd_notify import Notifier
from ..signals import signal_socket
from .checker import CheckerClient
from .configurations import Allowed, Configurations
from .poller import Poller
from .processes import ProcessRunner

_NOTHING = Allowed((), frozenset(), frozenset())
_OTHER_CONFIGURATION = (
    "the configuration file has changed, and the agent has not applied it: reload the agent"
)


class HelperServer:
    """Serves the one agent at the other end of ``connected``. Commands that name no user run as
    ``user``, empty for that of the helper.
    """

    def __init__(self, connected: socket.socket, config_path: str, user: str = "") -> None:
        self._user = user
        self._stream = JsonStream(connected, takes_descriptors=True)
        self._configurations = Configurations(config_path)
        self._loop = Loop()
        self._processes = ProcessRunner(self._loop, self._finished)
        self._poller = Poller(user)
        self._checker = CheckerClient(self._loop, user, self._finished)
        # The configuration and the number of each command that runs: none runs twice at once.
        self._running: Dict[int, Tuple[str, str]] = {}
        self._signals = signal_socket([signal.SIGCHLD])
        self._serving = True
        self._heartbeat_at: Nanoseconds = 0
        self._notifier = Notifier()
        self._loop.on_readable(self._stream, self._read)
        self._loop.on_readable(self._signals, self._drain_signals)

    def run(self) -> None:
        """Serve until the agent disconnects."""
        self._notifier.ready()
        while self._serving:
            self.run_once()
        self.close()

    def run_once(self) -> None:
        """Wait until there is something to do, and do it."""
        self._loop.run_once(self._next_deadline())
        self._processes.reap(clock.now())
        self._checker.run_due(clock.now())
        self._poll_targets()
        self._send_heartbeat(clock.now())
        self._loop.want(self._stream, write=self._stream.is_pending)

    def close(self) -> None:
        """Kill what runs, and disconnect."""
        self._processes.kill()
        self._checker.close()
        self._loop.close()
        self._stream.close()

    def _drain_signals(self) -> None:
        self._signals.recv(256)  # Ended programs are reaped after every wake-up.

    def _next_deadline(self) -> Nanoseconds | None:
        commands, targets = self._processes.next_deadline(), self._poller.next_deadline()
        watchdog, checks = self._notifier.next_deadline(), self._checker.next_deadline()
        return earliest((commands, targets, self._heartbeat_at, watchdog, checks))

    def _read(self) -> None:
        messages = self._stream.receive()
        if messages is None or not self._stream.flush():
            self._serving = False
            return
        for message in messages:
            if "run" in message:
                self._run(message)
            elif "poll" in message:
                self._poll(str(message["poll"]))
            else:
                self._read_config()
        self._stream.close_descriptors()

    def _read_config(self) -> None:
        descriptor = self._stream.take_descriptor()
        if descriptor is not None:
            self._configurations.read(descriptor, clock.now())

    def _poll(self, config: str) -> None:
        allowed = self._configurations.get(config) or _NOTHING
        self._poller.set_targets(allowed.files, allowed.processes)

    def _run(self, message: JsonObject) -> None:
        number = message["run"]
        if not _is_number(number) or number in self._running:
            return  # It would be another command by the number of one that runs.
        allowed = self._configurations.get(str(message.get("config")))
        if allowed is None:
            # Nothing is wrong with the command.
            self._finished(number, CommandResult(None, _OTHER_CONFIGURATION, is_lost=True))
            return
        try:
            if not _is_number(message.get("command")):
                raise ValueError("a command is named by its number")
            wanted = _wanted(allowed, message.get("command"))
            environment = wanted.environment(message.get("values", {}))
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            self._finished(number, CommandResult(None, f"the helper refused it: {error}"))
            return
        command = wanted.command_for(environment)
        key = (str(message["config"]), str(message["command"]))
        if key in self._running.values():
            self._finished(number, CommandResult(None, "it is running already", is_lost=True))
            return
        self._running[number] = key
        if not isinstance(command, Command):
            self._checker.start(number, command, clock.now())
            return
        if not command.user:
            command = replace(command, user=self._user)
        is_hook = wanted.hook is not None
        self._processes.start(number, command, environment, is_hook, clock.now())

    def _finished(self, number: int, result: CommandResult) -> None:
        self._running.pop(number, None)
        self._reply(
            {
                "ended": number,
                "status": result.status,
                "error": result.error,
                "output": result.output,
                "is_lost": result.is_lost,
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
            self._configurations.refresh(now)
            self._heartbeat_at = now + HELPER_HEARTBEAT_INTERVAL
            self._reply({})

    def _reply(self, message: Mapping[str, object]) -> None:
        if not self._stream.send(message):
            self._serving = False


def _wanted(allowed: Allowed, number: object) -> NumberedCommand:
    """Return the command with that number; raises LookupError."""
    if not isinstance(number, int) or not 0 <= number < len(allowed.commands):
        raise LookupError(f"the configuration has no command {number}")
    return allowed.commands[number]


def _is_number(value: object) -> bool:
    """Whether a value of a message is a whole number, and not true or false."""
    return isinstance(value, int) and not isinstance(value, bool)
