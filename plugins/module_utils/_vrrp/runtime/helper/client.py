# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The agent's side of the helper: connects when there is work, and never waits for it.

``server.py`` documents the messages.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from typing import Callable, Deque, Dict, List, Mapping, Set, Tuple, Union

from ...base.constants import (
    HELPER_HEARTBEAT_INTERVAL,
    HELPER_REPLACEMENT_MAX,
    HELPER_RETRY_INTERVAL,
    HELPER_RETRY_INTERVAL_MAX,
    HELPER_SILENCE_MAX,
)
from ...base.units import Nanoseconds, earliest, seconds
from ...control.protocol import digest
from ...engine.actions import PollTargets, RunCommand
from ...model.command import Command, CommandResult
from ...model.commands import commands_of, needs_root
from ...model.instance import Config
from ...model.target import Target
from .. import clock
from ..json_stream import JsonObject, JsonStream
from ..log import LOGGER
from ..loop import Loop
from .launch import HelperAccess

OnEnd = Callable[[int, CommandResult], None]
OnTargets = Callable[[Mapping[str, "str | None"], Mapping[str, int]], None]

# The commands of a configuration: the number of each by its identity.
Numbers = Dict[Tuple[Union[Command, Target], str, str, str], int]

_NOTHING = PollTargets(frozenset(), frozenset())
_EXITED = "the helper process has exited: what it was running has no result"
_OUTDATED = (
    "the helper process is replaced by one with the rights that the commands need: what it was "
    "running has no result"
)
_SILENT = (
    f"the helper process has not answered for {HELPER_SILENCE_MAX // seconds(1)} s, and is "
    "replaced: what it was running has no result"
)


