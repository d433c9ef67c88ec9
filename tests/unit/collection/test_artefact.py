# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artefact of the collection, as Galaxy and ansible-test see it."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MODULE_UTILS = ROOT / "plugins" / "module_utils"
# Galaxy's importer accepts no other name below module_utils.
NAME = re.compile(r"(?!.*__)[a-z_][a-z0-9_]*")


def shipped(path: Path) -> bool:
    """Whether the artefact holds a file or directory."""
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    relative = str(path.relative_to(ROOT))
    return not any(fnmatch.fnmatch(relative, pattern) for pattern in ignored)


@pytest.mark.finding("F1")
def test_galaxy_accepts_the_names_of_all_module_utils() -> None:
    names = {path.stem for path in MODULE_UTILS.rglob("*.py") if shipped(path)}
    assert {name for name in names - {"__init__"} if not NAME.fullmatch(name)} == set()


@pytest.mark.parametrize(
    "path",
    [
        "inventory.yml",
        "inventories/production/hosts.yml",
        "hosts",
        "group_vars/vrrp/vault.yml",
        "host_vars/lb1.yml",
        "vrrp-migration",  # Where migrate writes.
        "migrated/group_vars/vrrp/vault.yml",
    ],
)
def test_an_inventory_in_the_checkout_is_not_shipped(path: str) -> None:
    # Galaxy looks into no directory that is left out.
    ways = [ROOT / path, *(one for one in (ROOT / path).parents if ROOT in one.parents)]
    assert not all(shipped(one) for one in ways)


@pytest.mark.finding("F1")
def test_each_role_of_the_artefact_has_a_readme() -> None:
    roles = [path for path in (ROOT / "roles").iterdir() if shipped(path)]
    assert [path.name for path in roles if not (path / "README.md").exists()] == []


@pytest.mark.finding("F17")
def test_processes_are_started_only_where_the_reason_is_given() -> None:
    calls = re.compile(r"(os\.posix_spawnp?|subprocess\.(Popen|run|check_output))\((.*)")
    unexplained = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in MODULE_UTILS.rglob("*.py")
        for line in path.read_text().splitlines()
        if calls.search(line) and "pylint: disable=ansible-bad-function" not in line
    ]
    assert unexplained == []


@pytest.mark.finding("F21")
def test_the_action_group_holds_only_modules_with_the_option_socket() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    modules = ROOT / "plugins" / "modules"
    texts = {one: (modules / f"{one}.py").read_text() for one in runtime["action_groups"]["vrrp"]}
    assert [one for one, text in texts.items() if "attributes.socket" not in text] == []


@pytest.mark.parametrize(
    ("path", "is_shipped"),
    [
        ("extensions/eda/plugins/event_source/transitions.py", True),
        ("extensions/eda/rulebooks/page_on_two_masters.yml", True),
        ("extensions/grafana/vrrp.json", True),
        ("extensions/prometheus/vrrp.rules.yml", True),
        ("extensions/molecule", False),
    ],
)
def test_the_artefact_holds_the_files_that_the_pages_name(path: str, is_shipped: bool) -> None:
    assert (ROOT / path).exists()
    parts = [ROOT / path, *(one for one in (ROOT / path).parents if ROOT in one.parents)]
    assert all(shipped(one) for one in parts) is is_shipped
