# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run whole clusters of real engines on a virtual clock, each drawn from a seed.

A run injects faults and checks what must hold at every instant, then heals them and checks what
must hold on a quiet network, and then makes orderly experiments. Equal seeds do the same, so a seed
that fails can be seen again: ``script/simulate --seed N --trace``.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Mapping

from simulation.convergence import check_convergence
from simulation.experiments import run_experiments
from simulation.scenario import heal, make_cluster, plan_chaos
from simulation.world import S

CHAOS = 40 * S
# A router that the kernel refused tries again after 10 s; a delayed one waits 8 s more; the rest
# is elections, at most two rounds of three or four intervals of 3 s each.
CONVERGENCE = 60 * S


@dataclass(frozen=True)
class Outcome:
    """``error`` is empty when all was well; ``digest`` is that of everything that was done."""

    seed: int
    error: str
    digest: str
    lines: tuple[str, ...] = ()


def run(seed: int, keep_lines: bool = False) -> Outcome:
    """One cluster's life."""
    cluster = make_cluster(seed)
    world = cluster.world
    if keep_lines:
        world.lines = []
    error = ""
    try:
        for host in cluster.hosts:
            world.after(world.random.randint(0, 3 * S), host.boot)
        plan_chaos(cluster, CHAOS)
        world.run(CHAOS)
        heal(cluster)
        world.run(CONVERGENCE)
        check_convergence(cluster)
        run_experiments(cluster)
    except AssertionError as wrong:
        error = str(wrong) or traceback.format_exc()
    except Exception:  # A crash of the engine is as wrong as anything can be.
        error = traceback.format_exc()
    for host in cluster.hosts:
        world.record(host.number, host.alive, [_facts(one) for one in host.status()])
    return Outcome(seed, error, world.digest, tuple(world.lines or ()))


def _facts(status: Mapping[str, Any]) -> list[object]:
    """The part of an instance's status that a digest may hold: no prose, no names of counters."""
    keys = ("label", "state", "intent", "effective_priority", "transitions")
    return [*(status[key] for key in keys), sorted(status["counters"].values())]


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of ``script/simulate``."""
    parser = argparse.ArgumentParser(prog="script/simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5000, help="how many (default: 5000)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (default: 0)")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--trace", action="store_true", help="with --seed: all that happens")
    parser.add_argument("--processes", type=int, help="how many at once (default: all there are)")
    parser.add_argument("--stop", action="store_true", help="end with the first that fails")
    return parser


def main() -> int:
    """Run one seed or many; returns the exit status."""
    chosen = make_parser().parse_args()
    if chosen.seed is not None:
        return _show(run(chosen.seed, keep_lines=chosen.trace))
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    return _run_many(seeds, chosen.processes, chosen.stop)


def _show(outcome: Outcome) -> int:
    for line in outcome.lines:
        print(line)
    print(f"seed {outcome.seed}, digest {outcome.digest}: {outcome.error or 'all well'}")
    return 1 if outcome.error else 0


def _run_many(seeds: range, processes: int | None, stop: bool) -> int:
    failed: list[Outcome] = []
    digest = hashlib.blake2b(digest_size=8)
    with multiprocessing.Pool(processes) as pool:
        for outcome in pool.imap(run, seeds, chunksize=20):
            digest.update(outcome.digest.encode())
            if outcome.error:
                failed.append(outcome)
                last = outcome.error.strip().splitlines()[-1]
                print(f"seed {outcome.seed}: {last}", flush=True)
                print(f"    see it again: script/simulate --seed {outcome.seed} --trace")
                if stop:
                    pool.terminate()
                    break
    print(f"digest of seeds {seeds.start} to {seeds.stop - 1}: {digest.hexdigest()}")
    print(f"simulation: {len(seeds) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
