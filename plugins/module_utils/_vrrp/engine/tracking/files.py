# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Tracked files: the number that each holds."""

from __future__ import annotations

from typing import Dict, Iterable, List, Mapping

from ...model.tracking import FileCheck
from .observation import UNKNOWN, Observation, ObservationState, export_observation

_FACTOR_MAX = 1000


class Files:
    """All tracked files by path; ``set_checks`` replaces them. Mutable."""

    def __init__(self) -> None:
        self._files: Dict[str, Observation] = {}

    def set_checks(self, checks: Iterable[FileCheck]) -> None:
        """Replace the files; observations of those that stay are kept."""
        self._files = {one.path: self._files.get(one.path, UNKNOWN) for one in checks}

    def update(self, contents: Mapping[str, str | None]) -> List[FileCheck]:
        """Take note of the contents of files, None for one that can't be read; returns the checks
        whose observation changes.
        """
        found = {one: _read_number(contents[one]) for one in self._files if one in contents}
        changed = [FileCheck(path) for path, seen in found.items() if seen != self._files[path]]
        self._files.update(found)
        return changed

    def observation(self, check: FileCheck) -> Observation:
        """Return the last observation of a file."""
        return self._files.get(check.path, UNKNOWN)

    def export(self) -> Dict[str, ObservationState]:
        """Return all observations, by path, for another process."""
        return {path: export_observation(seen) for path, seen in self._files.items()}

    def restore(self, states: Dict[str, ObservationState]) -> None:
        """Go on with the observations that another process had of the same files."""
        known = [path for path in self._files if path in states]
        self._files.update({path: Observation(**states[path]) for path in known})


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
