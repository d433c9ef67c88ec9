# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix of disturbances on booted hosts, beside keepalived on the same hosts.

::

    python -m hosts.matrix LAB OUTPUT [--only TEXT] [--group GROUP]

Makes each disturbance three times under probes, writes the results to OUTPUT.json and as a table to
OUTPUT.md, and fails if a limit is exceeded.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
from pathlib import Path
from typing import Iterator, Mapping, Sequence

from hosts.disturbances import DISTURBANCES, Disturbance
from hosts.pairs import Pair, Run
from lab import Lab

TIMES = 3
BESIDE_KEEPALIVED = 0.2  # Seconds that ours may be worse.
PASSING_MAX = 0.5  # Seconds, where packets pass and the link stays up.
LINES_MAX = 10  # In the log within ten seconds, or one a second.
# The two hosts of each group, the preferred one first.
HOSTS: Mapping[str, Sequence[str]] = {
    "networkd": ("node1", "node4"),
    "network_manager": ("node2", "node5"),
    "ifupdown2": ("node3", "node6"),
}


class Row:
    """One disturbance of a group, with its runs. Mutable."""

    def __init__(self, disturbance: Disturbance) -> None:
        self.disturbance = disturbance
        self.runs: list[Run] = []
        self.error = ""

    def median(self, program: str, family: str) -> float:
        """Return the median of the longest outages of a program in a family, in seconds."""
        return statistics.median(run.outage(program, family) for run in self.runs)

    def problems(self) -> Iterator[str]:
        """Yield what is wrong."""
        if self.error:
            yield self.error
            return
        for family in ("IPv4", "IPv6"):
            ours, theirs = self.median("ours", family), self.median("keepalived", family)
            if ours > theirs + BESIDE_KEEPALIVED:
                yield f"{family}: {ours:.2f} s, keepalived {theirs:.2f} s"
            if self.disturbance.passing and ours > PASSING_MAX:
                yield f"{family}: {ours:.2f} s although packets pass"
        most = max(len(lines) for run in self.runs for lines in run.lines.values())
        if most > max(LINES_MAX, self.disturbance.window):
            yield f"{most} lines in the log within {self.disturbance.window:.0f} s"

    def cells(self) -> Sequence[str]:
        """Return the cells of a table."""
        if self.error or not self.runs:
            return [self.disturbance.name, *["-"] * 4]
        values = [
            f"{self.median(program, family):.2f}"
            for family in ("IPv4", "IPv6")
            for program in ("ours", "keepalived")
        ]
        return [self.disturbance.name, *values]


def measure(pair: Pair, rows: Sequence[Row]) -> None:
    """Make the disturbances of a group, one after the other; once more what exceeds a limit, as the
    machine may have been busy.
    """
    for row in rows:
        _measure_row(pair, row)
        if list(row.problems()):
            print(" | ".join([pair.group, *row.cells(), *row.problems(), "again"]), flush=True)
            _measure_row(pair, row)
        problems = "; ".join(row.problems())
        print(" | ".join([pair.group, *row.cells(), problems or "ok"]), flush=True)


def _measure_row(pair: Pair, row: Row) -> None:
    row.runs, row.error = [], ""
    try:
        for _time in range(TIMES):
            row.runs.append(pair.run(row.disturbance))
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        row.error = f"{type(error).__name__}: {error}"


def table(rows: Sequence[Row]) -> str:
    """Return the table of the documentation: the median of the longest outages, in seconds."""
    head = ["disturbance", "IPv4", "keepalived", "IPv6", "keepalived"]
    lines = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_json(rows: Sequence[Row]) -> str:
    """Return all runs for programs."""
    return json.dumps(
        [
            {
                "disturbance": row.disturbance.name,
                "problems": list(row.problems()),
                "runs": [
                    {
                        "outages": {
                            f"{one.program} {one.family}": seconds
                            for one, seconds in run.outages.items()
                        },
                        "lines": run.lines,
                    }
                    for run in row.runs
                ],
            }
            for row in rows
        ],
        indent=1,
    )


def main() -> None:
    """Run the matrix, all groups side by side."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lab")
    parser.add_argument("output", type=Path)
    parser.add_argument("--only", default="", help="only disturbances with this in their name")
    parser.add_argument("--group", choices=DISTURBANCES, action="append", help="only this group")
    chosen = parser.parse_args()
    groups = {
        group: [Row(one) for one in disturbances if chosen.only in one.name]
        for group, disturbances in DISTURBANCES.items()
        if group in (chosen.group or DISTURBANCES)
    }
    lab = Lab(chosen.lab)
    numbers = {group: number for number, group in enumerate(DISTURBANCES, start=1)}
    threads = [
        threading.Thread(
            target=measure, args=(Pair(lab, group, numbers[group], HOSTS[group]), rows)
        )
        for group, rows in groups.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [row for group in groups.values() for row in group]
    chosen.output.with_suffix(".json").write_text(as_json(rows))
    chosen.output.with_suffix(".md").write_text(table(rows))
    wrong = [row.disturbance.name for row in rows if list(row.problems())]
    sys.exit(f"exceeded a limit: {', '.join(wrong)}" if wrong else 0)


if __name__ == "__main__":
    main()
