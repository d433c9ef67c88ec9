# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: a playbook deploys to three booted hosts, and a probe watches the address move.

The playbooks of the collection do all of it: plan, deploy, status, and a drill that fails over in
several ways at 1000 echo requests a second. The demo fails when a limit of the drill is exceeded.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "roles" / "lab" / "files" / "lab.py"
NAME = "vrrp-demo"
STATE = Path("/var/lib/vrrp-lab") / NAME
LOG = ROOT / ".cache" / "demo.log"
REPORT = ROOT / ".cache" / "demo"
INVENTORY = """\
lab_hosts:
  hosts: {}
  vars:
    vrrp_instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [192.0.2.100/24]
"""


def say(text: str) -> None:
    """Tell the person who watches."""
    print(f"\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"== {text}", flush=True)


def run(*command: str | Path) -> tuple[bool, str]:
    """Run a command whose output goes to the log; returns whether it succeeded, and its output."""
    result = subprocess.run(
        [str(word) for word in command], check=False, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    with LOG.open("a") as log:
        log.write(result.stdout)
    return result.returncode == 0, result.stdout


def must_run(*command: str | Path) -> str:
    """Run a command; returns its output, and raises SystemExit when it fails."""
    succeeded, output = run(*command)
    if not succeeded:
        raise SystemExit(f"{output}\nfailed: {' '.join(map(str, command))}")
    return output


def playbook(name: str, *arguments: str) -> tuple[bool, str]:
    """Run a playbook of the collection on the lab; returns whether it succeeded, and its output."""
    inventories = ("-i", STATE / "inventory.json", "-i", ROOT / ".cache" / "demo-vrrp.yml")
    return run("ansible-playbook", *inventories, f"failover.vrrp.{name}", *arguments)


def build_lab(state: str) -> None:
    """Have the lab or not, by its role."""
    settings = f"lab_state={state} lab_name={NAME}"
    role = ROOT / "script" / "lib" / "lab.yml"
    must_run("ansible-playbook", "-i", "localhost,", "-c", "local", role, "-e", settings)


def messages(output: str, task: str) -> str:
    """Return the lines that a task of a playbook has shown."""
    start = output.index('"msg": [', output.index(f"[{task}]")) + len('"msg": [')
    lines = output[start : output.index("\n    ]", start)].strip().splitlines()
    return "\n".join(line.strip().rstrip(",").strip('"') for line in lines)


def leftovers() -> list[str]:
    """Return the leftovers of the lab: namespaces, mounts, processes."""
    namespaces = [line for line in must_run("ip", "netns", "list").splitlines() if NAME in line]
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if NAME in line]
    found = subprocess.run(
        ["pgrep", "-af", f"{NAME}-"], check=False, stdout=subprocess.PIPE, text=True
    )
    return [*namespaces, *mounts, *found.stdout.splitlines()]


def show(name: str, task: str, *arguments: str) -> bool:
    """Run a playbook, and show what one of its tasks says; returns whether it succeeded."""
    say(f"ansible-playbook failover.vrrp.{name}")
    succeeded, output = playbook(name, *arguments)
    print(messages(output, task) if f"[{task}]" in output else output)
    return succeeded


def demonstrate(report: Path) -> bool:
    """Plan, deploy, look, and fail over under a probe; returns whether all promises held."""
    proof = "failover.vrrp.vrrp : Every instance has exactly one master"
    drill = ("-e", f"vrrp_probe_from=observer vrrp_rate=1000 vrrp_report={report}")
    return (
        show("plan", "Show the forecast")
        and show("deploy", proof)
        and show("status", "Show all instances")
        and show("drill", "Show the report", *drill)
    )


def print_log_in() -> None:
    """Tell how to look around in the lab that was kept."""
    print(f"log in:     {STATE}/ssh root@192.0.2.11   (node1; .12 is node2, .13 node3)")
    print(f"inventory:  -i {STATE}/inventory.json -i {ROOT}/.cache/demo-vrrp.yml")
    print(f"remove it:  {sys.executable} {LAB} --name {NAME} down")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of ``script/demo``."""
    parser = argparse.ArgumentParser(prog="script/demo", description="Watch an address fail over.")
    parser.add_argument("--keep", action="store_true", help="keep the lab running")
    parser.add_argument(
        "--report", metavar="DIRECTORY", type=Path, default=REPORT,
        help="the place of the drill's report (.cache/demo)",
    )  # fmt: skip
    return parser


def main() -> None:
    """Run the demo; the exit status says whether the promises held."""
    chosen = make_parser().parse_args()
    LOG.write_text("")
    (ROOT / ".cache" / "demo-vrrp.yml").write_text(INVENTORY)
    must_run(sys.executable, LAB, "--name", NAME, "down")
    say("booting three Debian hosts (the first time also builds their root file system)")
    report = chosen.report.resolve()
    try:
        build_lab("present")
        held = demonstrate(report)
    finally:
        if chosen.keep:
            print_log_in()
        else:
            build_lab("absent")
    left = [] if chosen.keep else leftovers()
    for one in left:
        print(f"left behind: {one}")
    say("all promises held" if held and not left else "a promise was broken")
    print(f"the report with its pictures: {report}/drill.html")
    raise SystemExit(0 if held and not left else 1)


if __name__ == "__main__":
    main()
