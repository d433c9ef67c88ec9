# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Tracked checks of this host: their last observations, and the verdict for an instance.

Each check runs once, however many instances depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import (
    AbstractSet,
    Dict,
    FrozenSet,
    Iterable,
    List,
    Mapping,
    Sequence,
    Set,
    Tuple,
    TypedDict,
    Union,
)

from ..base.units import Nanoseconds
from ..model.command import CommandResult
from ..model.status import TrackedStatus
from ..model.tracking import (
    Check,
    FileCheck,
    InterfaceCheck,
    ProcessCheck,
    ScriptCheck,
    Tracked,
)
from .actions import PollTargets
from .host.host import Host
from .host.link_states import LINK_DOWN_DELAY, LINK_UP_DELAY
from .router.router import Router


@dataclass(frozen=True)
class Observation:
    """The result of a check: ``up`` is None before the first; ``factor`` multiplies a weight."""

    up: bool | None
    why: str
    factor: int = 1


@dataclass(frozen=True)
class Verdict:
    """The consequence of all checks of an instance.

    ``fault`` is why it may not take part, ``pending`` why it may not begin to, both empty when it
    may; ``adjustment`` is added to its priority. ``is_healthy``: no check is down, and none lowers
    the priority.
    """

    fault: str = ""
    pending: str = ""
    adjustment: int = 0
    is_healthy: bool = True


class ObservationState(TypedDict):
    """The fields of ``Observation``."""

    up: Union[bool, None]
    why: str
    factor: int


class ScriptState(TypedDict):
    """A script between its runs, without the time of the next one."""

    successes: int
    failures: int
    seen: ObservationState


class TrackingState(TypedDict):
    """All observations: scripts by their settings, files by path, processes by name."""

    scripts: Dict[str, ScriptState]
    files: Dict[str, ObservationState]
    processes: Dict[str, Union[int, None]]


UNKNOWN = Observation(None, "not known yet")
# What a check looks at: a script, or a kind and the name of a file or of processes.
Target = Union[ScriptCheck, Tuple[str, str]]


@dataclass
class _Script:
    """A script between its runs: when it is due, and the results in a row."""

    next_at: Nanoseconds
    running: bool = False
    successes: int = 0
    failures: int = 0
    seen: Observation = UNKNOWN
    # The reason why the last run has no result.
    lost: str = ""


class Tracking:
    """All checks and their observations; ``set_checks`` replaces the checks. Mutable."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._scripts: Dict[ScriptCheck, _Script] = {}
        self._files: Dict[str, Observation] = {}
        self._processes: Dict[str, int | None] = {}

    # --- What there is ---

    def set_checks(self, checks: Iterable[Check], now: Nanoseconds) -> PollTargets:
        """Replace the checks; observations of those that stay are kept."""
        wanted = set(checks)
        scripts = [one for one in wanted if isinstance(one, ScriptCheck)]
        self._scripts = {one: self._scripts.get(one, _Script(now)) for one in scripts}
        files = {one.path for one in wanted if isinstance(one, FileCheck)}
        self._files = {path: self._files.get(path, UNKNOWN) for path in files}
        processes = {one.name for one in wanted if isinstance(one, ProcessCheck)}
        self._processes = {name: self._processes.get(name) for name in processes}
        return PollTargets(frozenset(files), frozenset(processes))

    # --- What was seen ---

    def update_files(self, contents: Mapping[str, str | None]) -> Set[Target]:
        """Take note of the contents of files, None for one that can't be read; returns the targets
        whose observation changes.
        """
        found = {one: _read_number(contents[one]) for one in self._files if one in contents}
        changed = {("file", path) for path, seen in found.items() if seen != self._files[path]}
        self._files.update(found)
        return {*changed}

    def update_processes(self, counts: Mapping[str, int]) -> Set[Target]:
        """Take note of how many processes of each name there are; returns the targets whose
        observation changes.
        """
        found = {name: counts[name] for name in self._processes if name in counts}
        changed = {("process", name) for name in found if found[name] != self._processes[name]}
        self._processes.update(found)
        return {*changed}

    def due_scripts(self, now: Nanoseconds) -> List[ScriptCheck]:
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

    def script_finished(self, check: ScriptCheck, result: CommandResult) -> Set[Target]:
        """Record the result of a script; returns the targets whose observation changes."""
        script = self._scripts.get(check)
        if script is None:
            return set()
        script.running = False
        script.lost = str(result) if result.is_lost else ""
        if result.is_lost:
            return set()  # No result is no failure: it runs again when it is due.
        before = script.seen
        _count(script, check, result)
        return {check} if script.seen != before else set()

    # --- What another process saw ---

    def export(self) -> TrackingState:
        """Return all observations as plain values, for another process."""
        return {
            "scripts": {repr(check): _export_script(one) for check, one in self._scripts.items()},
            "files": {path: _export_observation(seen) for path, seen in self._files.items()},
            "processes": dict(self._processes),
        }

    def restore(self, state: TrackingState) -> None:
        """Take over another process's observations of the same checks."""
        scripts, files, counts = state["scripts"], state["files"], state["processes"]
        for check in [one for one in self._scripts if repr(one) in scripts]:
            _import_script(self._scripts[check], scripts[repr(check)])
        self._files.update(
            {path: Observation(**files[path]) for path in self._files if path in files}
        )
        self._processes.update({name: counts[name] for name in self._processes if name in counts})

    # --- What it means ---

    def observation(self, check: Check) -> Observation:
        """Return the last observation of a check."""
        if isinstance(check, InterfaceCheck):
            return self._observe_interface(check)
        if isinstance(check, ScriptCheck):
            return self._scripts[check].seen if check in self._scripts else UNKNOWN
        if isinstance(check, FileCheck):
            return self._files.get(check.path, UNKNOWN)
        return self._observe_process(check)

    def _observe_interface(self, check: InterfaceCheck) -> Observation:
        link = self._host.links.get(check.interface)
        if link is None:
            return Observation(False, "does not exist")
        counts_as_up = self._host.link_states.is_up(link, check.delays)
        if counts_as_up == link.up:
            return Observation(link.up, "up" if link.up else "down")
        return Observation(counts_as_up, LINK_UP_DELAY if link.up else LINK_DOWN_DELAY)

    def _observe_process(self, check: ProcessCheck) -> Observation:
        count = self._processes.get(check.name)
        if count is None:
            return UNKNOWN
        return Observation(count >= check.quorum, f"{count} running, {check.quorum} wanted")

    def evaluate(self, tracked: Sequence[Tracked]) -> Verdict:
        """Return the verdict for an instance, or for a sync group with all its members."""
        fault = waits = ""
        adjustment = 0
        is_healthy = True
        for one in dict.fromkeys(tracked):
            seen = self.observation(one.check)
            if seen.up is None:
                waits = waits or f"waits for the first result of {one.check}"
            elif is_fault(one, seen):
                fault = fault or f"{one.check}: {seen.why}"
            added = adjustment_by(one, seen)
            adjustment += added
            is_healthy = is_healthy and seen.up is not False and added >= 0
        return Verdict(fault, waits, adjustment, is_healthy)

    def tracked_status(self, tracked: Sequence[Tracked]) -> List[TrackedStatus]:
        """Return the checks as the status shows them."""
        return [self._entry(one, self.observation(one.check)) for one in tracked]

    def _entry(self, tracked: Tracked, seen: Observation) -> TrackedStatus:
        script = (
            self._scripts.get(tracked.check) if isinstance(tracked.check, ScriptCheck) else None
        )
        lost = f"; the last run has no result: {script.lost}" if script and script.lost else ""
        return {
            "check": str(tracked.check),
            "up": seen.up,
            "why": f"{seen.why}{lost}",
            "weight": tracked.weight,
            "fault": is_fault(tracked, seen),
            "adjustment": adjustment_by(tracked, seen),
        }


