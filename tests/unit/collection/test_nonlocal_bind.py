# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The permission to bind to addresses of others, on a host that is a directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import nonlocal_bind
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host
from ansible_collections.failover.vrrp.plugins.module_utils._install.nonlocal_bind import (
    ensure_nonlocal_bind,
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host whose IPv4 does not permit it, and whose IPv6 does."""
    monkeypatch.setattr(nonlocal_bind, "SYSCTLS", str(tmp_path))
    monkeypatch.setattr(nonlocal_bind, "FILE", str(tmp_path / "60-vrrp-agent.conf"))
    for family, value in (("ipv4", "0"), ("ipv6", "1")):
        setting = tmp_path / "net" / family / "ip_nonlocal_bind"
        setting.parent.mkdir(parents=True)
        setting.write_text(f"{value}\n")
    return tmp_path


def ensure(wanted: bool, check_mode: bool = False) -> list[str]:
    host = Host(lambda _command: (1, "", ""), lambda name: name, check_mode)
    ensure_nonlocal_bind(host, wanted)
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
