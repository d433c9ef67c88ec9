# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Tracked checks of this host: their last observations, and the verdict for an instance.

Each check runs once, however many instances depend on it.
"""

from __future__ import annotations

from typing import AbstractSet, Dict, FrozenSet, Iterable, List, Mapping, Sequence, Set, TypedDict

from ...base.units import Nanoseconds, earliest
from ...model.command import CommandResult
from ...model.status import TrackedStatus
from ...model.tracking import (
    Check,
    FileCheck,
    InterfaceCheck,
    ProcessCheck,
    ScriptCheck,
    Tracked,
)
from ..actions import PollTargets
from ..host.host import Host
from ..host.link_states import LINK_DOWN_DELAY, LINK_UP_DELAY
from ..router.router import Router
from .files import Files
from .observation import Observation, ObservationState
from .processes import Processes, ProcessState
from .scripts import Scripts, ScriptState
from .verdict import Verdict, adjustment_by, is_fault, verdict


class TrackingState(TypedDict):
    """All observations, for another process: scripts and processes by the settings of the check,
    files by path.
    """

    scripts: Dict[str, ScriptState]
    files: Dict[str, ObservationState]
    processes: Dict[str, ProcessState]


class Tracking:
    """All checks and their observations; ``set_checks`` replaces the checks. Mutable."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._scripts = Scripts()
        self._files = Files()
        self._processes = Processes()

    # --- What there is ---

    def set_checks(self, checks: Iterable[Check], now: Nanoseconds) -> PollTargets:
        """Replace the checks; observations of those that stay are kept."""
        wanted = set(checks)
        files = [one for one in wanted if isinstance(one, FileCheck)]
        processes = [one for one in wanted if isinstance(one, ProcessCheck)]
        self._scripts.set_checks((one for one in wanted if isinstance(one, ScriptCheck)), now)
        self._files.set_checks(files)
        self._processes.set_checks(processes)
        selections = frozenset(one.selection.key for one in processes)
        return PollTargets(frozenset(one.path for one in files), selections)

    # --- What was seen ---

    def update_files(self, contents: Mapping[str, str | None]) -> Set[Check]:
        """Take note of the contents of files, None for one that can't be read; returns the checks
        whose observation changes.
        """
        return {*self._files.update(contents)}

    def update_processes(self, counts: Mapping[str, int], now: Nanoseconds) -> Set[Check]:
        """Take note of how many processes of each selection there are; returns the checks whose
        observation changes.
        """
        return {*self._processes.update(counts, now)}

    def settle(self, now: Nanoseconds) -> Set[Check]:
        """Let what has lasted for its delay count; returns the checks whose observation changes."""
        return {*self._processes.settle(now)}

    def due_scripts(self, now: Nanoseconds) -> List[ScriptCheck]:
        """Return the scripts to run now, and mark them as running."""
        return self._scripts.due(now)

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the next script is due, or a delay over; None for never."""
        return earliest((self._scripts.next_deadline(), self._processes.next_deadline()))

    def script_finished(self, check: ScriptCheck, result: CommandResult) -> Set[Check]:
        """Record the result of a script; returns the checks whose observation changes."""
        return {check} if self._scripts.finished(check, result) else set()

    # --- What another process saw ---

    def export(self) -> TrackingState:
        """Return all observations as plain values, for another process."""
        return {
            "scripts": self._scripts.export(),
            "files": self._files.export(),
            "processes": self._processes.export(),
        }

    def restore(self, state: TrackingState) -> None:
        """Take over another process's observations of the same checks."""
        self._scripts.restore(state["scripts"])
        self._files.restore(state["files"])
        self._processes.restore(state["processes"])

    # --- What it means ---

    def observation(self, check: Check) -> Observation:
        """Return the last observation of a check."""
        if isinstance(check, InterfaceCheck):
            return self._observe_interface(check)
        if isinstance(check, ScriptCheck):
            return self._scripts.observation(check)
        if isinstance(check, FileCheck):
            return self._files.observation(check)
        return self._processes.observation(check)

    def _observe_interface(self, check: InterfaceCheck) -> Observation:
        link = self._host.links.get(check.interface)
        if link is None:
            return Observation(False, "does not exist")
        counts_as_up = self._host.link_states.is_up(link, check.delays)
        if counts_as_up == link.up:
            return Observation(link.up, "up" if link.up else "down")
        return Observation(counts_as_up, LINK_UP_DELAY if link.up else LINK_DOWN_DELAY)

    def evaluate(self, tracked: Sequence[Tracked]) -> Verdict:
        """Return the verdict for an instance, or for a sync group with all its members."""
        return verdict((one, self.observation(one.check)) for one in dict.fromkeys(tracked))

    def tracked_status(self, tracked: Sequence[Tracked]) -> List[TrackedStatus]:
        """Return the checks as the status shows them."""
        return [self._entry(one, self.observation(one.check)) for one in tracked]

    def _entry(self, tracked: Tracked, seen: Observation) -> TrackedStatus:
        check = tracked.check
        lost = self._scripts.lost(check) if isinstance(check, ScriptCheck) else ""
        without_result = f"; the last run has no result: {lost}" if lost else ""
        return {
            "check": str(check),
            "up": seen.up,
            "why": f"{seen.why}{without_result}",
            "weight": tracked.weight,
            "reverse": tracked.reverse,
            "fault": is_fault(tracked, seen),
            "adjustment": adjustment_by(tracked, seen),
        }


def tracked_for(router: Router, members: Sequence[Router]) -> List[Tracked]:
    """Return the checks of a router; in a sync group, those of all members."""
    return [one for member in members or [router] for one in member.instance.tracked]


def depends_on(tracked: Iterable[Tracked], checks: AbstractSet[Check]) -> bool:
    """Whether any of these is one of the checks."""
    return any(one.check in checks for one in tracked)


def all_checks(routers: Iterable[Router]) -> FrozenSet[Check]:
    """Return all checks of all routers."""
    return frozenset(one.check for router in routers for one in router.instance.tracked)
