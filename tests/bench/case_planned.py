# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases 5 and 6: what clients notice when a master is stopped, and when it is restarted."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Callable, Mapping

from bench.advert_capture import Advert, AdvertCapture
from bench.programs import OURS, PROGRAMS, THEIRS, Program, alternating, start
from bench.results import Goal, Row
from bench.scale import Scale
from bench.testbed import make_testbed
from bench.workload import Workload
from support.segment import Host, Probe, eventually, ip

ADDRESS = "198.18.0.1"
NOTHING = Goal(worst=0)
Disturbance = Callable[[Program], None]


@dataclass(frozen=True)
class Losses:
    """``lost`` of 1000 probes a second, and how often another host became master."""

    lost: int
    elections: int


def stopping(scale: Scale) -> list[Row]:
    """Case 5: a planned stop."""
    found = _measure(scale, Workload(1, scale.slow), {one: _stop for one in PROGRAMS})
    what = f"planned stop at {scale.slow:g} s, 1000 probes a second: lost"
    return [_row(5, what, found[OURS], found[THEIRS], lambda losses: losses.lost)]


def restarting(scale: Scale) -> list[Row]:
    """Case 6: a restart and an upgrade, which are the same for keepalived."""
    rows: list[Row] = []
    for interval in (scale.slow, 0.1):
        disturbances = {"restart": _restart, "upgrade": _upgrade, THEIRS: _restart}
        found = _measure(scale, Workload(1, interval), disturbances)
        for name in ("restart", "upgrade"):
            what, both = f"{name} of the master at {interval:g} s", (found[name], found[THEIRS])
            rows.append(_row(6, f"{what}: probes lost", *both, lambda losses: losses.lost))
            rows.append(_row(6, f"{what}: elections", *both, lambda losses: losses.elections))
    return rows


def _stop(master: Program) -> None:
    master.stop()


def _restart(master: Program) -> None:
    master.restart()


def _upgrade(master: Program) -> None:
    master.upgrade()


def _row(
    case: int, what: str, ours: list[Losses], theirs: list[Losses], of: Callable[[Losses], int]
) -> Row:
    return Row(case, what, "", [of(one) for one in ours], [of(one) for one in theirs], NOTHING)


def _measure(
    scale: Scale, workload: Workload, disturbances: Mapping[str, Disturbance]
) -> dict[str, list[Losses]]:
    """The tolls by the name of what happens, to keepalived where the name is its own."""
    found: dict[str, list[Losses]] = {one: [] for one in disturbances}
    order = alternating(scale.times, list(disturbances))
    # Nearly all of it is waiting, and nothing of it is a time: so two at once.
    with ThreadPoolExecutor(2) as pool:
        tolls = pool.map(lambda name: _watch(_program(name), workload, disturbances[name]), order)
        for name, losses in zip(order, tolls):
            found[name].append(losses)
    return found


def _program(name: str) -> str:
    return THEIRS if name == THEIRS else OURS


def _watch(program: str, workload: Workload, happens: Disturbance) -> Losses:
    with make_testbed(3, workload) as (segment, (first, second, client)):
        ip("-n", client.namespace, "route", "add", "198.18.0.0/15", "dev", "eth0")
        master = start(program, first, workload.outranked_by(200))
        start(program, second, workload)
        eventually(lambda: first.has(ADDRESS), 20, "a master")
        capture, probe = AdvertCapture(segment), Probe(client, ADDRESS)
        # The other has to know its master, and it has to be seen as the master.
        time.sleep(max(0.5, 2.2 * workload.interval))
        happens(master)
        _settle(first, second, workload)
        result = probe.finish()
        return Losses(result["unanswered"], _elections(capture))


def _settle(first: Host, second: Host, workload: Workload) -> None:
    """Let as much time pass as anything takes that may follow."""
    time.sleep(1.3 * workload.down_interval + 0.5)
    eventually(lambda: first.has(ADDRESS) != second.has(ADDRESS), 20, "one master")
    time.sleep(workload.interval)


def _elections(capture: AdvertCapture) -> int:
    """Return how often the advertising host changed."""
    adverts = [one for one in capture.finish() if isinstance(one, Advert) and one.priority]
    return len(list(groupby(adverts, key=lambda one: one.host))) - 1
