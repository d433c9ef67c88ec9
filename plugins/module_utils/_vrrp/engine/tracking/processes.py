# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Tracked processes: whether as many run as have to, for long enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Mapping, TypedDict, Union

from ...base.units import Nanoseconds, earliest
from ...model.tracking import ProcessCheck
from .observation import UNKNOWN, Observation


class ProcessState(TypedDict):
    """A check of processes, for another process."""

    count: Union[int, None]
    is_met: bool
    counts: bool
    since: Nanoseconds


@dataclass
class _State:
    """``count`` processes run. Whether the quorum ``is_met`` changed at ``since``; the check is as
    ``counts`` says until the delay is over.
    """

    count: int | None = None
    is_met: bool = False
    counts: bool = False
    since: Nanoseconds = 0


class Processes:
    """All checks of processes; ``set_checks`` replaces them. Mutable."""

    def __init__(self) -> None:
        self._states: Dict[ProcessCheck, _State] = {}

    def set_checks(self, checks: Iterable[ProcessCheck]) -> None:
        """Replace the checks; what is known of those that stay is kept."""
        self._states = {one: self._states.get(one) or _State() for one in checks}

    def update(self, counts: Mapping[str, int], now: Nanoseconds) -> List[ProcessCheck]:
        """Take note of how many processes there are of each selection, by its key; returns the
        checks whose observation changes.
        """
        changed: List[ProcessCheck] = []
        for check, state in self._states.items():
            count = counts.get(check.selection.key)
            if count is not None and count != state.count:
                _count(check, state, count, now)
                changed.append(check)
        return changed

    def settle(self, now: Nanoseconds) -> List[ProcessCheck]:
        """Let what has lasted for its delay count; returns the checks whose observation changes."""
        due = [one for one, state in self._states.items() if _is_over(one, state, now)]
        for check in due:
            self._states[check].counts = self._states[check].is_met
        return due

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the next delay is over; None while there is none."""
        return earliest(_counts_at(check, state) for check, state in self._states.items())

    def observation(self, check: ProcessCheck) -> Observation:
        """Return the last observation of a check."""
        state = self._states.get(check)
        if state is None or state.count is None:
            return UNKNOWN
        waits = ", which has to last" if state.counts != state.is_met else ""
        return Observation(state.counts, f"{state.count} running, {check.wanted} wanted{waits}")

    def export(self) -> Dict[str, ProcessState]:
        """Return what is known, by the settings of the checks, for another process."""
        return {
            repr(check): {
                "count": state.count,
                "is_met": state.is_met,
                "counts": state.counts,
                "since": state.since,
            }
            for check, state in self._states.items()
        }

    def restore(self, states: Dict[str, ProcessState]) -> None:
        """Go on with what another process knew of the same checks."""
        known = {one: states[repr(one)] for one in self._states if repr(one) in states}
        self._states.update({check: _State(**state) for check, state in known.items()})


def _count(check: ProcessCheck, state: _State, count: int, now: Nanoseconds) -> None:
    """Take a number of processes; the first one counts at once."""
    is_first, state.count = state.count is None, count
    is_met = check.is_met_by(count)
    if is_first or is_met != state.is_met:
        state.is_met, state.since = is_met, now
    if is_first or _is_over(check, state, now):
        state.counts = is_met


def _counts_at(check: ProcessCheck, state: _State) -> Nanoseconds | None:
    """Return the time at which a change is to count; None when there is none to come."""
    if state.counts == state.is_met:
        return None
    return state.since + (check.up_delay if state.is_met else check.down_delay)


def _is_over(check: ProcessCheck, state: _State, now: Nanoseconds) -> bool:
    counts_at = _counts_at(check, state)
    return counts_at is not None and counts_at <= now
