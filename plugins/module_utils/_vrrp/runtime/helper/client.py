# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The agent's side of the helper: connects when there is something to do, and never waits for it.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import socket
from typing import Callable, Dict, FrozenSet, List, Mapping, Set, Tuple

from ...base.units import NANOSECONDS_PER_SECOND, Nanoseconds, to_seconds
from ...engine.actions import PollTargets, RunCommand
from ...model.command import CommandResult
from .. import clock
from ..json_stream import JsonObject, JsonStream
from ..log import LOGGER
from ..loop import Loop

Connect = Callable[[], socket.socket]
OnEnd = Callable[[int, CommandResult], None]
OnTargets = Callable[[Mapping[str, "str | None"], Mapping[str, int]], None]

_RETRY_INTERVAL: Nanoseconds = NANOSECONDS_PER_SECOND
_Targets = Tuple[FrozenSet[str], FrozenSet[str]]
_NOTHING: _Targets = (frozenset(), frozenset())


class HelperClient:
    """``connect`` gives a connection to a helper, or raises OSError.

    ``on_end`` and ``on_targets`` are told what became of commands, and what was seen. They are
    called from the loop or from ``run_due``, never while something is asked for.
    """

    def __init__(self, loop: Loop, connect: Connect, on_end: OnEnd, on_targets: OnTargets) -> None:
        self._loop = loop
        self._connect = connect
        self._on_end = on_end
        self._on_targets = on_targets
        self._stream: JsonStream | None = None
        self._running: Set[int] = set()
        self._targets: _Targets = _NOTHING
        self._retry_at: Nanoseconds = 0
        self._failed: Dict[int, str] = {}

    def run(self, action: RunCommand) -> None:
        """Have a command run."""
        self._running.add(action.number)
        self._request(
            {
                "run": action.number,
                "command": list(action.command.arguments),
                "user": action.command.user,
                "timeout": to_seconds(action.command.timeout),
                "environment": dict(action.environment),
            }
        )

    def set_targets(self, action: PollTargets) -> None:
        """Have files and processes looked at.

        A helper that was asked for the same before may have refused, by an older configuration.
        """
        before, self._targets = self._targets, (action.files, action.processes)
        if self._targets != _NOTHING or before != _NOTHING:
            self._request(self._targets_message())

    def next_deadline(self) -> Nanoseconds | None:
        """When to call ``run_due``."""
        if self._failed:
            return 0
        if self._stream is None and self._targets != _NOTHING:
            return self._retry_at
        return None

    def run_due(self, now: Nanoseconds) -> None:
        """Tell of what was lost with a helper, and look for another one."""
        if not self._failed and (self._stream is not None or self._targets == _NOTHING):
            return
        failed, self._failed = self._failed, {}
        for number, why in failed.items():
            self._on_end(number, CommandResult(None, why))
        if self._stream is None and self._targets != _NOTHING and now >= self._retry_at:
            self._request(self._targets_message())

    def close(self) -> None:
        """Hang up; the helper ends."""
        self._disconnect("the agent stopped")

    def _targets_message(self) -> Dict[str, List[str]]:
        files, processes = self._targets
        return {"files": sorted(files), "processes": sorted(processes)}

    def _request(self, message: Mapping[str, object]) -> None:
        if self._stream is None:
            self._open()
            if self._stream is not None and "run" in message and self._targets != _NOTHING:
                self._stream.send(self._targets_message())
        if self._stream is None:
            return
        if not self._stream.send(message):
            self._disconnect("the helper has gone")
        else:
            self._loop.want_write(self._stream, self._stream.is_pending)

    def _open(self) -> None:
        self._retry_at = clock.now() + _RETRY_INTERVAL
        try:
            self._stream = JsonStream(self._connect())
        except OSError as error:
            self._fail_pending(f"the helper can't be reached: {error}")
            return
        self._loop.on_readable(self._stream, self._read)

    def _read(self) -> None:
        stream = self._stream
        if stream is None:
            return
        messages = stream.receive() if stream.flush() else None
        if messages is None:
            self._disconnect("the helper has gone")
            return
        self._loop.want_write(stream, stream.is_pending)
        for message in messages:
            self._dispatch(message)

    def _dispatch(self, message: JsonObject) -> None:
        if "ended" not in message:
            self._on_targets(message["files"], message["processes"])
            return
        self._running.discard(message["ended"])
        result = CommandResult(message["status"], message["error"], message["output"])
        self._on_end(message["ended"], result)

    def _disconnect(self, why: str) -> None:
        if self._stream is not None:
            self._loop.forget(self._stream)
            self._stream.close()
            self._stream = None
            self._fail_pending(why)

    def _fail_pending(self, why: str) -> None:
        """What was asked for will not be answered."""
        LOGGER.warning("%s", why)
        self._failed.update({number: why for number in sorted(self._running)})
        self._running.clear()
