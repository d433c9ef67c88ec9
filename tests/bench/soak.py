# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""script/soak: two of our hosts for a long time, with everything at random that may not disturb.

100 instances serve at 1 s, with hooks and checks. Interfaces are made and removed in bulk, clients
ask for everything, the configuration is applied again, the agents are restarted. Nobody asks for a
move, so each takeover is a fault. Prints how many there were, the longest silence of a master, and
memory and descriptors minute by minute; exits with 1 after a takeover.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Callable

from bench.advert_capture import Advert, AdvertCapture
from bench.case_load import judge
from bench.programs import Ours, wait_until_master_of_all
from bench.testbed import make_testbed
from bench.workload import Workload
from support import hostile_client

_CHECK = {"command": "/bin/true", "interval": 2}
_HOOK = {"event": "master", "command": "/bin/true"}
_SAMPLE_EVERY = 5.0  # Seconds.

Figures = dict[str, dict[int, list[int]]]


class Soaked(Ours):
    """Our agent with hooks and checks, and with a configuration that changes."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.rewrite(1)

    def rewrite(self, count: int) -> None:
        """Write the configuration with another number of announcements, which peers do not see."""
        instances = json.loads(self.config.read_text())["instances"]
        for one in instances:
            one.update(
                announce_refresh_count=count,
                hooks=[_HOOK],
                track_scripts=[{**_CHECK, "weight": -1}],
            )
        self.config.write_text(json.dumps({"instances": instances}))

    def control(self, *arguments: str) -> None:
        """Run vrrpctl, and wait for it."""
        done = self.host.start(*self.control_command(*arguments), stdout=subprocess.DEVNULL)
        assert done.wait(60) == 0, f"vrrpctl {arguments[0]} failed, see {self.directory}/log"

    def status(self) -> dict[str, object]:
        """Return what the agent says of itself."""
        shown = self.host.start(
            *self.control_command("status", "--json", "i0"), stdout=subprocess.PIPE
        ).communicate()[0]
        about: dict[str, object] = json.loads(shown)["agent"]
        return about


def main() -> int:
    """The command line of ``script/soak``."""
    chosen = make_parser().parse_args()
    workload = Workload(chosen.instances, 1.0)
    with make_testbed(2, workload) as (segment, (first, second)):
        agents = [
            Soaked(first, workload.outranked_by(200)), Soaked(second, workload.outranked_by(100)),
        ]  # fmt: skip
        agents[0].start()
        wait_until_master_of_all(first, workload)
        agents[1].start()
        time.sleep(5)
        capture = AdvertCapture(segment, expression="vrrp")
        figures, done = _soak(agents, chosen.minutes * 60, random.Random(chosen.seed))
        seen = judge([one for one in capture.finish() if isinstance(one, Advert)], workload)
        _report(figures, done)
        print(f"takeovers: {seen.takeovers}; longest silence: {seen.silence:.2f} s")
        for agent in agents:
            print(json.dumps(agent.status()))
    return 1 if seen.takeovers else 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of ``script/soak``."""
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="how long (default: 20)")
    parser.add_argument("--instances", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="of what happens (default: 1)")
    return parser


def _soak(
    agents: list[Soaked], seconds: float, chance: random.Random
) -> tuple[Figures, dict[str, int]]:
    """Disturb the hosts until the time is over; returns the figures and what was done how often."""
    begun, next_sample = time.monotonic(), 0.0
    figures: Figures = {"memory": defaultdict(list), "descriptors": defaultdict(list)}
    done: dict[str, int] = defaultdict(int)
    while (passed := time.monotonic() - begun) < seconds:
        if passed >= next_sample:
            next_sample = passed + _SAMPLE_EVERY
            _sample(agents, figures, int(passed // 60))
        disturb = chance.choice(_DISTURBANCES)
        disturb(chance.choice(agents), chance)
        done[disturb.__name__.strip("_")] += 1
        time.sleep(chance.uniform(0, 1))
    return figures, done


def _churn(agent: Soaked, chance: random.Random) -> None:
    names = [f"churn{number}" for number in range(chance.randint(5, 100))]
    lines = [f"link add {name} type veth peer name {name}p" for name in names]
    lines += [f"link delete {name}" for name in names]
    agent.host.start("ip", "-batch", "-", stdin=subprocess.PIPE).communicate("\n".join(lines))


def _hammer(agent: Soaked, chance: random.Random) -> None:
    seconds = str(chance.uniform(0.5, 3))
    command = (sys.executable, hostile_client.__file__, str(agent.socket), "16", seconds)
    agent.host.start(*command, stdout=subprocess.DEVNULL).wait()


def _reload(agent: Soaked, chance: random.Random) -> None:
    agent.rewrite(chance.randint(1, 5))
    agent.control("reload")


def _restart(agent: Soaked, _chance: random.Random) -> None:
    agent.control("restart")


_DISTURBANCES: list[Callable[[Soaked, random.Random], None]] = [
    _churn, _churn, _hammer, _hammer, _reload, _reload, _restart,
]  # fmt: skip


def _sample(agents: list[Soaked], figures: Figures, minute: int) -> None:
    for agent in agents:
        pid = agent.status()["pid"]
        status = Path(f"/proc/{pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        figures["memory"][minute].append(int(resident.split()[1]) // 1024)
        figures["descriptors"][minute].append(len(list(Path(f"/proc/{pid}/fd").iterdir())))


def _report(figures: Figures, done: dict[str, int]) -> None:
    print(", ".join(f"{name}: {count}" for name, count in sorted(done.items())))
    print("minute | memory, MiB | descriptors (the most of both agents)")
    for minute, sizes in sorted(figures["memory"].items()):
        print(f"{minute:6} | {max(sizes):11} | {max(figures['descriptors'][minute])}")


if __name__ == "__main__":
    sys.exit(main())
