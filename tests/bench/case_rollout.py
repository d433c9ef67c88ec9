# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Case 10: a deployment to three booted hosts, beside the role that most people have.

That role templates keepalived.conf and starts keepalived, which is installed already; it does not
look whether the result works. Ours installs the agent, and waits until every instance has exactly
one master.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from bench.programs import OURS, PROGRAMS, THEIRS, alternating
from bench.results import Goal, Row
from bench.scale import Scale

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "roles" / "lab" / "files" / "lab.py"
HERE = Path(__file__).resolve().parent / "rollout"
NAME = "vrrp-bench"
STATE = Path("/var/lib/vrrp-lab") / NAME
HOSTS = ("node1", "node2", "node3")
PLAYBOOKS = {OURS: "failover.vrrp.deploy", THEIRS: str(HERE / "keepalived.yml")}
INSTALL = (
    "apt-get -qq update && "
    "DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends keepalived"
)
REMOVE_KEEPALIVED = "systemctl disable --now keepalived; rm -f /etc/keepalived/keepalived.conf"


def deploying(scale: Scale) -> list[Row]:
    """The first run, and one that finds nothing to do."""
    first: dict[str, list[float]] = {one: [] for one in PROGRAMS}
    again: dict[str, list[float]] = {one: [] for one in PROGRAMS}
    with _lab():
        for program in alternating(scale.times):
            first[program].append(_deploy(program))
            again[program].append(_deploy(program))
            _remove(program)
    goal = Goal(ratio=0.6)
    what = "deployment to three hosts"
    return [
        Row(10, f"{what}, first run", "s", first[OURS], first[THEIRS], goal),
        Row(10, f"{what}, unchanged run", "s", again[OURS], again[THEIRS], goal),
    ]


@contextmanager
def _lab() -> Iterator[None]:
    """Three booted hosts with keepalived, which is not running."""
    try:
        _run(sys.executable, str(LAB), "--name", NAME, "up", "--hosts", str(len(HOSTS)))
        with ThreadPoolExecutor() as pool:
            list(pool.map(_install_keepalived, HOSTS))
        _remove(THEIRS)
        yield
    finally:
        _run(sys.executable, str(LAB), "--name", NAME, "down")


def _install_keepalived(host: str) -> None:
    _run("chroot", str(STATE / host / "root"), "sh", "-c", INSTALL)


def _deploy(program: str) -> float:
    """Seconds that a deployment takes."""
    started = time.monotonic()
    _ansible("ansible-playbook", PLAYBOOKS[program])
    return time.monotonic() - started


def _remove(program: str) -> None:
    """Have the hosts as they were."""
    if program == OURS:
        _ansible("ansible-playbook", PLAYBOOKS[OURS], "-e", "vrrp_agent_state=absent")
    else:
        _ansible("ansible", "lab_hosts", "-m", "ansible.builtin.shell", "-a", REMOVE_KEEPALIVED)


def _ansible(program: str, *arguments: str) -> None:
    inventory = ("-i", str(STATE / "inventory.json"), "-i", str(HERE / "instances.yml"))
    target = ("-e", "vrrp_target=lab_hosts")
    _run(str(Path(sys.executable).with_name(program)), *inventory, *target, *arguments)


def _run(*command: str) -> None:
    """Run a command; raises SystemExit with what it printed when it fails."""
    environment = {**os.environ, "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")
