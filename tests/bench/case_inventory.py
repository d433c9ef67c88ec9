# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Case 14: the plan of a large inventory, by itself and through Ansible's own variables.

Through Ansible, it is compared with ``ping`` on the same hosts: the least that a run does there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.results import Goal, Row
from bench.scale import Scale

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".cache" / "collections"
INVENTORY = """\
[vrrp]
{hosts}

[vrrp:vars]
ansible_connection=local
ansible_python_interpreter=/usr/bin/python3
vrrp_instances=[{{"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}}]
"""
PLAN = """\
- hosts: vrrp
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        plan: "{{ hostvars | failover.vrrp.vrrp_plan(groups.vrrp, groups.all) }}"
      run_once: true
"""
# In the role, each host also looks whether the play gives it other variables than the inventory.
ROLE = """\
- hosts: vrrp
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {name: failover.vrrp.vrrp, tasks_from: plan}
"""
PING = """\
- hosts: vrrp
  gather_facts: false
  tasks:
    - ansible.builtin.ping:
"""


def planning(scale: Scale) -> list[Row]:
    """The plan by itself, and through Ansible."""
    every = [_plan(scale.hosts) for _time in range(scale.times)]
    half = [_plan(scale.hosts // 2) for _time in range(scale.times)]
    what = f"the plan of {scale.hosts} hosts in {scale.hosts // 4} clusters"
    twice = Goal(ratio=2.2)
    times = [one["seconds"] for one in every], [one["seconds"] for one in half]
    sizes = [one["mebibytes"] for one in every], [one["mebibytes"] for one in half]
    return [
        Row(14, what, "s", times[0], goal=Goal(median=2.0)),
        Row(14, f"{what}, time", "s", *times, twice, "half the hosts"),
        Row(14, f"{what}, memory", "MiB", *sizes, twice, "half the hosts"),
        *_through_ansible(scale),
    ]


def _plan(hosts: int) -> dict[str, float]:
    path = f"{COLLECTIONS}:{ROOT / 'tests'}"
    ended = subprocess.run(
        [sys.executable, "-m", "bench.plan_many", str(hosts)],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def _through_ansible(scale: Scale) -> list[Row]:
    names = [f"host{number} vrrp_cluster=c{number // 4}" for number in range(scale.managed)]
    times: dict[str, list[float]] = {PLAN: [], ROLE: [], PING: []}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "inventory.ini").write_text(INVENTORY.format(hosts="\n".join(names)))
        for _time in range(min(scale.times, 2)):  # A ping of all hosts takes minutes.
            for play, seconds in times.items():
                seconds.append(_play(directory, play))
    what = f"the plan of {scale.managed} hosts through Ansible"
    return [
        Row(14, what, "s", times[PLAN], times[PING], Goal(ratio=0.1), "ping"),
        Row(14, f"{what}, in the role", "s", times[ROLE], times[PING], beside="ping"),
    ]


def _play(directory: Path, text: str) -> float:
    """Seconds that a play takes."""
    (directory / "play.yml").write_text(text)
    program = Path(sys.executable).with_name("ansible-playbook")
    started = time.monotonic()
    subprocess.run(
        [program, "-i", "inventory.ini", "play.yml"],
        cwd=directory, check=True, stdout=subprocess.DEVNULL,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)},
    )  # fmt: skip
    return time.monotonic() - started
