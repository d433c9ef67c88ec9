# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source, by the real ansible-rulebook: what happens on booted hosts runs playbooks."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.booted import Booted
from support.examples import ROOT
from support.monitored import DEAF, HOSTS, NOT_DEAF
from support.segment import eventually

WITHIN = 60  # Seconds, with the start of a Java machine.
# As somebody would write it who pages by a message: once for all hosts that an event names.
NOTE = """\
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.shell: "echo {{{{ message | quote }}}} >> {path}"
      run_once: true
      delegate_to: localhost
      connection: local
"""
DRAINED_LONG_AGO = """\
vrrpctl backup web && systemctl stop vrrp-agent &&
sed -i -E 's/"at": [0-9.]+/"at": 1700000000.0/' /var/lib/vrrp-agent/intents.json &&
systemctl start vrrp-agent
"""


class Rulebook:
    """A rulebook of the collection that runs for the hosts of a lab."""

    def __init__(self, booted: Booted, name: str, directory: Path) -> None:
        self.noted = directory / "noted"
        hosts = booted.inventory()["hosts"]
        (directory / "note.yml").write_text(NOTE.format(path=self.noted))
        (directory / "inventory.json").write_text(json.dumps({"all": {"hosts": hosts}}))
        variables = {
            "vrrp_hosts": [
                {"name": host, "address": hosts[host]["ansible_host"], "user": "root"}
                for host in HOSTS
            ],
            "vrrp_ssh": [str(booted.state / "ssh")],
            "vrrp_page": str(directory / "note.yml"),
            "vrrp_ticket": str(directory / "note.yml"),
        }
        (directory / "vars.json").write_text(json.dumps(variables))
        runner = Path(os.environ["RULEBOOK"]) / "bin"
        self.log = directory / "log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    runner / "ansible-rulebook",
                    f"--rulebook=failover.vrrp.{name}",
                    f"--inventory={directory / 'inventory.json'}",
                    f"--vars={directory / 'vars.json'}",
                    "--print-events",
                ],
                cwd=directory,
                env={
                    **os.environ,
                    "PATH": f"{runner}:{os.environ['PATH']}",
                    "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def noted_times(self, message: str) -> int:
        """Return the number of runs of a playbook with this message."""
        return self.noted.read_text().count(message) if self.noted.exists() else 0

    def wait_for(self, message: str, times: int = 1) -> None:
        """Wait until a playbook has been run with this message so often."""
        eventually(
            lambda: self.noted_times(message) >= times,
            WITHIN,
            f"{message}\n{self.log.read_text()}",
        )

    def last_masters(self, instance: str) -> list[str]:
        """Return the masters of an instance by the last event about them."""
        found = re.findall(
            rf"'hosts': (\[[^]]*\]),\s+'instance': '{instance}',\s+'type': 'masters'",
            self.log.read_text(),
        )
        masters: list[str] = ast.literal_eval(found[-1]) if found else []
        return masters

    def stop(self) -> None:
        """Stop it, and what it has started."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=20)


@pytest.fixture
def rulebook(booted: Booted, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rulebook]:
    """The rulebook that a test names, while it runs."""
    if "RULEBOOK" not in os.environ:
        pytest.skip("script/test monitoring installs ansible-rulebook")
    running = Rulebook(booted, request.param, tmp_path)
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.parametrize("rulebook", ["page_on_two_masters"], indirect=True)
def test_two_masters_are_paged_again_after_a_restart_of_all_agents(
    booted: Booted, rulebook: Rulebook
) -> None:
    for times in (1, 2):
        try:
            booted.run("node2", DEAF)
            rulebook.wait_for("web (ipv4) is served by node1 and node2", times)
        finally:
            booted.run("node2", NOT_DEAF)
        for host in HOSTS:
            booted.run(host, "systemctl restart vrrp-agent")
        eventually(lambda: rulebook.last_masters("web") == ["node1"], WITHIN)


@pytest.mark.parametrize("rulebook", ["ticket_for_a_drain"], indirect=True)
def test_a_drain_of_a_day_opens_a_ticket(booted: Booted, rulebook: Rulebook) -> None:
    try:
        booted.run("node3", DRAINED_LONG_AGO)
        rulebook.wait_for("node3: web has been drained for a day by")
    finally:
        booted.run("node3", "vrrpctl auto web")
