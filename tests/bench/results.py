# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Figures, what they are to be, and how they are shown."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from typing import Any, Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Goal:
    """A goal: an upper limit for the ratio of medians, for our median, or for our worst figure."""

    ratio: float | None = None
    median: float | None = None
    worst: float | None = None

    def __str__(self) -> str:
        kinds = (("ratio", self.ratio), ("median", self.median), ("worst", self.worst))
        return ", ".join(f"{kind} <= {limit:g}" for kind, limit in kinds if limit is not None)


@dataclass(frozen=True)
class Row:
    """The figures of one measurement, repeated on both sides.

    ``theirs`` is what ours is compared with: keepalived unless ``beside`` names another.
    """

    case: int
    what: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    goal: Goal = field(default_factory=Goal)
    beside: str = "keepalived"

    @property
    def ratio(self) -> float | None:
        """Our median to theirs, where there is one that is not 0."""
        theirs = statistics.median(self.theirs) if self.theirs else 0.0
        return statistics.median(self.ours) / theirs if theirs else None

    @property
    def is_met(self) -> bool | None:
        """Return whether the goal is met; None without a goal."""
        pairs = (
            (self.ratio, self.goal.ratio),
            (statistics.median(self.ours), self.goal.median),
            (max(self.ours), self.goal.worst),
        )
        judged = [
            figure is not None and figure <= limit for figure, limit in pairs if limit is not None
        ]
        return all(judged) if judged else None

    def as_json(self) -> dict[str, Any]:
        """The figures one by one, and what follows from them."""
        entry = {key: value for key, value in asdict(self).items() if key != "goal"}
        return {**entry, "ratio": self.ratio, "goal": str(self.goal), "met": self.is_met}


_HEAD = (
    "case",
    "measurement",
    "agent",
    "worst",
    "compared with",
    "result",
    "worst",
    "ratio",
    "goal",
    "",
)
_VERDICTS = {None: "", True: "met", False: "MISSED"}


def cells(row: Row) -> tuple[str, ...]:
    """A row as it is shown."""
    ours, theirs = _median_and_worst(row.ours, row.unit), _median_and_worst(row.theirs, row.unit)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    verdict = _VERDICTS[row.is_met]
    beside = row.beside if row.theirs else ""
    return (str(row.case), row.what, *ours, beside, *theirs, ratio, str(row.goal), verdict)


def _median_and_worst(results: Sequence[float], unit: str) -> tuple[str, str]:
    if not results:
        return "", ""
    return f"{statistics.median(results):.3g} {unit}".strip(), f"{max(results):.3g}"


def as_table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, which is legible as it is."""
    lines = [_HEAD, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    written = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
        for line in lines
    ]
    written.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(written)


def as_json(rows: Iterable[Row], about: Mapping[str, str]) -> str:
    """The machine and all figures."""
    return json.dumps({"machine": about, "rows": [row.as_json() for row in rows]}, indent=2)
