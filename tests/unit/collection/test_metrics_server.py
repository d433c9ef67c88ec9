# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server of metrics on a host: its units, and what systemd is asked to do with them."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import metrics, paths
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install.metrics import (
    NO_METRICS,
    Metrics,
)


class Systemd:
    """The units of a host, and the commands that were given."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.commands: list[str] = []
        self.is_enabled = False

    def run(self, command: Sequence[str]) -> tuple[int, str, str]:
        """Take note of a command."""
        if command[1] == "show":
            state = ("enabled", "active") if self.is_enabled else ("disabled", "inactive")
            return 0, "UnitFileState={}\nActiveState={}\n".format(*state), ""
        if command[1] in ("enable", "disable"):
            self.is_enabled = command[1] == "enable"
        if command[0] == "rm":
            Path(command[-1]).unlink()
        self.commands.append(" ".join(command[1:3]))
        return 0, "", ""

    def ensure(self, wanted: Metrics, bundle: str = "1", check_mode: bool = False) -> Host:
        """Have the server as it is wanted; returns the host with its changes."""
        self.commands = []
        host = Host(self.run, lambda name: name, check_mode)
        metrics.ensure_metrics(host, wanted, bundle)
        return host

    @property
    def units(self) -> set[str]:
        """The names of the units."""
        return {one.name for one in self.directory.iterdir()}


@pytest.fixture
def systemd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Systemd:
    """A host without a server of metrics."""
    monkeypatch.setattr(paths, "METRICS_UNIT", str(tmp_path / "service"))
    monkeypatch.setattr(paths, "METRICS_SOCKET_UNIT", str(tmp_path / "socket"))
    return Systemd(tmp_path)


LOCAL = Metrics("127.0.0.1:9112")


def test_a_server_is_installed_once(systemd: Systemd) -> None:
    assert systemd.ensure(LOCAL).changes
    assert "ListenStream=127.0.0.1:9112\n" in (systemd.directory / "socket").read_text()
    assert systemd.is_enabled
    assert systemd.ensure(LOCAL).changes == []


def test_all_addresses_are_a_port_alone(systemd: Systemd) -> None:
    systemd.ensure(Metrics(":9112"))
    assert "ListenStream=9112\n" in (systemd.directory / "socket").read_text()


@pytest.mark.parametrize(
    "wanted", [Metrics("127.0.0.1:9113"), Metrics("127.0.0.1:9112", compatible=True)]
)
def test_a_change_restarts_the_server(systemd: Systemd, wanted: Metrics) -> None:
    systemd.ensure(LOCAL)
    assert "restart the server of metrics" in systemd.ensure(wanted).changes


def test_another_version_restarts_the_server(systemd: Systemd) -> None:
    systemd.ensure(LOCAL)
    assert "restart the server of metrics" in systemd.ensure(LOCAL, bundle="2").changes


def test_a_server_that_is_not_wanted_is_removed(systemd: Systemd) -> None:
    assert systemd.ensure(NO_METRICS).changes == []
    systemd.ensure(LOCAL)
    assert systemd.ensure(NO_METRICS).changes[0] == "stop the server of metrics"
    assert systemd.units == set()
    assert not systemd.is_enabled


def test_check_mode_changes_nothing(systemd: Systemd) -> None:
    assert systemd.ensure(LOCAL, check_mode=True).changes
    assert systemd.units == set()
    assert not systemd.is_enabled


@pytest.mark.parametrize("listen", ["127.0.0.1:9112", "[::1]:9112", ":1", "0.0.0.0:65535"])
def test_an_address_with_a_port_is_accepted(listen: str) -> None:
    assert metrics.read_metrics({"listen": listen}) == Metrics(listen)


@pytest.mark.parametrize(
    "listen",
    ["9112", "127.0.0.1", "localhost:9112", "::1:9112", "[127.0.0.1]:9112", ":0", ":65536",
     "127.0.0.1:9112\nExecStart=/bin/sh", ":\u0661", "127.0.0.300:9112"],
)  # fmt: skip
def test_anything_else_is_refused_by_its_name(listen: str) -> None:
    with pytest.raises(HostError, match=r"^metrics\.listen \(vrrp_metrics_listen\): "):
        metrics.read_metrics({"listen": listen})
