# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kernel settings that the host needs beside the agent, on a host that is a directory."""

from __future__ import annotations

import pwd
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import sysctls
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host
from ansible_collections.failover.vrrp.plugins.module_utils._install.sysctls import (
    ensure_sysctls,
    wanted_sysctls,
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host whose IPv4 does not permit to bind to addresses of others, and whose IPv6 does. Nobody
    may ping, and the user of scripts has the group 990.
    """
    monkeypatch.setattr(sysctls, "SYSCTLS", str(tmp_path))
    monkeypatch.setattr(sysctls, "FILE", str(tmp_path / "60-vrrp-agent.conf"))
    monkeypatch.setattr(pwd, "getpwnam", lambda _name: SimpleNamespace(pw_gid=990))
    for family, value in (("ipv4", "0"), ("ipv6", "1")):
        setting = tmp_path / "net" / family / "ip_nonlocal_bind"
        setting.parent.mkdir(parents=True)
        setting.write_text(f"{value}\n")
    (tmp_path / "net" / "ipv4" / "ping_group_range").write_text("1\t0\n")
    return tmp_path


def ensure(nonlocal_bind: bool, has_pings: bool = False, check_mode: bool = False) -> list[str]:
    host = Host(lambda _command: (1, "", ""), lambda name: name, check_mode)
    ensure_sysctls(host, wanted_sysctls(nonlocal_bind, has_pings))
    return host.changes


def values(root: Path) -> list[str]:
    files = [root / "net" / family / "ip_nonlocal_bind" for family in ("ipv4", "ipv6")]
    return [file.read_text().strip() for file in files]


def test_it_is_set_once_and_set_back_to_what_it_was(root: Path) -> None:
    file = root / "60-vrrp-agent.conf"
    assert ensure(True) == [f"write {file}", "set net.ipv4.ip_nonlocal_bind to 1"]
    assert values(root) == ["1", "1"]
    assert file.read_text().splitlines()[1:] == [
        "# net.ipv4.ip_nonlocal_bind = 0",
        "# net.ipv6.ip_nonlocal_bind = 1",
        "net.ipv4.ip_nonlocal_bind = 1",
        "net.ipv6.ip_nonlocal_bind = 1",
    ]
    assert ensure(True) == []
    assert ensure(False) == [f"remove {file}", "set net.ipv4.ip_nonlocal_bind to 0"]
    assert values(root) == ["0", "1"]
    assert ensure(False) == []


def test_check_mode_changes_nothing(root: Path) -> None:
    assert len(ensure(True, check_mode=True)) == 2
    assert values(root) == ["0", "1"]
    assert not (root / "60-vrrp-agent.conf").exists()


def test_a_kernel_without_ipv6_gets_the_setting_of_ipv4(root: Path) -> None:
    (root / "net" / "ipv6" / "ip_nonlocal_bind").unlink()
    ensure(True)
    assert "ipv6" not in (root / "60-vrrp-agent.conf").read_text()


def ping_groups(root: Path) -> str:
    return (root / "net" / "ipv4" / "ping_group_range").read_text().strip()


def test_pings_are_permitted_while_there_are_any(root: Path) -> None:
    file = root / "60-vrrp-agent.conf"
    change = "set net.ipv4.ping_group_range to 990 990"
    assert ensure(False, has_pings=True) == [f"write {file}", change]
    assert file.read_text().splitlines()[1:] == [
        "# net.ipv4.ping_group_range = 1 0",
        "net.ipv4.ping_group_range = 990 990",
    ]
    assert ensure(False, has_pings=True) == []
    # The other setting comes and goes without a change of this one.
    assert ensure(True, has_pings=True)[1:] == ["set net.ipv4.ip_nonlocal_bind to 1"]
    assert ensure(False, has_pings=True)[1:] == ["set net.ipv4.ip_nonlocal_bind to 0"]
    assert ping_groups(root) == "990 990"
    ensure(False)
    assert (ping_groups(root), file.exists()) == ("1 0", False)


@pytest.mark.parametrize("groups", ["0 2147483647", "100\t1000"])
def test_a_host_that_permits_pings_is_left_alone(root: Path, groups: str) -> None:
    (root / "net" / "ipv4" / "ping_group_range").write_text(groups)
    assert ensure(False, has_pings=True) == []


def test_a_range_of_groups_is_widened_no_further_than_needed(root: Path) -> None:
    (root / "net" / "ipv4" / "ping_group_range").write_text("100\t200\n")
    ensure(False, has_pings=True)
    assert ping_groups(root) == "100 990"
    ensure(False)
    assert ping_groups(root) == "100 200"


def test_check_mode_knows_no_group_before_the_first_installation(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(name: str) -> object:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", unknown)
    changes = ensure(False, has_pings=True, check_mode=True)
    assert changes[-1] == "set net.ipv4.ping_group_range to the group of vrrp-script"
