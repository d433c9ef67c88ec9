# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases 5 and 6: what clients notice when a master is stopped, and when it is restarted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import groupby
from typing import Callable

from contestants import CONTESTANTS, OURS, THEIRS, Contestant, alternating, start
from field import field
from figures import Goal, Row
from plan import Plan
from segment import Host, Probe, eventually, ip
from shape import Shape
from witness import Advert, Witness

ADDRESS = "198.18.0.1"
NOTHING = Goal(worst=0)


@dataclass(frozen=True)
class Toll:
    """``lost`` of 1000 probes a second, and how often another host became master."""

    lost: int
    elections: int


def stopping(shape: Shape) -> list[Row]:
    """Case 5: a planned stop."""
    found = _measure(shape, Plan(1, shape.slow), lambda master: master.stop())
    what = f"planned stop at {shape.slow:g} s, 1000 probes a second: lost"
    return [_row(5, what, "", found, lambda toll: toll.lost)]


def restarting(shape: Shape) -> list[Row]:
    """Case 6: a restart, which an upgrade is as well."""
    rows: list[Row] = []
    for interval in (shape.slow, 0.1):
        found = _measure(shape, Plan(1, interval), lambda master: master.restart())
        what = f"restart of the master at {interval:g} s"
        rows.append(_row(6, f"{what}: probes lost", "", found, lambda toll: toll.lost))
        rows.append(_row(6, f"{what}: elections", "", found, lambda toll: toll.elections))
    return rows


def _row(
    case: int, what: str, unit: str, found: dict[str, list[Toll]], of: Callable[[Toll], int]
) -> Row:
    ours, theirs = ([of(toll) for toll in found[one]] for one in (OURS, THEIRS))
    return Row(case, what, unit, ours, theirs, NOTHING)


def _measure(
    shape: Shape, plan: Plan, happens: Callable[[Contestant], None]
) -> dict[str, list[Toll]]:
    found: dict[str, list[Toll]] = {one: [] for one in CONTESTANTS}
    for contestant in alternating(shape.times):
        found[contestant].append(_watch(contestant, plan, happens))
    return found


def _watch(contestant: str, plan: Plan, happens: Callable[[Contestant], None]) -> Toll:
    with field(3, plan) as (segment, (first, second, client)):
        ip("-n", client.namespace, "route", "add", "198.18.0.0/15", "dev", "eth0")
        master = start(contestant, first, plan.outranked_by(200))
        start(contestant, second, plan)
        eventually(lambda: first.has(ADDRESS), 20, "a master")
        time.sleep(2 * plan.interval)  # The other has to know its master.
        witness, probe = Witness(segment), Probe(client, ADDRESS)
        time.sleep(max(0.5, 1.2 * plan.interval))  # It has to be seen as the master.
        happens(master)
        _settle(first, second, plan)
        result = probe.finish()
        return Toll(result["unanswered"], _elections(witness))


def _settle(first: Host, second: Host, plan: Plan) -> None:
    """Let as much time pass as anything takes that may follow."""
    time.sleep(1.5 * plan.down_interval + 0.5)
    eventually(lambda: first.has(ADDRESS) != second.has(ADDRESS), 20, "one master")
    time.sleep(plan.interval)


def _elections(witness: Witness) -> int:
    """How often another host went on where one had advertised."""
    adverts = [one for one in witness.finish() if isinstance(one, Advert) and one.priority]
    return len(list(groupby(adverts, key=lambda one: one.host))) - 1
