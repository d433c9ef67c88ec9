# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of the agent on a host after an installation."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Sequence

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import (
    install,
    paths,
    previous,
    versions,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import (
    Host,
    HostError,
    Ownership,
    write_atomically,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.scheduling import DEFAULT
from ansible_collections.failover.vrrp.plugins.modules import vrrp_agent


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty place for versions, and for one file that belongs to each."""
    for name in ("VERSIONS", "CURRENT", "PREVIOUS"):
        monkeypatch.setattr(paths, name, str(tmp_path / name.lower()))
    config = str(tmp_path / "config.json")
    monkeypatch.setattr(previous, "CONFIG", config)
    monkeypatch.setattr(previous, "_FILES", (config, str(tmp_path / "unit")))
    monkeypatch.setattr(previous, "restart_into_previous", lambda *_arguments: None)
    return tmp_path


def make_host(check_mode: bool = False) -> Host:
    """A host that removes files, and runs nothing else."""

    def run(command: Sequence[str]) -> tuple[int, str, str]:
        if command[0] == "rm":
            subprocess.run(command, check=True)
        return 0, "", ""

    return Host(run, lambda name: name, check_mode)


def install_version(library: Path, version: str, check_mode: bool = False) -> list[str]:
    """Have a version, with a configuration of its own; returns what was changed."""
    (library / "versions" / version).mkdir(parents=True, exist_ok=True)
    host = make_host(check_mode)
    previous.ensure_current(host, version)
    if not check_mode:
        (library / "config.json").write_text(config_of(version))
    return host.changes


def config_of(version: str, vrid: int = 51) -> str:
    entry = {"name": "web", "interface": "eth0", "vrid": vrid, "addresses": ["192.0.2.100/24"]}
    return json.dumps({"instances": [{**entry, "priority": int(version)}]})


def in_use(library: Path) -> tuple[str, str]:
    """Return the version in use, and the configuration."""
    return (library / "current").readlink().name, (library / "config.json").read_text()


def installed(library: Path) -> set[str]:
    return {path.name for path in (library / "versions").iterdir()}


def test_the_version_before_is_kept_and_older_ones_are_removed(library: Path) -> None:
    for version, kept in (("1", None), ("2", "1"), ("3", "2")):
        install_version(library, version)
        assert previous.previous_version() == kept
    assert installed(library) == {"2", "3"}


def test_going_back_brings_version_and_files_together_and_once(library: Path) -> None:
    install_version(library, "1")
    (library / "config.json").chmod(0o640)
    install_version(library, "2")
    (library / "unit").write_text("of version 2")
    assert previous.go_back(make_host()) == "1"
    assert in_use(library) == ("1", config_of("1"))
    assert (library / "config.json").stat().st_mode & 0o777 == 0o640
    assert not (library / "unit").exists()
    assert installed(library) == {"1"}
    again = make_host()
    assert previous.go_back(again) is None
    assert again.changes == []


def test_what_is_written_is_private_from_its_first_moment(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = library / "config.json.new"
    left.write_text("of an interrupted run")
    modes: list[int] = []
    monkeypatch.setattr(
        os, "chown", lambda path, *_ids: modes.append(os.stat(path).st_mode & 0o777)
    )
    write_atomically(str(library / "config.json"), "secret", Ownership(0o644))
    install_version(library, "1")
    install_version(library, "2")
    previous.go_back(make_host())
    assert set(modes) == {0o600}
    assert not left.exists()


def test_there_is_no_way_back_to_a_version_whose_status_cannot_be_read(library: Path) -> None:
    for version in ("0.1.0-ee8c85837cf9", "1.0.0-1f2e3d4c5b6a"):
        (library / "versions" / version).mkdir(parents=True)
        previous.ensure_current(make_host(), version)
    assert previous.go_back(make_host()) is None
    assert installed(library) == {"0.1.0-ee8c85837cf9", "1.0.0-1f2e3d4c5b6a"}
    previous.ensure_current(make_host(), "1.0.0-1f2e3d4c5b6a")  # The next deployment.
    assert installed(library) == {"1.0.0-1f2e3d4c5b6a"}


def test_an_upgrade_that_was_interrupted_after_the_switch_can_go_back(library: Path) -> None:
    install_version(library, "1")
    install_version(library, "2", check_mode=True)
    previous.ensure_current(make_host(), "2")  # Killed before the files of version 2.
    install_version(library, "2")  # The second run.
    previous.go_back(make_host())
    assert in_use(library) == ("1", config_of("1"))


def test_going_back_is_refused_where_peers_would_see_it(library: Path) -> None:
    install_version(library, "1")
    install_version(library, "2")
    (library / "config.json").write_text(config_of("2", vrid=52))
    with pytest.raises(HostError, match=r"one after the other \(web: vrid\)"):
        previous.go_back(make_host())
    assert (library / "current").readlink().name == "2"


def test_a_way_back_that_was_interrupted_is_ended_by_the_next_installation(library: Path) -> None:
    install_version(library, "1")
    install_version(library, "2")
    (library / "config.json").write_text(config_of("1"))
    versions.switch_to(make_host(), "1")  # Killed before it was done.
    install_version(library, "1")
    assert previous.previous_version() is None


@pytest.mark.parametrize(
    ("parameters", "alone"),
    [
        ({}, False),
        # Version 2 is this one, and 1 is kept.
        ({"upgraded_from": "1"}, False),
        ({"upgraded_from": "2"}, True),
        ({"upgraded_from": "1", "bundle": "3"}, True),
        ({"kept": "1"}, False),
        ({"kept": "0"}, True),
    ],
)
def test_a_way_back_concerns_failed_upgrades_and_the_version_that_is_named(
    library: Path, parameters: dict[str, str], alone: bool
) -> None:
    install_version(library, "1")
    install_version(library, "2")
    asked = {"upgraded_from": None, "kept": None, "bundle": "2", **parameters}
    assert vrrp_agent.is_left_alone(asked) is alone


def test_going_back_is_refused_where_instances_would_come_or_go(library: Path) -> None:
    install_version(library, "1")
    install_version(library, "2")
    two = json.loads(config_of("2"))
    two["instances"].append(
        {**two["instances"][0], "name": "db", "vrid": 52, "addresses": ["192.0.2.101/24"]}
    )
    (library / "config.json").write_text(json.dumps(two))
    with pytest.raises(HostError, match=r"one after the other \(db: added or removed\)"):
        previous.go_back(make_host())


def test_going_back_needs_the_version_itself(library: Path) -> None:
    install_version(library, "1")
    install_version(library, "2")
    (library / "versions" / "1").rmdir()
    with pytest.raises(HostError, match="has no 1: deploy the version that is wanted"):
        previous.go_back(make_host())


def test_a_second_installation_of_the_same_version_changes_nothing(library: Path) -> None:
    install_version(library, "1")
    install_version(library, "2")
    assert install_version(library, "2") == []


def test_check_mode_changes_nothing(library: Path) -> None:
    install_version(library, "1")
    assert install_version(library, "2", check_mode=True) != []
    assert in_use(library) == ("1", config_of("1"))
    assert previous.previous_version() is None


@pytest.mark.finding("G8")
@pytest.mark.parametrize(
    ("hmac", "waits"), [({}, True), ({"replay": "monotonic"}, False), (None, False)]
)
def test_an_agent_whose_signatures_need_the_time_starts_after_it_is_right(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hmac: dict[str, str] | None, waits: bool
) -> None:
    for name in ("UNIT", "HELPER_UNIT", "HELPER_SOCKET_UNIT"):
        monkeypatch.setattr(paths, name, str(tmp_path / name))
    drop_in = tmp_path / "drop-ins" / "time-sync.conf"
    monkeypatch.setattr(paths, "TIME_SYNC_DROP_IN", str(drop_in))
    monkeypatch.setattr(paths, "TIME_SYNC_DROP_IN_DIRECTORY", str(drop_in.parent))
    drop_in.parent.mkdir()
    drop_in.write_text("of a configuration before")
    entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.1/24"]}
    signed = {} if hmac is None else {"hmac": {"keys": [{"id": 1, "secret": "x" * 32}], **hmac}}
    host = Host(lambda _command: (0, "", ""), lambda name: name, check_mode=False)
    install._ensure_units(host, json.dumps({"instances": [{**entry, **signed}]}), DEFAULT)
    assert drop_in.exists() is waits
    assert not waits or "After=time-sync.target" in drop_in.read_text()
    assert "reload the systemd units" in host.changes


@pytest.mark.finding("F21")
def test_a_removal_shows_in_diff_mode(tmp_path: Path) -> None:
    secret = tmp_path / "config.json"
    secret.write_text("tulip")
    host = Host(lambda _command: (0, "", ""), lambda name: name, check_mode=True)
    assert host.remove(str(secret))
    (diff,) = host.diff
    assert (diff["before"], diff["after"]) == (f"{secret} exists\n", "")
    assert secret.exists()


def test_the_diff_begins_with_all_actions() -> None:
    host = make_host(check_mode=True)
    assert vrrp_agent.diff_of(host) == []
    host.command("add the user vrrp", "useradd", "vrrp")
    host.note_diff("/etc/file", "", "text\n")
    actions, file = vrrp_agent.diff_of(host)
    assert (actions["after_header"], actions["after"]) == ("actions", "add the user vrrp\n")
    assert file["after"] == "text\n"
