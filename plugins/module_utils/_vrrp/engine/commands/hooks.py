# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Hooks: run in order, one at a time for each instance, and with a time limit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Deque, Dict, Iterable, List, Mapping, Tuple

from ...base.constants import COMMAND_GRACE, HOOKS_WAITING_MAX
from ...base.units import Nanoseconds, to_seconds
from ...model.command import CommandResult
from ...model.hook import Hook
from ...model.status import HookResult


@dataclass(frozen=True)
class HookRun:
    """A hook to run for a router; with a ``ticket``, the router's resignation is deferred until
    the hook has ended. ``event`` is the number of what it is called for, 0 until it is queued, and
    ``attempt`` counts its runs for that, from 1.
    """

    router: str
    hook: Hook
    environment: Mapping[str, str]
    event: int = 0
    ticket: int = 0
    attempt: int = 1

    @property
    def which(self) -> str:
        """The attempt in words; empty for a hook that is not run again."""
        total = self.hook.retries + 1
        return f" (attempt {self.attempt} of {total})" if total > 1 else ""


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
        # A hook that has failed, and when it runs again: before those that wait.
        self._retry: Tuple[HookRun, Nanoseconds] | None = None
        self._results: Dict[Tuple[str, Hook], HookResult] = {}

    @property
    def idle(self) -> bool:
        """Whether no hook runs or is queued."""
        return self._running is None and self._retry is None and not self._waiting

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the running hook is given up, or one that has failed runs again; None
        while there is neither.
        """
        if self._running is not None:
            return self._running.timeout_at
        return self._retry[1] if self._retry is not None else None

    def enqueue(self, runs: List[HookRun]) -> List[HookRun]:
        """Queue hooks; returns those that are dropped because the queue is full.

        A hook that a router waits for is never dropped, or the router would wait for ever. One that
        was to run again is not any more: it was for an earlier event of the router.
        """
        if self._retry is not None and _is_outdated(self._retry[0], runs):
            self._retry = None
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
        run = None if self._running is not None else self._next(now)
        if run is not None:
            self._running = _Running(number, run, now)
        return run

    def _next(self, now: Nanoseconds) -> HookRun | None:
        """Remove and return the hook whose turn it is."""
        if self._retry is None:
            return self._waiting.popleft() if self._waiting else None
        run, at = self._retry
        if now < at:
            return None
        self._retry = None
        return run

    def finish(self, number: int, result: CommandResult, now: Nanoseconds) -> HookRun | None:
        """Record the end of the hook with this number, which is returned; None when it has been
        given up already. One that is to run again keeps its ticket for itself.
        """
        if self._running is None or self._running.number != number:
            return None
        turn, self._running = self._running, None
        before = self.result_of(turn.run.router, turn.run.hook)
        self._results[turn.run.router, turn.run.hook] = {
            "result": f"{result}{turn.run.which}",
            "exit_status": result.status,
            "seconds": to_seconds(now - turn.started_at),
            "runs": before.get("runs", 0) + 1,
            "failures": before.get("failures", 0) + (not result.succeeded),
        }
        if not self._may_retry(turn.run, result):
            return turn.run
        again = replace(turn.run, attempt=turn.run.attempt + 1)
        self._retry = again, now + turn.run.hook.retry_delay
        return replace(turn.run, ticket=0)

    def _may_retry(self, run: HookRun, result: CommandResult) -> bool:
        """Whether a hook that has ended runs again: it has failed, and is not out of date."""
        if result.succeeded or result.is_lost or run.attempt > run.hook.retries:
            return False
        return not _is_outdated(run, self._waiting)

    def timed_out(self, now: Nanoseconds) -> int | None:
        """Return the number of the hook that should have ended by now; None when there is none."""
        if self._running is None or now < self._running.timeout_at:
            return None
        return self._running.number

    def result_of(self, router: str, hook: Hook) -> HookResult:
        """Return the result of the last run of a hook for a router, which is one of the families of
        the instance; empty when it has not run.
        """
        return self._results.get((router, hook), {})


def _is_outdated(run: HookRun, later: Iterable[HookRun]) -> bool:
    """Whether no router waits for a hook, and those of a later event of its router, or of its sync
    group, follow.
    """
    alike = (one for one in later if one.hook.group is run.hook.group)
    same = (one for one in alike if one.router == run.router)
    return not run.ticket and any(one.event != run.event for one in same)
