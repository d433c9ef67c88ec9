# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Case 7: what few and many instances take: memory, processor time, time to start."""

from __future__ import annotations

import time
from collections import defaultdict

from bench import kernel_counters as counters
from bench.advert_capture import Advert, AdvertCapture
from bench.programs import OURS, THEIRS, alternating, start, wait_until_master_of_all
from bench.results import Goal, Row
from bench.scale import Scale
from bench.testbed import make_testbed
from bench.workload import Workload
from support.segment import eventually

Results = dict[tuple[str, int], list[float]]


def footprint(scale: Scale) -> list[Row]:
    """Masters at a slow interval, on as many interfaces as they need."""
    memory: Results = defaultdict(list)
    beginning: Results = defaultdict(list)
    processor: Results = defaultdict(list)
    numbers = (1, scale.many, scale.most)
    for number in numbers:
        workload = Workload(number, scale.slow, 200)
        for program in alternating(scale.times):
            taken = _take(program, workload, scale.span)
            for results, figure in zip((memory, beginning, processor), taken):
                results[program, number].append(figure)
    return [
        *(_row(number, "resident memory", "MiB", memory, scale) for number in numbers),
        *(
            _row(number, "start to first advertisement", "s", beginning, scale)
            for number in numbers
        ),
        *(_row(number, "processor time a second", "ms", processor, scale) for number in numbers),
    ]


def _row(number: int, what: str, unit: str, results: Results, scale: Scale) -> Row:
    bounded = unit == "MiB" and number in (1, scale.most)
    goal = Goal(ratio=2.5) if bounded else Goal()
    label = f"{number} instance{'s' if number > 1 else ''} at {scale.slow:g} s: {what}"
    return Row(7, label, unit, results[OURS, number], results[THEIRS, number], goal)


def _take(program: str, workload: Workload, span: float) -> tuple[float, float, float]:
    """MiB, seconds until the first advertisement, milliseconds of processor time in a second."""
    with make_testbed(1, workload) as (segment, (host,)):
        capture = AdvertCapture(segment)
        running = start(program, host, workload)
        eventually(lambda: any(isinstance(one, Advert) for one in capture.so_far()), 30, "a master")
        seen = capture.finish()
        wait_until_master_of_all(host, workload)
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
