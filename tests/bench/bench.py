# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""script/bench: our agent beside keepalived, in one run on one machine.

Each figure is taken several times, the contestants in turn. What is printed is what was measured;
a goal that is missed is shown as missed and is no failure of the run.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable

from bench import (
    case_advertising,
    case_asking,
    case_footprint,
    case_inventory,
    case_load,
    case_planned,
    case_rollout,
    case_takeover,
    kernel_counters,
    results,
)
from bench.results import Row
from bench.scale import SMOKE, Scale

Case = Callable[[Scale], list[Row]]
CASES: dict[int, Case] = {
    1: case_advertising.sending,
    2: case_advertising.hearing,
    3: case_takeover.one_fast,
    4: case_takeover.many,
    5: case_planned.stopping,
    6: case_planned.restarting,
    7: case_footprint.footprint,
    8: case_takeover.addresses,
    9: case_asking.asking,
    10: case_rollout.deploying,
    11: case_load.churning,
    12: case_load.asked,
    13: case_load.flooded,
    14: case_inventory.planning,
}


def main() -> int:
    """The command line of ``script/bench``."""
    chosen = make_parser().parse_args()
    scale = SMOKE if chosen.smoke else Scale()
    if chosen.times:
        scale = replace(scale, times=chosen.times)
    rows: list[Row] = []
    for number in chosen.cases or sorted(CASES):
        rows += _run(number, scale)
    about = {"date": datetime.now(timezone.utc).date().isoformat(), **kernel_counters.machine()}
    print(f"\n{', '.join(f'{key} {value}' for key, value in about.items())}\n")
    print(results.as_table(rows))
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(results.as_json(rows, about) + "\n")
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of ``script/bench``."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument(
        "cases", nargs="*", type=int, choices=[*CASES, []], metavar="CASE", help="only these"
    )
    parser.add_argument("--times", type=int, help="how often each figure is taken (default: 5)")
    parser.add_argument("--smoke", action="store_true", help="small and once, to see that it works")
    parser.add_argument(
        "--json",
        type=Path,
        default=Path(".cache/bench.json"),
        help="the figures (default: %(default)s)",
    )
    return parser


def _run(number: int, scale: Scale) -> list[Row]:
    started = time.monotonic()
    rows = CASES[number](scale)
    spent = time.monotonic() - started
    for row in rows:
        print(" | ".join(results.cells(row)), flush=True)
    print(f"case {number}: {spent:.0f} s", file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
