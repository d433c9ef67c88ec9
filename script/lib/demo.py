# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: a playbook deploys to three booted hosts, and a probe watches the address move.

1000 echo requests a second run through a planned switch, a power cut of the master and its
return. What is printed is what the probe measured; the demo fails when the promises don't hold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from timeline import Timeline, draw

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "roles" / "lab" / "files" / "lab.py"
PROBE = ROOT / "roles" / "lab" / "files" / "probe.py"
NAME = "vrrp-demo"
STATE = Path("/var/lib/vrrp-lab") / NAME
LOG = ROOT / ".cache" / "demo.log"
ADDRESS = "192.0.2.100"
# Three intervals of 1 s, and the skew time of the host that takes over (node1, priority 200).
MASTER_DOWN_INTERVAL_MS = 3000 + 1000 * (256 - 200) // 256
ALLOWANCE_MS = 50
INVENTORY = f"""\
lab_hosts:
  hosts: {{}}
  vars:
    vrrp_instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [{ADDRESS}/24]
"""


@dataclass(frozen=True)
class Event:
    """Something that was done to the lab, between two probes by number."""

    what: str
    first: int
    last: int
    allowed_ms: int


def say(text: str) -> None:
    """Tell the person who watches."""
    print(f"\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"== {text}", flush=True)


def run(*command: str | Path) -> str:
    """Run a command whose output goes to the log; raises SystemExit when it fails."""
    result = subprocess.run(
        [str(word) for word in command], check=False, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    with LOG.open("a") as log:
        log.write(result.stdout)
    if result.returncode != 0:
        raise SystemExit(f"{result.stdout}\nfailed: {' '.join(map(str, command))}")
    return result.stdout


def lab(*arguments: str) -> None:
    """Do something to the hosts of the lab."""
    run(sys.executable, LAB, "--name", NAME, *arguments)


def playbook(name: str, *arguments: str) -> str:
    """Run a playbook of the collection on the lab; returns its output."""
    inventories = ("-i", STATE / "inventory.json", "-i", ROOT / ".cache" / "demo-vrrp.yml")
    return run("ansible-playbook", *inventories, f"failover.vrrp.{name}", *arguments)


def build_lab(state: str) -> None:
    """Have the lab or not, by its role."""
    run("ansible-playbook", "-i", "localhost,", "-c", "local", ROOT / "script" / "lib" / "lab.yml",
        "-e", f"lab_state={state} lab_name={NAME}")  # fmt: skip


def show_recap(output: str) -> None:
    """Print the recap of a playbook."""
    print(output[output.index("PLAY RECAP") :].strip())


class Watch:
    """The probe on the observer, and the events that happened while it ran."""

    def __init__(self) -> None:
        command = ["nsenter", f"--net=/run/netns/{NAME}-observer", sys.executable, str(PROBE)]
        self._process = subprocess.Popen(
            [*command, ADDRESS, "--duration", "120"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._started = time.time()
        self.events: list[Event] = []

    def during(self, what: str, act: Callable[[], object], allowed_ms: int, settle: float) -> None:
        """Do something while the probe runs, with a quiet second before and some time after."""
        say(what)
        time.sleep(1)
        first = self._number()
        act()
        time.sleep(settle)
        self.events.append(Event(what, first, self._number(), allowed_ms))

    def _number(self) -> int:
        return int((time.time() - self._started) * 1000)

    def finish(self) -> Timeline:
        """Stop the probe; returns what it measured, with the events moved to its own time."""
        output, _errors = self._process.communicate(timeout=30)
        result: dict[str, Any] = json.loads(output)
        shift = int((result["start"] - self._started) * 1000)
        self.events = [
            Event(one.what, one.first - shift, one.last - shift, one.allowed_ms)
            for one in self.events
        ]
        return Timeline(result, host_names())

    def abandon(self) -> None:
        """End the probe after a failure."""
        self._process.kill()
        self._process.wait()


def host_names() -> dict[str, str]:
    """The hosts of the lab by the hardware address they serve from."""
    names: dict[str, str] = {}
    for number in (1, 2, 3):
        namespace = f"{NAME}-node{number}"
        links = json.loads(run("ip", "-json", "-n", namespace, "link", "show", "dev", "eth0"))
        names[links[0]["address"]] = f"node{number}"
    return names


def holders() -> list[str]:
    """The hosts that have the address now."""
    found = []
    for number in (1, 2, 3):
        shown = run("ip", "-n", f"{NAME}-node{number}", "-brief", "address", "show", "dev", "eth0")
        if f" {ADDRESS}/" in shown:
            found.append(f"node{number}")
    return found


def watch_it_move() -> tuple[Timeline, list[Event]]:
    """The three moves, with the probe running."""
    watch = Watch()
    try:
        switch = ("switch", "-e", "vrrp_instance=web", "-e", "vrrp_to=node2")
        watch.during("planned switch from node1 to node2", lambda: playbook(*switch), 0, 1)
        limit = MASTER_DOWN_INTERVAL_MS + ALLOWANCE_MS
        watch.during("power cut of node2, the master", lambda: lab("power-off", "node2"),
                     limit, 4)  # fmt: skip
        watch.during("return of node2",
                     lambda: lab("power-on", "node2"), 0, 3)  # fmt: skip
        timeline = watch.finish()
    except BaseException:
        watch.abandon()
        raise
    return timeline, watch.events


def report(timeline: Timeline, events: list[Event]) -> bool:
    """Print which hosts served when, and unanswered probes; returns whether the promises held."""
    width = max(len(event.what) for event in events)
    print(f"{'':{width}}  unanswered  allowed  who served, from when (ms)")
    held = True
    for event in events:
        lost = timeline.unanswered(event.first, event.last)
        served = timeline.served(event.first, event.last)
        print(f"{event.what:{width}}  {lost:7d} ms  {event.allowed_ms:4d} ms  {served}")
        held = held and lost <= event.allowed_ms
    total = timeline.unanswered(0, timeline.sent)
    inside = sum(timeline.unanswered(event.first, event.last) for event in events)
    print(f"{'the rest of the time':{width}}  {total - inside:7d} ms  {0:4d} ms")
    return held and total == inside


def leftovers() -> list[str]:
    """Return the leftovers of the lab: namespaces, mounts, processes."""
    namespaces = [line for line in run("ip", "netns", "list").splitlines() if NAME in line]
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if NAME in line]
    found = subprocess.run(
        ["pgrep", "-af", f"{NAME}-"], check=False, stdout=subprocess.PIPE, text=True
    )
    return [*namespaces, *mounts, *found.stdout.splitlines()]


def demonstrate(picture: str | None) -> bool:
    """Deploy, watch, report; returns whether all promises held."""
    say("deploying to three booted hosts: ansible-playbook failover.vrrp.deploy")
    show_recap(playbook("deploy"))
    say("asking who is master: ansible-playbook failover.vrrp.status")
    print(table(playbook("status")))
    timeline, events = watch_it_move()
    say("what a client saw, at 1000 requests a second")
    held = report(timeline, events)
    owners = holders()
    print(f"the address is on: {', '.join(owners)}")
    if picture:
        marks = [(event.first, event.what) for event in events]
        Path(picture).write_text(draw(timeline, marks))
    return held and len(owners) == 1


def table(output: str) -> str:
    """The lines of the status table in the output of the playbook."""
    start = output.index('"msg": [') + len('"msg": [')
    lines = output[start : output.index("]", start)].strip().splitlines()
    return "\n".join(line.strip().rstrip(",").strip('"') for line in lines)


def print_log_in() -> None:
    """Tell how to look around in the lab that was kept."""
    print(f"log in:     {STATE}/ssh root@192.0.2.11   (node1; .12 is node2, .13 node3)")
    print(f"inventory:  -i {STATE}/inventory.json -i {ROOT}/.cache/demo-vrrp.yml")
    print(f"remove it:  {sys.executable} {LAB} --name {NAME} down")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of ``script/demo``."""
    parser = argparse.ArgumentParser(prog="script/demo", description="Watch an address fail over.")
    parser.add_argument("--keep", action="store_true", help="keep the lab running")
    parser.add_argument("--picture", metavar="FILE", help="draw the timeline as SVG")
    return parser


def main() -> None:
    """Run the demo; the exit status says whether the promises held."""
    chosen = make_parser().parse_args()
    LOG.write_text("")
    (ROOT / ".cache" / "demo-vrrp.yml").write_text(INVENTORY)
    lab("down")
    say("booting three Debian hosts (the first time also builds their root file system)")
    try:
        build_lab("present")
        held = demonstrate(chosen.picture)
    finally:
        if chosen.keep:
            print_log_in()
        else:
            build_lab("absent")
    left = [] if chosen.keep else leftovers()
    for one in left:
        print(f"left behind: {one}")
    say("all promises held" if held and not left else "a promise was broken")
    raise SystemExit(0 if held and not left else 1)


if __name__ == "__main__":
    main()
