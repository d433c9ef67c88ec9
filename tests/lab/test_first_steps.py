# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first steps of the README and of Getting started, typed as they stand, on booted hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from support.booted import Booted, run_in
from support.examples import ROOT, blocks
from support.segment import eventually

README = "README.md"
GETTING_STARTED = "docs/getting_started.md"


@dataclass(frozen=True)
class Project:
    """A directory with the inventory of a page, whose hosts are two booted ones."""

    page: str
    directory: Path
    booted: Booted

    def block(self, language: str, beginning: str) -> str:
        """Return the page's block that begins like this."""
        return next(
            one.text
            for one in blocks()
            if one.place.startswith(f"{self.page}:")
            and one.language == language
            and one.text.startswith(beginning)
        )

    def commands(self, beginning: str) -> list[str]:
        """Return the lines of the page's shell block that begins like this."""
        return self.block("shell", beginning).splitlines()

    def hosts(self) -> list[str]:
        """Return the names of the hosts in the page's inventory."""
        return list(yaml.safe_load(self.block("yaml", "vrrp:"))["vrrp"]["hosts"])

    def type_in(self, line: str, check: bool = True) -> str:
        """Run a command line in the directory; returns what it printed."""
        return run_in(self.directory, line, check).stdout

    def addresses(self) -> dict[str, bool]:
        """Return of each host whether it has the virtual address."""
        here = self.booted
        shown = {host: here.run(host, "ip -brief address") for host in ("node1", "node2")}
        return {name: "192.0.2.100/24" in one for name, one in zip(self.hosts(), shown.values())}

    def write_inventory(self) -> None:
        """Write the inventory as the page has it, and beside it how the hosts are reached: by ssh
        as users have it, which does not ask whether a host is alive.
        """
        ours = (self.booted.state / "ssh").read_text()
        plain, times = re.subn(r" -o ServerAlive\w+=\d+", "", ours)
        assert times == 2
        ssh = self.directory / "ssh"
        ssh.write_text(plain)
        ssh.chmod(0o755)
        (self.directory / "inventory.yml").write_text(self.block("yaml", "vrrp:"))
        reached = self.booted.inventory()
        (self.directory / "host_vars").mkdir()
        for name, own in zip(self.hosts(), reached["hosts"].values()):
            variables = {**reached["vars"], **own, "ansible_ssh_executable": str(ssh)}
            path = self.directory / "host_vars" / f"{name}.yml"
            path.write_text(yaml.safe_dump(variables))


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Project]:
    """The project of the page that the test names."""
    made = Project(request.param, tmp_path, Booted("vrrp-first-steps", tmp_path))
    try:
        made.booted.up(2)
        made.write_inventory()
        yield made
    finally:
        made.booted.down()


def changes(recap: str) -> list[str]:
    """Return how many changes each host had, as a run of ansible-playbook prints it."""
    return re.findall(r"changed=(\d+)", recap)


@pytest.mark.parametrize("project", [README], indirect=True)
def test_the_inventory_and_the_commands_of_the_readme_work_as_they_stand(project: Project) -> None:
    deploy, status, switch = project.commands("ansible-playbook -i")
    first, second = project.hosts()
    assert f"web: {first} is master" in project.type_in(deploy)
    assert re.search(rf"web +{re.escape(first)} +MASTER", project.type_in(status))
    assert f"{second} is master of web" in project.type_in(switch)
    assert re.search(rf"web +{re.escape(second)} +MASTER +master", project.type_in(status))
    assert changes(project.type_in(deploy)) == ["0", "0"]
    assert project.addresses() == {first: False, second: True}


@pytest.mark.parametrize("project", [GETTING_STARTED], indirect=True)
def test_getting_started_works_as_it_stands_until_everything_is_removed(project: Project) -> None:
    plan, scan, check = project.commands("ansible-playbook -i inventory.yml failover.vrrp.plan")
    first, second = project.hosts()
    assert re.search(rf"web +{re.escape(first)} +{re.escape(second)}", project.type_in(plan))
    assert "nothing clashes" in project.type_in(scan)
    assert changes(project.type_in(check)) == ["1", "1"]

    deploy, status = project.commands("ansible-playbook -i inventory.yml failover.vrrp.deploy")
    project.type_in(deploy)
    assert changes(project.type_in(deploy)) == ["0", "0"]
    heading, *rows = project.block("text", "INSTANCE").splitlines()
    shown = [line.strip(' ",').split() for line in project.type_in(status).splitlines()]
    assert heading.split() in shown
    for row in rows:
        assert row.split()[:5] in [line[:5] for line in shown]

    drain, undrain = project.commands("ansible-playbook -i inventory.yml failover.vrrp.drain")
    project.type_in(drain)
    assert project.addresses() == {first: False, second: True}
    project.type_in(undrain)
    assert project.addresses() == {first: True, second: False}
    for line in project.commands("vrrpctl status"):
        assert "MASTER" in project.booted.run("node1", f"runuser -u nobody -- {line}")

    (remove,) = re.findall(r"`(ansible-playbook .*remove)`", (ROOT / project.page).read_text())
    project.type_in(remove)
    assert project.addresses() == {first: False, second: False}
    assert "not found" in project.booted.run("node1", "vrrpctl status", check=False)


@pytest.mark.parametrize("project", [README], indirect=True)
def test_a_host_without_power_is_named_although_a_connection_to_it_is_open(
    project: Project,
) -> None:
    deploy, status, _switch = project.commands("ansible-playbook -i")
    first, second = project.hosts()
    project.type_in(deploy)
    assert list((project.booted.state / "connections").iterdir())
    project.booted.power("off", "node1")
    eventually(lambda: "192.0.2.100/24" in project.booted.run("node2", "ip -brief address"))
    found = project.type_in(f"timeout 60 {status}", check=False)
    assert f"{first} could not be queried" in found
    assert re.search(rf"web +{re.escape(second)} +MASTER", found)