def tracked_for(router: Router, members: Sequence[Router]) -> List[Tracked]:
    """Return the checks of a router; in a sync group, those of all members."""
    return [one for member in members or [router] for one in member.instance.tracked]


def depends_on(tracked: Iterable[Tracked], targets: AbstractSet[Target]) -> bool:
    """Whether any of these checks looks at any of the targets."""
    return any(_target_of(one.check) in targets for one in tracked)


def _target_of(check: Check) -> Target | None:
    if isinstance(check, ScriptCheck):
        return check
    if isinstance(check, FileCheck):
        return "file", check.path
    return ("process", check.name) if isinstance(check, ProcessCheck) else None


def all_checks(routers: Iterable[Router]) -> FrozenSet[Check]:
    """Return all checks of all routers."""
    return frozenset(one.check for router in routers for one in router.instance.tracked)


def is_fault(tracked: Tracked, seen: Observation) -> bool:
    """Whether a check keeps the instance out: down with weight 0, or a file's number that is not
    0.
    """
    if tracked.weight or seen.up is None:
        return False
    return not seen.up or (isinstance(tracked.check, FileCheck) and seen.factor != 0)


def adjustment_by(tracked: Tracked, seen: Observation) -> int:
    """Return what a check adds to the priority: a file's number times the weight, or the weight."""
    if seen.up is None:
        return 0
    if isinstance(tracked.check, FileCheck) and seen.up:
        return tracked.weight * seen.factor
    if seen.up:
        return max(tracked.weight, 0)
    return min(tracked.weight, 0)


def _export_observation(seen: Observation) -> ObservationState:
    return {"up": seen.up, "why": seen.why, "factor": seen.factor}


def _export_script(script: _Script) -> ScriptState:
    return {
        "successes": script.successes,
        "failures": script.failures,
        "seen": _export_observation(script.seen),
    }


def _import_script(script: _Script, state: ScriptState) -> None:
    script.successes, script.failures = state["successes"], state["failures"]
    script.seen = Observation(**state["seen"])


def _is_due(script: _Script, now: Nanoseconds) -> bool:
    return not script.running and now >= script.next_at


def _count(script: _Script, check: ScriptCheck, result: CommandResult) -> None:
    """Apply ``rise`` and ``fall``: as many results in a row change the check; the first one counts
    at once.
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


_FACTOR_MAX = 1000


def _read_number(content: str | None) -> Observation:
    """Like keepalived, an empty file is 0; unlike it, one that is missing counts as down."""
    if content is None:
        return Observation(False, "does not exist or can't be read")
    try:
        number = int(content.strip() or "0")
    except ValueError:
        return Observation(False, "does not hold a whole number")
    number = max(-_FACTOR_MAX, min(number, _FACTOR_MAX))
    return Observation(True, f"holds {number}", number)
