# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Periodic polls of tracked files and processes."""

from __future__ import annotations

import os
from typing import Dict, FrozenSet, Iterable, List, Mapping, Tuple, TypeVar

from ...base.constants import TRACK_POLL_INTERVAL
from ...base.units import Nanoseconds
from ...model.tracking import ProcessSelection
from ..files import open_regular
from ..identity import Identity

_CONTENT_MAX = 64  # Bytes read of a file that holds one number.
_COMM_MAX = 15  # Characters of a process name in the kernel (proc(5), comm).
_ENDED = ("Z", "X", "x")  # States of a process (proc(5), stat).
_COMMAND_LINE_MAX = 1 << 16  # Bytes read of a command line.
_NOTHING: Tuple[FrozenSet[str], FrozenSet[ProcessSelection]] = frozenset(), frozenset()


class Poller:
    """Files, which are read as ``user``, and processes, with their last values. Mutable.

    Others may write the directory of a file: they must not let the helper read what they can't.
    Raises KeyError when there is no such user.
    """

    def __init__(self, user: str = "") -> None:
        self._identity = Identity.of(user)
        self._files: Dict[str, str | None] = {}
        self._processes: Dict[str, int] = {}
        self._targets: Tuple[FrozenSet[str], FrozenSet[ProcessSelection]] = _NOTHING
        self._next_at: Nanoseconds = 0

    def set_targets(self, files: Iterable[str], processes: Iterable[ProcessSelection]) -> None:
        """Replace the files and processes."""
        self._targets = frozenset(files), frozenset(processes)
        self._files, self._processes, self._next_at = {}, {}, 0

    def next_deadline(self) -> Nanoseconds | None:
        """The time of the next poll; None without targets."""
        return self._next_at if any(self._targets) else None

    def poll(self, now: Nanoseconds) -> Tuple[Mapping[str, str | None], Mapping[str, int]]:
        """Return the files and the numbers of processes, by the keys of their selections, that have
        changed since the last poll.
        """
        if now < self._next_at or not any(self._targets):
            return {}, {}
        self._next_at = now + TRACK_POLL_INTERVAL
        files, processes = self._targets
        with self._identity.assumed():
            contents = {path: read_content(path) for path in files}
        counts = count_processes(processes)
        news = (_changes(contents, self._files), _changes(counts, self._processes))
        self._files, self._processes = contents, counts
        return news


Value = TypeVar("Value")


def _changes(present: Mapping[str, Value], before: Mapping[str, Value]) -> Dict[str, Value]:
    return {
        key: value for key, value in present.items() if key not in before or before[key] != value
    }


def read_content(path: str) -> str | None:
    """Return the beginning of a file; None when it can't be read, or is no regular file: to open or
    read anything else may take for ever.
    """
    try:
        with open_regular(path) as file:
            return file.read(_CONTENT_MAX).decode(errors="replace")
    except OSError:
        return None


def count_processes(selections: Iterable[ProcessSelection]) -> Dict[str, int]:
    """Return the number of processes of each selection that have not ended, by its key."""
    wanted = tuple(selections)
    counts = {one.key: 0 for one in wanted}
    if wanted:
        for process in filter(str.isdigit, os.listdir("/proc")):
            for one in _selected(process, wanted):
                counts[one.key] += 1
    return counts


def _selected(process: str, selections: Iterable[ProcessSelection]) -> List[ProcessSelection]:
    """Return the selections that a process belongs to."""
    name = _name_of(process)
    named = [one for one in selections if name and (one.has_path or one.name[:_COMM_MAX] == name)]
    if all(one.arguments is None and not one.has_path for one in named):
        return named  # The command line does not matter.
    program, *arguments = _command_line(process) or [""]
    return [
        one
        for one in named
        if one.matches(tuple(arguments)) and (not one.has_path or one.name == program)
    ]


def _command_line(process: str) -> List[str]:
    """Return the words of a command line; none of a process that has ended, or has no command."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            found = file.read(_COMMAND_LINE_MAX)
    except OSError:
        return []
    return found.decode(errors="replace").rstrip("\0").split("\0") if found else []


def _name_of(process: str) -> str:
    """Return the name of a process; empty for one that has ended, also if nobody has asked for its
    exit status yet.
    """
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            shown = file.read()
    except OSError:
        return ""
    # Process ID, name in parentheses (which it may contain itself), state.
    name, _parenthesis, rest = shown.partition("(")[2].rpartition(")")
    state = rest.strip()[:1]
    return name if state and state not in _ENDED else ""
