# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Tracked scripts between their runs: when they are due, and what their results mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, TypedDict

from ...base.units import Nanoseconds
from ...model.command import CommandResult
from ...model.tracking import ScriptCheck
from .observation import UNKNOWN, Observation, ObservationState, export_observation

_NOT_RUN = Observation(False, "has not succeeded yet")


class ScriptState(TypedDict):
    """A script between its runs, without the time of the next one, for another process."""

    successes: int
    failures: int
    seen: ObservationState


@dataclass
class _Script:
    """A script between its runs: when it is due, and the results in a row."""

    next_at: Nanoseconds
    seen: Observation
    running: bool = False
    successes: int = 0
    failures: int = 0
    # The reason why the last run has no result.
    lost: str = ""


class Scripts:
    """All tracked scripts; ``set_checks`` replaces them. Mutable."""

    def __init__(self) -> None:
        self._scripts: Dict[ScriptCheck, _Script] = {}

    def set_checks(self, checks: Iterable[ScriptCheck], now: Nanoseconds) -> None:
        """Replace the scripts; the results of those that stay are kept."""
        self._scripts = {one: self._scripts.get(one) or _new(one, now) for one in checks}

    def due(self, now: Nanoseconds) -> List[ScriptCheck]:
        """Return the scripts to run now, and mark them as running. One that still runs is left
        out.
        """
        due = [one for one, script in self._scripts.items() if _is_due(script, now)]
        for check in due:
            script = self._scripts[check]
            script.running = True
            script.next_at = max(script.next_at + check.interval, now)
        return due

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the next script is due; None when none waits."""
        if not self._scripts:
            return None
        return min((one.next_at for one in self._scripts.values() if not one.running), default=None)

    def finished(self, check: ScriptCheck, result: CommandResult) -> bool:
        """Record the result of a script; returns whether its observation changes."""
        script = self._scripts.get(check)
        if script is None:
            return False
        script.running = False
        script.lost = str(result) if result.is_lost else ""
        if result.is_lost:
            return False  # No result is no failure: it runs again when it is due.
        before = script.seen
        _count(script, check, result)
        return script.seen != before

    def observation(self, check: ScriptCheck) -> Observation:
        """Return the last observation of a script."""
        script = self._scripts.get(check)
        return script.seen if script is not None else UNKNOWN

    def lost(self, check: ScriptCheck) -> str:
        """Return why the last run of a script has no result; empty when it has one."""
        script = self._scripts.get(check)
        return script.lost if script is not None else ""

    def export(self) -> Dict[str, ScriptState]:
        """Return the results of all scripts, by their settings, for another process."""
        return {
            repr(check): {
                "successes": script.successes,
                "failures": script.failures,
                "seen": export_observation(script.seen),
            }
            for check, script in self._scripts.items()
        }

    def restore(self, states: Dict[str, ScriptState]) -> None:
        """Go on with the results that another process had of the same scripts."""
        for check, script in self._scripts.items():
            state = states.get(repr(check))
            if state is not None:
                script.successes, script.failures = state["successes"], state["failures"]
                script.seen = Observation(**state["seen"])


def _new(check: ScriptCheck, now: Nanoseconds) -> _Script:
    return _Script(now, _NOT_RUN if check.init_fail else UNKNOWN)


def _is_due(script: _Script, now: Nanoseconds) -> bool:
    return not script.running and now >= script.next_at


def _count(script: _Script, check: ScriptCheck, result: CommandResult) -> None:
    """Apply ``rise`` and ``fall``: as many results in a row change the check; the first one counts
    at once, unless the script counts as failed at first.
    """
    if result.succeeded:
        script.successes, script.failures = script.successes + 1, 0
    else:
        script.successes, script.failures = 0, script.failures + 1
    known = script.seen.up is not None
    if result.succeeded and (not known or script.successes >= check.rise):
        script.seen = Observation(True, str(result))
    elif not result.succeeded and (not known or script.failures >= check.fall):
        script.seen = Observation(False, str(result))
