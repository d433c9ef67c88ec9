# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Periodic polls of tracked files and processes."""

from __future__ import annotations

import os
from collections import Counter
from typing import Dict, Iterable, Mapping, Tuple, TypeVar

from ...base.constants import TRACK_POLL_INTERVAL
from ...base.units import Nanoseconds

_CONTENT_MAX = 64  # Bytes read of a file that holds one number.
_COMM_MAX = 15  # Characters of a process name in the kernel (proc(5), comm).


class Poller:
    """Files and processes, and their last values. Mutable."""

    def __init__(self) -> None:
        self._files: Dict[str, str | None] = {}
        self._processes: Dict[str, int] = {}
        self._targets: Tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._next_at: Nanoseconds = 0

    def set_targets(self, files: Iterable[str], processes: Iterable[str]) -> None:
        """Replace the files and processes."""
        self._targets = frozenset(files), frozenset(processes)
        self._files, self._processes, self._next_at = {}, {}, 0

    def next_deadline(self) -> Nanoseconds | None:
        """The time of the next poll; None without targets."""
        return self._next_at if any(self._targets) else None

    def poll(self, now: Nanoseconds) -> Tuple[Mapping[str, str | None], Mapping[str, int]]:
        """Return the files and the processes whose values have changed since the last poll."""
        if now < self._next_at or not any(self._targets):
            return {}, {}
        self._next_at = now + TRACK_POLL_INTERVAL
        files, processes = self._targets
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
    """Return the beginning of a file; None when it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read(_CONTENT_MAX).decode(errors="replace")
    except OSError:
        return None


def count_processes(names: Iterable[str]) -> Dict[str, int]:
    """Return the number of processes of each name."""
    wanted = {name: name[:_COMM_MAX] for name in names}
    if not wanted:
        return {}
    found = Counter(_comm(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return {name: found[short] for name, short in wanted.items()}


def _comm(process: str) -> str:
    try:
        with open(f"/proc/{process}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n")
    except OSError:
        return ""  # The process has ended meanwhile.
