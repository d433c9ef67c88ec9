# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of the agent on a host after an installation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import install, paths, versions
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty place for versions."""
    for name in ("VERSIONS", "CURRENT", "PREVIOUS"):
        monkeypatch.setattr(paths, name, str(tmp_path / name.lower()))
    return tmp_path


def switch_to(library: Path, version: str, check_mode: bool = False) -> list[str]:
    """Have a version and switch to it; returns what was changed."""
    (library / "versions" / version).mkdir(parents=True, exist_ok=True)
    host = Host(lambda _command: (0, "", ""), lambda name: name, check_mode)
    versions.ensure_current(host, version)
    return host.changes


def links(library: Path) -> dict[str, str]:
    """Return the version that each link points to, by the name of the link."""
    return {path.name: path.readlink().name for path in library.iterdir() if path.is_symlink()}


def installed(library: Path) -> set[str]:
    return {path.name for path in (library / "versions").iterdir()}


def test_the_previous_version_is_kept_and_older_ones_are_removed(library: Path) -> None:
    switch_to(library, "1")
    assert links(library) == {"current": "1"}
    switch_to(library, "2")
    assert links(library) == {"current": "2", "previous": "1"}
    switch_to(library, "3")
    assert links(library) == {"current": "3", "previous": "2"}
    assert installed(library) == {"2", "3"}


def test_going_back_keeps_the_version_that_was_left(library: Path) -> None:
    switch_to(library, "1")
    switch_to(library, "2")
    switch_to(library, "1")
    assert links(library) == {"current": "1", "previous": "2"}
    assert installed(library) == {"1", "2"}


def test_a_second_installation_of_the_same_version_changes_nothing(library: Path) -> None:
    switch_to(library, "1")
    switch_to(library, "2")
    assert switch_to(library, "2") == []


def test_check_mode_changes_nothing(library: Path) -> None:
    switch_to(library, "1")
    assert switch_to(library, "2", check_mode=True) != []
    assert links(library) == {"current": "1"}


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
    install._ensure_units(host, json.dumps({"instances": [{**entry, **signed}]}))
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
