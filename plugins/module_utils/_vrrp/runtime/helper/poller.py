# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Looking at tracked files and processes from time to time. PRIVATE to the collection."""

from __future__ import annotations

import os
from collections import Counter
from typing import Dict, Iterable, Mapping, Tuple, TypeVar

from ...base.constants import TRACK_POLL_INTERVAL
from ...base.units import Nanoseconds

_CONTENT_MAX = 64  # Bytes of a file that is to hold one number.
_COMM_MAX = 15  # Characters of a process name that the kernel keeps (proc(5), comm).


class Poller:
    """Tells what has changed since it was last asked."""

    def __init__(self) -> None:
        self._files: Dict[str, str | None] = {}
        self._processes: Dict[str, int] = {}
        self._targets: Tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._next_at: Nanoseconds = 0

    def set_targets(self, files: Iterable[str], processes: Iterable[str]) -> None:
        """Look at these from now on."""
        self._targets = frozenset(files), frozenset(processes)
        self._files, self._processes, self._next_at = {}, {}, 0

    def next_deadline(self) -> Nanoseconds | None:
        """When to look again; None when there is nothing to look at."""
        return self._next_at if any(self._targets) else None

    def poll(self, now: Nanoseconds) -> Tuple[Mapping[str, str | None], Mapping[str, int]]:
        """The files and the processes of which something new is to be told."""
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
    """The beginning of a file; None when it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read(_CONTENT_MAX).decode(errors="replace")
    except OSError:
        return None


def count_processes(names: Iterable[str]) -> Dict[str, int]:
    """How many processes there are of each name."""
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
        return ""  # It has ended meanwhile.