class HelperClient:
    """The helper as the agent uses it, which reaches it by ``access``.

    ``on_end`` is called with results of commands, ``on_targets`` with observations. They are called
    from the loop or from ``run_due``, never from ``run`` or ``set_targets``.
    """

    def __init__(
        self, loop: Loop, access: HelperAccess, on_end: OnEnd, on_targets: OnTargets
    ) -> None:
        self._loop = loop
        self._access = access
        self._on_end = on_end
        self._on_targets = on_targets
        self._stream: JsonStream | None = None
        self._running: Set[int] = set()
        self._targets = _NOTHING
        self._known: List[Tuple[str, Numbers]] = []
        self._needs_root = False
        # Of a helper with other rights than the commands need: until when it may go on.
        self._outdated_until: Nanoseconds | None = None
        self._held: List[RunCommand] = []
        self._retry_at: Nanoseconds = 0
        self._retry_after = HELPER_RETRY_INTERVAL
        self._silent_until: Nanoseconds = 0
        self._opened_at = self._heard_at = self._retry_at
        self._failed: Dict[int, str] = {}
        self._received: Deque[JsonObject] = deque()

    def configure(self, text: str, config: Config) -> None:
        """Take the commands from another configuration, of this text; for those that have left it,
        from the one before.
        """
        numbers = {one.identity: number for number, one in enumerate(commands_of(config))}
        self._known = [(digest(text), numbers), *self._known[:1]]
        before, self._needs_root = self._needs_root, needs_root(config)
        if self._stream is not None and before != self._needs_root:
            self._outdated_until = clock.now() + HELPER_REPLACEMENT_MAX
        self._send_config()
        self._replace_outdated()
        if self._stream is not None and self._targets != _NOTHING:
            self._request(self._targets_message())

    def run(self, action: RunCommand) -> None:
        """Request that a command is run; by the next helper if this one has to be replaced."""
        if self._outdated_until is not None:
            self._held.append(action)
            return
        self._running.add(action.number)
        values = action.environment
        about = (values.get(key, "") for key in ("VRRP_INSTANCE", "VRRP_FAMILY", "VRRP_EVENT"))
        identity = (action.command, *about)
        for config, numbers in self._known:
            if identity in numbers:
                command = {"config": config, "command": numbers[identity], "values": dict(values)}
                self._request({"run": action.number, **command})
                return
        self._running.discard(action.number)
        self._failed[action.number] = f"{action.command} has left the configuration: it is not run"

    def set_targets(self, action: PollTargets) -> None:
        """Request that the configured files and processes are polled, if there are any."""
        before, self._targets = self._targets, action
        if self._targets != _NOTHING or before != _NOTHING:
            self._request(self._targets_message())

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None for never."""
        if self._failed or self._received:
            return 0
        if self._stream is not None:
            return earliest((self._heard_at + HELPER_SILENCE_MAX, self._outdated_until))
        return self._retry_at if self._targets != _NOTHING else None

    def run_due(self, now: Nanoseconds) -> None:
        """Report what a helper has sent, and requests that were lost with one, for a portion of
        time; connect to another one. One that is silent is replaced.
        """
        if self._stream is not None and now >= self._heard_at + HELPER_SILENCE_MAX:
            self._replace_silent(now)
        self._replace_outdated()
        if self._stream is None and self._targets != _NOTHING and now >= self._retry_at:
            self._request(self._targets_message())
        while self._received or self._failed:
            if self._received:
                self._dispatch(self._received.popleft())
            else:
                number, why = self._failed.popitem()
                self._on_end(number, CommandResult(None, why, is_lost=True))
            if self._loop.portion_is_over():
                return

    def _replace_silent(self, now: Nanoseconds) -> None:
        """Disconnect from a helper that is silent, unless it was this process, or the machine, that
        did not run.
        """
        self._read()
        late = now - (self._heard_at + HELPER_SILENCE_MAX)
        if self._stream is None or late < 0:
            return
        if late > HELPER_RETRY_INTERVAL:
            self._heard_at = now - HELPER_HEARTBEAT_INTERVAL
            return
        # One that fell silent after a while may have met something that has passed.
        has_worked = self._heard_at - self._opened_at > HELPER_SILENCE_MAX
        doubled = min(2 * self._retry_after, HELPER_RETRY_INTERVAL_MAX)
        self._retry_after = HELPER_RETRY_INTERVAL if has_worked else doubled
        self._disconnect(_SILENT)
        self._retry_at = self._silent_until = now + self._retry_after

    def _replace_outdated(self) -> None:
        """Replace a helper that has other rights than the commands need, once nothing runs or its
        time is over: the next one has those of its unit.
        """
        until = self._outdated_until
        if until is None or (self._running and clock.now() < until):
            return
        self._close_stream()
        if self._running:
            self._fail_pending(_OUTDATED)
        self._retry_at = clock.now()
        self._run_held()

    def _run_held(self) -> None:
        held, self._held = self._held, []
        for action in held:
            self.run(action)

    def close(self) -> None:
        """Disconnect, so that the helper exits."""
        self._held.clear()
        self._disconnect("the agent stopped")

    def _targets_message(self) -> Dict[str, str]:
        is_wanted = self._targets.files or self._targets.processes
        return {"poll": self._known[0][0] if self._known and is_wanted else ""}

    def _request(self, message: Mapping[str, object]) -> None:
        if self._stream is None:
            if clock.now() < self._silent_until:
                self._fail_pending(_SILENT)
                return
            self._open()
            if self._stream is not None and "run" in message and self._targets != _NOTHING:
                self._stream.send(self._targets_message())
        if self._stream is None:
            return
        if not self._stream.send(message):
            self._disconnect(_EXITED)
        else:
            self._loop.want(self._stream, write=self._stream.is_pending)

    def _open(self) -> None:
        now = self._opened_at = self._heard_at = clock.now()
        self._retry_at = now + HELPER_RETRY_INTERVAL
        try:
            self._stream = JsonStream(self._access.connect())
        except OSError as error:
            self._fail_pending(f"the helper can't be reached: {error}")
            return
        self._loop.on_readable(self._stream, self._read)
        self._send_config()

    def _send_config(self) -> None:
        """Pass the file of the configuration on: a helper with few rights can't open it."""
        if self._stream is None:
            return
        with contextlib.suppress(OSError):
            descriptor = self._access.open_config()
            try:
                is_sent = self._stream.send_descriptor({"read": True}, descriptor)
            finally:
                os.close(descriptor)
            if not is_sent:
                self._disconnect(_EXITED)

    def _read(self) -> None:
        stream = self._stream
        if stream is None:
            return
        messages = stream.receive() if stream.flush() else None
        if messages is None:
            self._disconnect(_EXITED)
            return
        self._loop.want(stream, write=stream.is_pending)
        if messages:
            self._heard_at = clock.now()
        self._received.extend(filter(None, messages))
        self._running.difference_update(one["ended"] for one in messages if "ended" in one)

    def _dispatch(self, message: JsonObject) -> None:
        if "ended" not in message:
            self._on_targets(message["files"], message["processes"])
            return
        fields = (message[key] for key in ("status", "error", "output", "is_lost"))
        self._on_end(message["ended"], CommandResult(*fields))

    def _disconnect(self, why: str) -> None:
        if self._stream is not None:
            self._close_stream()
            self._fail_pending(why)
            self._run_held()

    def _close_stream(self) -> None:
        self._outdated_until = None
        if self._stream is not None:
            self._loop.forget(self._stream)
            self._stream.close()
            self._stream = None

    def _fail_pending(self, why: str) -> None:
        """Report every pending request as failed."""
        LOGGER.warning("%s", why)
        self._failed.update({number: why for number in sorted(self._running)})
        self._running.clear()
