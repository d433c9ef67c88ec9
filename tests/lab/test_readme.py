# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README's first steps, typed as they stand, on booted hosts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml
from support.booted import Booted, run_in
from support.examples import Example, blocks

USE = [block for block in blocks() if block.place.startswith("README.md")]


def block(language: str, beginning: str) -> Example:
    """Return the README's block that begins like this."""
    return next(one for one in USE if one.language == language and one.text.startswith(beginning))


@pytest.fixture
def inventory() -> dict[str, Any]:
    """The README's inventory."""
    parsed: dict[str, Any] = yaml.safe_load(block("yaml", "vrrp:").text)
    return parsed


@pytest.fixture
def project(tmp_path: Path, inventory: dict[str, Any]) -> Iterator[Path]:
    """A directory with the README's inventory, whose hosts are two booted ones."""
    (tmp_path / "inventory.yml").write_text(block("yaml", "vrrp:").text)
    booted = Booted("vrrp-readme", tmp_path)
    try:
        booted.up(2)
        reached = booted.inventory()
        write_variables(tmp_path / "group_vars" / "all.yml", reached["vars"])
        for name, own in zip(inventory["vrrp"]["hosts"], reached["hosts"].values()):
            write_variables(tmp_path / "host_vars" / f"{name}.yml", own)
        yield tmp_path
    finally:
        booted.down()


def write_variables(path: Path, variables: dict[str, Any]) -> None:
    """Write a file of variables: they say how hosts are reached, which the README leaves open."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(variables))


def type_in(project: Path, line: str) -> str:
    """Run a command line in a directory; returns what it printed."""
    return run_in(project, line).stdout


def test_the_inventory_and_the_commands_of_the_readme_work_as_they_stand(
    project: Path, inventory: dict[str, Any]
) -> None:
    deploy, status, switch = block("shell", "ansible-playbook -i").text.splitlines()
    first, second = inventory["vrrp"]["hosts"]
    assert f"web: {first} is master" in type_in(project, deploy)
    assert re.search(rf"web +{re.escape(first)} +MASTER", type_in(project, status))
    assert f"{second} is master of web" in type_in(project, switch)
    assert re.search(rf"web +{re.escape(second)} +MASTER +master", type_in(project, status))
    again = type_in(project, deploy)
    assert re.findall(r"changed=(\d+)", again) == ["0", "0"]
    show = "ansible vrrp -i inventory.yml -m ansible.builtin.command -a 'ip -brief address'"
    shown = re.split(r"^(\S+) \| CHANGED.*$", type_in(project, show), flags=re.MULTILINE)
    addresses = dict(zip(shown[1::2], shown[2::2]))
    assert {name: "192.0.2.100/24" in one for name, one in addresses.items()} == {
        first: False,
        second: True,
    }
