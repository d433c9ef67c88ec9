# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases 11 to 13: masters on hosts that are busy, asked for everything, or flooded."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from typing import Callable, Sequence

from _vrrp.control.client import ControlClient
from bench.advert_capture import Advert, AdvertCapture
from bench.programs import OURS, PROGRAMS, Ours, Program, start, wait_until_master_of_all
from bench.results import Goal, Row
from bench.scale import Scale
from bench.testbed import make_testbed
from bench.workload import Workload
from support import flood, hostile_client

_NEVER = Goal(worst=0)
_TIMELY = Goal(worst=1.5)
_AFTER = 2.0  # Seconds in which what was caused shows.
_FLOODS = {1.0: (10_000, 100_000), 0.1: (10_000, 20_000)}
_KINDS = {
    "checksum": "a wrong checksum",
    "vrid": "an unknown VRID",
    "priority": "a lower priority",
    "hmac": "a forged signature",
}


@dataclass
class Seen:
    """The longest silence of a master, in intervals, and how often another one advertised."""

    silence: float
    takeovers: int


def churning(scale: Scale) -> list[Row]:
    """Case 11: interfaces made and removed in bulk."""
    rows: list[Row] = []
    for pairs in (300, 1000) if scale.span > 1 else (20,):
        for interval in (0.1, scale.slow):
            workload = Workload(1, interval)
            found = {
                program: [
                    _observe(program, workload, partial(_make_interfaces, pairs))
                    for _time in range(_times(scale))
                ]
                for program in PROGRAMS
            }
            what = f"{pairs} pairs of interfaces made and removed at {interval:g} s"
            rows.extend(_rows(11, what, found))
    return rows


def _times(scale: Scale) -> int:
    """Each of these takes long, and is the same nearly every time."""
    return min(scale.times, 2)


def _make_interfaces(pairs: int, master: Program) -> None:
    names = [f"churn{number}" for number in range(pairs)]
    made = [f"link add {name} type veth peer name {name}p" for name in names]
    gone = [f"link delete {name}" for name in names]
    for lines in (made, gone):
        master.host.start("ip", "-batch", "-", stdin=subprocess.PIPE).communicate("\n".join(lines))


def asked(scale: Scale) -> list[Row]:
    """Case 12: clients of the control socket that ask for everything, without end."""
    workload = Workload(scale.many, scale.slow)
    waits: list[float] = []

    def hammer(master: Program) -> None:
        assert isinstance(master, Ours)
        waits.append(_answers_beside(master, 4 * scale.span))

    seen = [_observe(OURS, workload, hammer) for _time in range(_times(scale))]
    what = f"16 connections that ask for {scale.many} instances"
    return [
        *_rows(12, what, {OURS: seen}),
        Row(12, f"{what}: longest wait of another client", "s", waits, goal=Goal(worst=1)),
    ]


def _answers_beside(master: Ours, seconds: float) -> float:
    """Return the longest wait of a client beside those that ask for everything."""
    command = (sys.executable, hostile_client.__file__, str(master.socket), "16", str(seconds))
    asking = master.host.start(*command, stdout=subprocess.DEVNULL)
    longest = 0.0
    while asking.poll() is None:
        begun = time.monotonic()
        with ControlClient(str(master.socket)) as client:
            client.status(["i0"])
        longest = max(longest, time.monotonic() - begun)
        time.sleep(0.05)
    return longest


def flooded(scale: Scale) -> list[Row]:
    """Case 13: packets of no use, from another host than the master."""
    rows: list[Row] = []
    kinds = _KINDS if scale.span > 1 else {kind: _KINDS[kind] for kind in ("priority", "hmac")}
    for kind, name in kinds.items():
        programs = (OURS,) if kind == "hmac" else PROGRAMS
        for interval, rates in _FLOODS.items() if scale.span > 1 else ((0.1, (10_000,)),):
            for rate in rates:
                workload = Workload(1, interval, signs=kind == "hmac")
                found = {
                    program: [_observe(program, workload, _flood(kind, rate, 2 * scale.span))]
                    for program in programs
                }
                what = f"{rate // 1000}k packets a second with {name} at {interval:g} s"
                rows.append(_takeovers(13, what, found))
    return rows


def _flood(kind: str, rate: int, seconds: float) -> Callable[[Program], None]:
    def run(master: Program) -> None:
        source = master.host.segment.hosts[-1]
        wanted = (kind, str(rate), str(seconds), "1")
        command = (sys.executable, flood.__file__, "eth0", source.address, *wanted)
        output, _errors = source.start(*command, stdout=subprocess.PIPE).communicate()
        sent = int(output) / seconds
        if sent < 0.9 * rate:
            print(f"only {sent:.0f} packets a second were sent, of {rate}", file=sys.stderr)

    return run


def _rows(case: int, what: str, found: dict[str, list[Seen]]) -> list[Row]:
    ours, theirs = ([one.silence for one in found.get(each, ())] for each in PROGRAMS)
    silence = Row(case, f"{what}: longest silence", "intervals", ours, theirs, _TIMELY)
    return [silence, _takeovers(case, what, found)]


def _takeovers(case: int, what: str, found: dict[str, list[Seen]]) -> Row:
    ours, theirs = ([one.takeovers for one in found.get(each, ())] for each in PROGRAMS)
    return Row(case, f"{what}: takeovers", "", ours, theirs, _NEVER)


def _observe(program: str, workload: Workload, happens: Callable[[Program], None]) -> Seen:
    """Watch a master and its backup while something happens to the master's host."""
    with make_testbed(3, workload) as (segment, (first, second, _third)):
        better = workload.outranked_by(200)
        master = start(program, first, better)
        wait_until_master_of_all(first, better)
        start(program, second, workload)
        time.sleep(max(2.0, 2 * workload.interval))  # It has to know its master.
        hosts = f"src host {first.address} or src host {second.address}"
        capture = AdvertCapture(segment, expression=f"vrrp and ({hosts})")
        happens(master)
        time.sleep(max(_AFTER, workload.down_interval + workload.interval))
        return judge([one for one in capture.finish() if isinstance(one, Advert)], workload)


def judge(adverts: Sequence[Advert], workload: Workload) -> Seen:
    """Return the longest silence and the number of takeovers, over all virtual routers."""
    by_vrid: dict[int, list[Advert]] = {}
    for one in adverts:
        by_vrid.setdefault(one.vrid, []).append(one)
    silence, takeovers = 0.0, 0
    for each in by_vrid.values():
        gaps = [later.at - earlier.at for earlier, later in pairwise(each)]
        silence = max(silence, *gaps, 0.0)
        takeovers += len(list(groupby(each, key=lambda one: one.host))) - 1
    return Seen(silence / workload.interval, takeovers)
