# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases 1 and 2: the processor time of an advertisement that is sent, and of one that is heard."""

from __future__ import annotations

import time

from bench import kernel_counters as counters
from bench.programs import (
    OURS,
    PROGRAMS,
    THEIRS,
    Program,
    alternating,
    start,
    wait_until_master_of_all,
)
from bench.results import Goal, Row
from bench.scale import Scale
from bench.testbed import make_testbed
from bench.workload import Workload
from support.segment import Host


def sending(scale: Scale) -> list[Row]:
    """Case 1: masters and nobody who hears them."""
    found: dict[str, list[float]] = {one: [] for one in PROGRAMS}
    workload = Workload(scale.many, 0.1, 200)
    for program in alternating(scale.times):
        with make_testbed(1, workload) as (_segment, (host,)):
            running = start(program, host, workload)
            wait_until_master_of_all(host, workload)
            found[program].append(_cost(running, host, workload, scale.span))
    what = f"{scale.many} masters at 100 ms: processor time of an advertisement sent"
    return [Row(1, what, "µs", found[OURS], found[THEIRS], Goal(ratio=0.33))]


def hearing(scale: Scale) -> list[Row]:
    """Case 2: backups that hear masters of either kind."""
    pairs = ((OURS, THEIRS), (OURS, OURS), (THEIRS, THEIRS))
    found: dict[tuple[str, str], list[float]] = {pair: [] for pair in pairs}
    for _time in range(scale.times):
        for backup, master in pairs:
            found[backup, master].append(_hear(backup, master, scale))
    what = f"{scale.many} backups at 100 ms: processor time of an advertisement heard from"
    theirs = found[THEIRS, THEIRS]
    return [
        Row(2, f"{what} keepalived", "µs", found[OURS, THEIRS], theirs, Goal(ratio=0.8)),
        Row(2, f"{what} another agent", "µs", found[OURS, OURS], theirs, Goal(ratio=0.5)),
    ]


def _hear(backup: str, master: str, scale: Scale) -> float:
    workload = Workload(scale.many, 0.1, 100)
    with make_testbed(2, workload) as (_segment, (first, second)):
        start(master, first, workload.outranked_by(200))
        wait_until_master_of_all(first, workload)
        running = start(backup, second, workload)
        time.sleep(1.5)  # It has to have heard everybody a few times.
        return _cost(running, first, workload, scale.span)


def _cost(running: Program, sender: Host, workload: Workload, span: float) -> float:
    """Microseconds of processor time for each advertisement that ``sender`` sends meanwhile."""
    pids = running.pids()
    spent, sent = (
        counters.processor_time(pids),
        counters.sent_packets(sender, workload.interfaces),
    )
    time.sleep(span)
    spent = counters.processor_time(pids) - spent
    return spent / (counters.sent_packets(sender, workload.interfaces) - sent)
