# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventories as people write them, and the plan or the errors that follow from each.

A case is a file in ``cases``: its ``files``, the ``run`` (arguments of ansible-playbook, by default
of the playbook that only computes the plan), and what is expected of each host: its ``plan`` (the
priority of each instance, or some of its settings), its ``errors``, whether it is ``unreachable``
or ``changed``. A host that is not named has none of these.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CASES = sorted((HERE / "cases").glob("*.yml"))
TIMEOUT = 120  # Seconds.


def read(path: Path) -> Any:
    """Return a case with its findings as markers."""
    case = yaml.safe_load(path.read_text())
    marks = [pytest.mark.finding(one) for one in case.get("findings", [])]
    return pytest.param(case, id=path.stem, marks=marks)


def run(directory: Path, arguments: list[str]) -> dict[str, Any]:
    """Run ansible-playbook in a directory; returns what the recorder wrote, and the output."""
    record = directory / "record.json"
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "support" / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "recorder",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_CONFIG": str(directory / "ansible.cfg"),
        "RECORDER_FILE": str(record),
    }
    program = Path(sys.executable).with_name("ansible-playbook")
    ended = subprocess.run(
        # The hosts are this machine, on which nothing may listen or ask.
        [program, *arguments, "-e", "vrrp_scan=false"],
        cwd=directory, env=environment, capture_output=True, text=True, timeout=TIMEOUT,
        check=False,
    )  # fmt: skip
    output = ended.stdout + ended.stderr
    found = json.loads(record.read_text()) if record.exists() else {}
    return {**found, "status": ended.returncode, "output": output}


def write_files(directory: Path, files: dict[str, str]) -> None:
    """Write the files of a case, and an empty configuration of Ansible."""
    for name, text in {"ansible.cfg": "", **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if text.startswith("#!"):
            path.chmod(0o755)


def planned(plans: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Return the priorities of each planned host, or the settings that are expected of it."""
    found: dict[str, Any] = {}
    for host, plan in plans.items():
        if not plan["problems"] and plan["config"]["instances"]:
            own = expected.get(host, {})
            found[host] = {
                one["name"]: select(one, own.get(one["name"]))
                for one in plan["config"]["instances"]
            }
    return found


def select(instance: dict[str, Any], expected: Any) -> Any:
    """Return the settings of an instance that are expected, or its priority."""
    if isinstance(expected, dict):
        return {key: instance.get(key) for key in expected}
    return instance["priority"]


@pytest.mark.parametrize("case", [read(path) for path in CASES])
def test_an_inventory_has_the_plan_or_the_errors_that_follow(
    case: dict[str, Any], tmp_path: Path
) -> None:
    write_files(tmp_path, case["files"])
    arguments = case.get("run", [])
    if not any(one.startswith("failover.vrrp.") or one.endswith(".yml") for one in arguments):
        arguments = [*arguments, str(HERE / "plan.yml")]
    inventory = next(one for one in case["files"] if one.startswith("inventory"))
    found = run(tmp_path, ["-i", inventory.split("/")[0], *arguments])
    expected = case["expect"]
    errors = {host: plan["problems"] for host, plan in found["plans"].items() if plan["problems"]}
    errors.update(found["failures"])
    seen = {
        "plan": planned(found["plans"], expected.get("plan", {})),
        "errors": errors,
        "unreachable": found["unreachable"],
        "changed": found["changed"],
    }
    wanted = {"plan": {}, "errors": {}, "unreachable": [], "changed": [], **expected}
    assert seen == wanted, f"{json.dumps(seen, indent=1)}\n{found['output']}"
    assert (found["status"] != 0) == bool(found["failures"] or found["unreachable"])
