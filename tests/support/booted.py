# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Booted hosts of a lab, for tests that drive them without molecule."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from .examples import ROOT

LAB = ROOT / "roles" / "lab" / "files" / "lab.py"


def run_in(directory: Path, line: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command line in a directory, with the collection of this checkout."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
    }
    ended = subprocess.run(
        line,
        shell=True,
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or ended.returncode == 0, f"{line}\n{ended.stdout}{ended.stderr}"
    return ended


class Booted:
    """A lab with this name, and a directory for its inventory."""

    def __init__(self, name: str, directory: Path) -> None:
        self._name = name
        self.directory = directory
        self.state = Path("/var/lib/vrrp-lab") / name
        self.output = ""  # Of the deployment.

    def up(self, hosts: int, suites: str = "bookworm") -> None:
        """Boot the hosts."""
        self._lab("up", "--hosts", str(hosts), "--suites", suites)

    def down(self) -> None:
        """Remove them."""
        self._lab("down")

    def _lab(self, *arguments: str) -> None:
        command = [sys.executable, str(LAB), "--name", self._name, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    def inventory(self) -> dict[str, Any]:
        """The hosts, and the variables by which Ansible reaches them."""
        found: dict[str, Any] = json.loads((self.state / "inventory.json").read_text())["lab_hosts"]
        return found

    def run(self, host: str, command: str, check: bool = True) -> str:
        """Run a command on a host as root; returns what it printed."""
        address = self.inventory()["hosts"][host]["ansible_host"]
        ssh = [str(self.state / "ssh"), f"root@{address}", command]
        ended = subprocess.run(ssh, capture_output=True, text=True, check=False, timeout=60)
        assert not check or ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
        return ended.stdout + ended.stderr

    def write(self, host: str, path: str, text: str, mode: str = "0755") -> None:
        """Write a file on a host."""
        address = self.inventory()["hosts"][host]["ansible_host"]
        ssh = [str(self.state / "ssh"), f"root@{address}", f"cat > {path} && chmod {mode} {path}"]
        subprocess.run(ssh, input=text, text=True, check=True, timeout=60)

    def playbook(self, name: str, *options: str, check: bool = True) -> str:
        """Run a playbook of the collection, or a file of the directory, with the inventory of the
        directory; returns what it printed.
        """
        inventories = f"-i {self.state}/inventory.json -i {self.directory}/hosts.yml"
        named = name if name.endswith(".yml") else f"failover.vrrp.{name}"
        line = " ".join(["ansible-playbook", inventories, named, *options])
        ended = run_in(self.directory, line, check)
        return ended.stdout + ended.stderr
