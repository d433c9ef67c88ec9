# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Booted hosts of a lab, for tests that drive them without molecule."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .examples import ROOT

LAB = ROOT / "roles" / "lab" / "files" / "lab.py"
PROBE = LAB.with_name("probe.py")


def run_in(
    directory: Path, line: str, check: bool = True, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command line in a directory, with the collection of this checkout; ``variables`` of the
    environment may name another one.
    """
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        **(variables or {}),
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


class LabProbe:
    """A probe of an address from a namespace, for ten minutes at most."""

    def __init__(self, namespace: str, address: str) -> None:
        enter = ["nsenter", f"--net=/run/netns/{namespace}", sys.executable, str(PROBE)]
        self._process = subprocess.Popen(
            [*enter, address, "--duration", "600", "--report-first"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        assert self._process.stderr.readline() == "answered\n"

    def finish(self) -> dict[str, Any]:
        """Stop it; returns what it has measured."""
        output, _errors = self._process.communicate(timeout=30)
        result: dict[str, Any] = json.loads(output)
        return result


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

    def power(self, state: str, host: str) -> None:
        """Turn the power of a host ``on`` or ``off``."""
        self._lab(f"power-{state}", host)

    def probe(self, address: str) -> LabProbe:
        """Probe an address from the observer, 1000 times a second, from now on."""
        return LabProbe(f"{self._name}-observer", address)

    def playbook(
        self,
        name: str,
        *options: str,
        check: bool = True,
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """Run a playbook of the collection, or a file of the directory, with the inventory of the
        directory; returns what it printed. ``variables`` are of the environment.
        """
        inventories = f"-i {self.state}/inventory.json -i {self.directory}/hosts.yml"
        named = name if name.endswith(".yml") else f"failover.vrrp.{name}"
        line = " ".join(["ansible-playbook", inventories, named, *options])
        ended = run_in(self.directory, line, check, variables)
        return ended.stdout + ended.stderr
