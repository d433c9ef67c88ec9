# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases 3, 4 and 8: how soon a backup has announced the addresses of a host that died."""

from __future__ import annotations

import ipaddress
import time
from typing import Sequence

from bench.advert_capture import Advert, AdvertCapture, Announcement
from bench.programs import OURS, PROGRAMS, THEIRS, alternating, start, wait_until_master_of_all
from bench.results import Goal, Row
from bench.scale import Scale
from bench.testbed import make_testbed
from bench.workload import Workload
from support.segment import eventually

BEYOND = "beyond the master-down interval"
Seen = Sequence["Advert | Announcement"]


def one_fast(scale: Scale) -> list[Row]:
    """Case 3: a single instance at the shortest interval."""
    beyond = _measure(scale, Workload(1, 0.01))
    goal = Goal(ratio=1.0, worst=2.0)
    what = f"1 instance at 10 ms, host killed: first announcement {BEYOND}"
    return [Row(3, what, "ms", beyond[OURS], beyond[THEIRS], goal)]


def many(scale: Scale) -> list[Row]:
    """Case 4: many instances at once."""
    beyond = _measure(scale, Workload(scale.many, 0.1))
    what = f"{scale.many} instances at 100 ms, host killed: last announcement {BEYOND}"
    return [Row(4, what, "ms", beyond[OURS], beyond[THEIRS], Goal(ratio=0.1))]


def addresses(scale: Scale) -> list[Row]:
    """Case 8: one instance with many addresses."""
    workload = Workload(1, 0.1, addresses=scale.many)
    found: dict[str, list[float]] = {one: [] for one in PROGRAMS}
    for program in alternating(scale.times):
        seen, dead = _let_die(program, workload)
        due = _last_advert(seen, dead, 1) + workload.down_interval
        last = max(_announced(seen).values())
        found[program].append((last - due) / workload.addresses * 1000)
    what = f"{scale.many} addresses of one instance, host killed: time for each {BEYOND}"
    return [Row(8, what, "ms", found[OURS], found[THEIRS], Goal(ratio=0.15))]


def _measure(scale: Scale, workload: Workload) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {one: [] for one in PROGRAMS}
    for program in alternating(scale.times):
        seen, dead = _let_die(program, workload)
        found[program].append(_beyond(seen, dead, workload))
    return found


def _let_die(program: str, workload: Workload) -> tuple[Seen, bytes]:
    """Return the capture around the death of the master's host, and its packed address."""
    with make_testbed(2, workload) as (segment, (first, second)):
        better = workload.outranked_by(200)
        start(program, first, better)
        wait_until_master_of_all(first, better)
        start(program, second, workload)
        time.sleep(1.5)  # It has to know its master.
        capture = AdvertCapture(segment)
        time.sleep(5 * workload.interval)
        first.unplug()
        wanted = workload.instances * workload.addresses
        eventually(
            lambda: len(_announced(capture.so_far())) >= wanted, 20, "all addresses announced"
        )
        return capture.finish(), ipaddress.ip_address(first.address).packed


def _announced(seen: Seen) -> dict[bytes, float]:
    """Return the time of the first announcement of each address."""
    found: dict[bytes, float] = {}
    for one in seen:
        if isinstance(one, Announcement):
            found.setdefault(one.address, one.at)
    return found


def _last_advert(seen: Seen, host: bytes, vrid: int) -> float:
    return max(
        one.at for one in seen if isinstance(one, Advert) and (one.host, one.vrid) == (host, vrid)
    )


def _beyond(seen: Seen, dead: bytes, workload: Workload) -> float:
    """Milliseconds beyond the master-down interval, of the address that came last."""
    announced = _announced(seen)
    late = [
        announced[ipaddress.ip_address(f"198.18.{number}.1").packed]
        - _last_advert(seen, dead, number + 1)
        - workload.down_interval
        for number in range(workload.instances)
    ]
    return max(late) * 1000
