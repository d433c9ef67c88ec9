# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Case 7: what few and many instances take: memory, processor time, time to start."""

from __future__ import annotations

import time
from collections import defaultdict

import kernel_counters as counters
from advert_capture import Advert, Witness
from programs import OURS, THEIRS, alternating, start, wait_until_master_of_all
from results import Goal, Row
from scale import Shape
from segment import eventually
from testbed import make_testbed
from workload import Plan

Figures = dict[tuple[str, int], list[float]]


def footprint(shape: Shape) -> list[Row]:
    """Masters at a slow interval, on as many interfaces as they need."""
    memory: Figures = defaultdict(list)
    beginning: Figures = defaultdict(list)
    processor: Figures = defaultdict(list)
    numbers = (1, shape.many, shape.most)
    for number in numbers:
        plan = Plan(number, shape.slow, 200)
        for contestant in alternating(shape.times):
            taken = _take(contestant, plan, shape.span)
            for figures, figure in zip((memory, beginning, processor), taken):
                figures[contestant, number].append(figure)
    return [
        *(_row(number, "resident memory", "MiB", memory, shape) for number in numbers),
        *(
            _row(number, "start to first advertisement", "s", beginning, shape)
            for number in numbers
        ),
        *(_row(number, "processor time a second", "ms", processor, shape) for number in numbers),
    ]


def _row(number: int, what: str, unit: str, figures: Figures, shape: Shape) -> Row:
    bounded = unit == "MiB" and number in (1, shape.most)
    goal = Goal(ratio=2.5) if bounded else Goal()
    label = f"{number} instance{'s' if number > 1 else ''} at {shape.slow:g} s: {what}"
    return Row(7, label, unit, figures[OURS, number], figures[THEIRS, number], goal)


def _take(contestant: str, plan: Plan, span: float) -> tuple[float, float, float]:
    """MiB, seconds until the first advertisement, milliseconds of processor time in a second."""
    with make_testbed(1, plan) as (segment, (host,)):
        witness = Witness(segment)
        running = start(contestant, host, plan)
        eventually(lambda: any(isinstance(one, Advert) for one in witness.so_far()), 30, "a master")
        seen = witness.finish()
        wait_until_master_of_all(host, plan)
        pids = running.pids()
        spent = counters.processor_time(pids)
        time.sleep(span)
        spent = counters.processor_time(pids) - spent
        first = next(one.at for one in seen if isinstance(one, Advert))
        return (
            counters.resident_memory(pids),
            first - running.started_at,
            spent / span / 1000,
        )
