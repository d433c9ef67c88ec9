# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A team's day on booted hosts: drains, upgrades and the way back, under a probe."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.booted import Booted
from support.examples import ROOT
from support.segment import eventually

ADDRESS = "192.0.2.100"
INVENTORY = f"""\
vrrp:
  children: {{lab_hosts: {{}}}}
  vars:
    vrrp_instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [{ADDRESS}/24]
"""
HOSTS = ("node1", "node2", "node3")
AGENT = "plugins/module_utils/_vrrp/agent"
# Short, as nothing happens in the end of it but where a test wants that.
WATCH = ("-e vrrp_watch=1", "-e vrrp_watch_first=2")


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """Three hosts with the agent."""
    hosts = Booted("vrrp-operations", tmp_path_factory.mktemp("operations"))
    (hosts.directory / "hosts.yml").write_text(INVENTORY)
    try:
        hosts.up(3)
        hosts.playbook("deploy")
        yield hosts
    finally:
        hosts.down()


def status(booted: Booted, host: str) -> Any:
    return json.loads(booted.run(host, "vrrpctl status --json"))


def bundles(booted: Booted) -> list[str]:
    """The versions that the hosts run."""
    return [status(booted, host)["agent"]["bundle"] for host in HOSTS]


def masters(booted: Booted) -> list[str]:
    return [host for host in HOSTS if status(booted, host)["instances"][0]["state"] == "MASTER"]


