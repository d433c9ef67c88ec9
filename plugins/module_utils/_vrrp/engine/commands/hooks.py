# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Hooks: run in order, one at a time for each instance, and with a time limit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Deque, Dict, List, Mapping

from ...base.constants import COMMAND_GRACE, HOOKS_WAITING_MAX
from ...base.units import Nanoseconds, to_seconds
from ...model.command import CommandResult
from ...model.hook import Hook
from ...model.status import HookResult


@dataclass(frozen=True)
class HookRun:
    """A hook to run for a router; with a ``ticket``, the router's resignation is deferred until
    the hook has ended.
    """

    router: str
    hook: Hook
    environment: Mapping[str, str]
    ticket: int = 0


@dataclass
class _Running:
    """The hook that runs now."""

    number: int
    run: HookRun
    started_at: Nanoseconds

    @property
    def timeout_at(self) -> Nanoseconds:
        """The time after which no answer is expected; the helper ends the hook earlier."""
        return self.started_at + self.run.hook.command.timeout + COMMAND_GRACE


class HookQueue:
    """The hooks of one instance."""

    def __init__(self) -> None:
        self._waiting: Deque[HookRun] = deque()
        self._running: _Running | None = None
        self._results: Dict[Hook, HookResult] = {}

    @property
    def idle(self) -> bool:
        """Whether no hook runs or is queued."""
        return self._running is None and not self._waiting

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the running hook is given up; None while none runs."""
        return self._running.timeout_at if self._running else None

    def enqueue(self, runs: List[HookRun]) -> List[HookRun]:
        """Queue hooks; returns those that are dropped because the queue is full.

        A hook that a router waits for is never dropped, or the router would wait for ever.
        """
        self._waiting.extend(runs)
        dropped: List[HookRun] = []
        while len(self._waiting) > HOOKS_WAITING_MAX:
            oldest = next((run for run in self._waiting if not run.ticket), None)
            if oldest is None:
                break
            self._waiting.remove(oldest)
            dropped.append(oldest)
        return dropped

    def start_next(self, number: int, now: Nanoseconds) -> HookRun | None:
        """Start the next hook under this number, unless one is running; returns it, or None."""
        if self._running is not None or not self._waiting:
            return None
        self._running = _Running(number, self._waiting.popleft(), now)
        return self._running.run

    def finish(self, number: int, result: CommandResult, now: Nanoseconds) -> HookRun | None:
        """Record the end of the hook with this number; None when it has been given up already."""
        if self._running is None or self._running.number != number:
            return None
        turn, self._running = self._running, None
        self._results[turn.run.hook] = {
            "result": str(result),
            "seconds": to_seconds(now - turn.started_at),
        }
        return turn.run

    def timed_out(self, now: Nanoseconds) -> int | None:
        """Return the number of the hook that should have ended by now; None when there is none."""
        if self._running is None or now < self._running.timeout_at:
            return None
        return self._running.number

    def result_of(self, hook: Hook) -> HookResult:
        """Return the result of the last run of a hook; empty when it has not run."""
        return self._results.get(hook, {})
