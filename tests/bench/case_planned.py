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

from advert_capture import Advert, Witness
from programs import CONTESTANTS, OURS, THEIRS, Program, alternating, start
from results import Goal, Row
from scale import Shape
from segment import Host, Probe, eventually, ip
from testbed import make_testbed
from workload import Plan

ADDRESS = "198.18.0.1"
NOTHING = Goal(worst=0)
Disturbance = Callable[[Program], None]


@dataclass(frozen=True)
class Losses:
    """``lost`` of 1000 probes a second, and how often another host became master."""

    lost: int
    elections: int


def stopping(shape: Shape) -> list[Row]:
    """Case 5: a planned stop."""
    found = _measure(shape, Plan(1, shape.slow), {one: _stop for one in CONTESTANTS})
    what = f"planned stop at {shape.slow:g} s, 1000 probes a second: lost"
    return [_row(5, what, found[OURS], found[THEIRS], lambda toll: toll.lost)]


def restarting(shape: Shape) -> list[Row]:
    """Case 6: a restart and an upgrade, which are the same for keepalived."""
    rows: list[Row] = []
    for interval in (shape.slow, 0.1):
        happenings = {"restart": _restart, "upgrade": _upgrade, THEIRS: _restart}
        found = _measure(shape, Plan(1, interval), happenings)
        for name in ("restart", "upgrade"):
            what, both = f"{name} of the master at {interval:g} s", (found[name], found[THEIRS])
            rows.append(_row(6, f"{what}: probes lost", *both, lambda toll: toll.lost))
            rows.append(_row(6, f"{what}: elections", *both, lambda toll: toll.elections))
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
    shape: Shape, plan: Plan, happenings: Mapping[str, Disturbance]
) -> dict[str, list[Losses]]:
    """The tolls by the name of what happens, to keepalived where the name is its own."""
    found: dict[str, list[Losses]] = {one: [] for one in happenings}
    order = alternating(shape.times, list(happenings))
    # Nearly all of it is waiting, and nothing of it is a time: so two at once.
    with ThreadPoolExecutor(2) as pool:
        tolls = pool.map(lambda name: _watch(_contestant(name), plan, happenings[name]), order)
        for name, toll in zip(order, tolls):
            found[name].append(toll)
    return found


def _contestant(name: str) -> str:
    return THEIRS if name == THEIRS else OURS


def _watch(contestant: str, plan: Plan, happens: Disturbance) -> Losses:
    with make_testbed(3, plan) as (segment, (first, second, client)):
        ip("-n", client.namespace, "route", "add", "198.18.0.0/15", "dev", "eth0")
        master = start(contestant, first, plan.outranked_by(200))
        start(contestant, second, plan)
        eventually(lambda: first.has(ADDRESS), 20, "a master")
        witness, probe = Witness(segment), Probe(client, ADDRESS)
        # The other has to know its master, and it has to be seen as the master.
        time.sleep(max(0.5, 2.2 * plan.interval))
        happens(master)
        _settle(first, second, plan)
        result = probe.finish()
        return Losses(result["unanswered"], _elections(witness))


def _settle(first: Host, second: Host, plan: Plan) -> None:
    """Let as much time pass as anything takes that may follow."""
    time.sleep(1.3 * plan.down_interval + 0.5)
    eventually(lambda: first.has(ADDRESS) != second.has(ADDRESS), 20, "one master")
    time.sleep(plan.interval)


def _elections(witness: Witness) -> int:
    """How often another host went on where one had advertised."""
    adverts = [one for one in witness.finish() if isinstance(one, Advert) and one.priority]
    return len(list(groupby(adverts, key=lambda one: one.host))) - 1