def other_version(directory: Path, changes: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Make a copy of the collection with other texts in its files; returns the environment that
    names it.
    """
    place = directory / "ansible_collections" / "failover" / "vrrp"
    for part in ("galaxy.yml", "meta", "playbooks", "plugins", "roles"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, place / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place / part)
    for name, (before, after) in changes.items():
        text = (place / name).read_text()
        assert text.count(before) == 1
        (place / name).write_text(text.replace(before, after))
    return {"ANSIBLE_COLLECTIONS_PATH": str(directory)}


def newer(directory: Path, changes: dict[str, tuple[str, str]]) -> dict[str, str]:
    """A version that works, and differs."""
    future = "from __future__ import annotations\n"
    comment = {f"{AGENT}/cleanup.py": (future, f"{future}# New.\n")}
    return other_version(directory, {**comment, **changes})


def changed(output: str) -> list[str]:
    """The number of tasks that have changed something, of each host."""
    return re.findall(r"^node\d .* changed=(\d+)", output, re.MULTILINE)


def test_a_host_is_drained_and_comes_back_without_losing_a_packet(booted: Booted) -> None:
    probe = booted.probe(ADDRESS)
    booted.playbook("drain", "-e vrrp_host=node1", "-e \"vrrp_by='ops, change 7'\"")
    assert masters(booted) == ["node2"]
    agent = status(booted, "node1")["agent"]
    assert (agent["intent"], agent["intent_by"]) == ("backup", "ops, change 7")
    assert changed(booted.playbook("drain", "-e vrrp_host=node1")) == ["0"]
    shown = booted.playbook("status")
    assert re.search(r"web: node1 is drained by its operator since .* by ops, change 7", shown)
    booted.playbook("undrain", "-e vrrp_host=node1")
    eventually(lambda: masters(booted) == ["node1"], 10)
    assert changed(booted.playbook("undrain", "-e vrrp_host=node1")) == ["0"]
    assert probe.finish()["unanswered"] == 0


def test_a_drain_that_leaves_nobody_to_serve_is_refused(booted: Booted) -> None:
    booted.playbook("drain", "-e vrrp_host=node2:node3")
    for mode in ("--check", "--diff"):
        refused = booted.playbook("drain", "-e vrrp_host=node1", mode, check=False)
        why = (
            "web: nobody would serve it while node1 is drained: node2 is drained, node3 is drained"
        )
        assert why in " ".join(refused.split())
    refused = booted.playbook("drain", "-e vrrp_host=node1,observer", check=False)
    assert "a host of node1,observer has no vrrp_instances" in refused
    assert status(booted, "node1")["instances"][0]["intent"] == "auto"
    booted.playbook("undrain", "-e vrrp_host=vrrp")


def test_a_drain_is_proven_beside_a_host_that_is_off(booted: Booted) -> None:
    booted.power("off", "node3")
    try:
        drained = booted.playbook("drain", "-e vrrp_host=node1", check=False)
        assert "node3 could not be queried" in drained
        assert status(booted, "node1")["instances"][0]["intent"] == "backup"
        assert "node3 could not be queried" in booted.playbook(
            "undrain", "-e vrrp_host=node1", check=False
        )
    finally:
        booted.power("on", "node3")
        eventually(lambda: "web" in booted.run("node3", "vrrpctl status", check=False), 60)


def test_a_drain_survives_a_reboot(booted: Booted) -> None:
    booted.playbook("drain", "-e vrrp_host=node1", "-e vrrp_by=ops")
    booted.power("off", "node1")
    booted.power("on", "node1")
    agent = status(booted, "node1")["agent"]
    assert (agent["intent"], agent["intent_by"]) == ("backup", "ops")
    assert masters(booted) == ["node2"]
    booted.playbook("undrain", "-e vrrp_host=node1")
    eventually(lambda: masters(booted) == ["node1"], 10)


def test_a_drain_that_would_be_an_outage_is_refused_or_undone(booted: Booted) -> None:
    for host in ("node2", "node3"):
        booted.run(host, "systemctl stop vrrp-agent")
    refused = booted.playbook("drain", "-e vrrp_host=node1", check=False)
    assert "web: nobody would serve it while node1 is drained" in " ".join(refused.split())
    booted.run("node1", "vrrpctl backup")
    eventually(lambda: status(booted, "node1")["agent"]["intent"] == "auto", 15)
    assert masters_of_one(booted, "node1") == "MASTER"
    for host in ("node2", "node3"):
        booted.run(host, "systemctl start vrrp-agent")


def masters_of_one(booted: Booted, host: str) -> str:
    return str(status(booted, host)["instances"][0]["state"])


def test_an_upgrade_and_the_way_back_lose_no_packet(booted: Booted, tmp_path: Path) -> None:
    before = bundles(booted)
    unit = ("TimeoutStopSec=300", "TimeoutStopSec=301")
    new = newer(tmp_path, {"plugins/module_utils/_install/templates.py": unit})
    probe = booted.probe(ADDRESS)
    planned = booted.playbook("upgrade", "--check", *WATCH, variables=new)
    assert bundles(booted) == before
    assert "0" not in changed(planned)
    booted.playbook("upgrade", *WATCH, variables=new)
    after = bundles(booted)
    assert len(set(after)) == 1
    assert not set(after) & set(before)
    assert "TimeoutStopSec=301" in booted.run("node1", "systemctl cat vrrp-agent")
    eventually(lambda: masters(booted) == ["node1"], 10)
    assert status(booted, "node1")["agent"]["intent"] == "auto"
    assert changed(booted.playbook("upgrade", *WATCH, variables=new)) == ["0"] * 3
    # The playbook of either version goes back.
    booted.playbook("rollback", *WATCH)
    assert bundles(booted) == before
    assert "TimeoutStopSec=300" in booted.run("node1", "systemctl cat vrrp-agent")
    assert changed(booted.playbook("rollback", *WATCH)) == ["0"] * 3
    named = f"-e vrrp_version={bundles(booted)[0]}"
    assert changed(booted.playbook("rollback", named, *WATCH)) == ["0"] * 3
    unknown = booted.playbook("rollback", "-e vrrp_version=0.0.1", check=False)
    assert "no host keeps 0.0.1: node1 keeps nothing" in " ".join(unknown.split())
    eventually(lambda: masters(booted) == ["node1"], 10)
    assert probe.finish()["unanswered"] == 0


CHECKED = {
    "plan": (),
    "scan": (),
    "status": (),
    "switch": ("-e vrrp_instance=web", "-e vrrp_to=node2"),
    "drain": ("-e vrrp_host=node1",),
    "undrain": ("-e vrrp_host=node1",),
    "rollback": (),
    "drill": ("-e vrrp_probe_from=observer",),
    "remove": (),
}


@pytest.mark.parametrize("name", CHECKED)
def test_a_playbook_in_check_mode_changes_nothing(booted: Booted, name: str) -> None:
    before = [status(booted, host)["instances"][0]["transitions"] for host in HOSTS]
    booted.playbook(name, "--check", *CHECKED[name])
    after = [status(booted, host) for host in HOSTS]
    assert [one["instances"][0]["transitions"] for one in after] == before
    assert {one["instances"][0]["intent"] for one in after} == {"auto"}


BROKEN = {
    "that can't run": {f"{AGENT}/agent.py": ("class Agent", "raise SystemExit(1)\nclass Agent")},
    "that refuses the configuration": {
        "plugins/module_utils/_vrrp/model/config.py": (
            "def parse_config(text: str) -> Config:\n",
            "def parse_config(text: str) -> Config:\n    raise ConfigError([])\n\n\n"
            "def _parse_config(text: str) -> Config:\n",
        )
    },
    "that dies after a while": {
        f"{AGENT}/agent.py": (
            "    def run(self) -> None:\n",
            "    def run(self) -> None:\n        import os, threading\n"
            "        threading.Timer(8, os._exit, (1,)).start()\n",
        )
    },
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_version_does_not_get_beyond_the_first_host(
    booted: Booted, tmp_path: Path, kind: str
) -> None:
    before = bundles(booted)
    broken = other_version(tmp_path, BROKEN[kind])
    probe = booted.probe(ADDRESS)
    output = booted.playbook("upgrade", "-e vrrp_watch_first=15", check=False, variables=broken)
    assert "node1 is not upgraded, and runs the version from before" in output
    assert bundles(booted) == before
    eventually(lambda: masters(booted) == ["node1"], 10)
    # One that dies is followed by another host as any host that dies.
    assert probe.finish()["unanswered"] <= (4500 if "dies" in kind else 0)


@pytest.mark.parametrize("name", ["upgrade", "rollback"])
def test_a_roll_out_that_is_killed_at_each_of_its_tasks_is_ended_by_a_later_run(
    booted: Booted, tmp_path: Path, name: str
) -> None:
    unit = ("TimeoutStopSec=300", "TimeoutStopSec=301")
    new = newer(tmp_path, {"plugins/module_utils/_install/templates.py": unit})
    if name == "rollback":
        booted.playbook("upgrade", "--limit node1", *WATCH, variables=new)
    before = bundles(booted)
    interrupter = {
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "support" / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "interrupter",
        **(new if name == "upgrade" else {}),
    }
    probe = booted.probe(ADDRESS)
    for number in range(1, 60):
        at = {"INTERRUPT_AT": str(number)}
        output = booted.playbook(
            name, "--limit node1", *WATCH, check=False, variables={**interrupter, **at}
        )
        if "PLAY RECAP" in output:
            break
    assert "failed=0" in output
    assert bundles(booted)[0] != before[0]
    eventually(lambda: masters(booted) == ["node1"], 10)
    assert status(booted, "node1")["agent"]["intent"] == "auto"
    assert probe.finish()["unanswered"] == 0
