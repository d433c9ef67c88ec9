# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The booted hosts of all tests of monitoring."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.booted import Booted
from support.monitored import HOSTS, INVENTORY, PORT


@pytest.fixture(scope="session")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """Three hosts with the agent, which let the observer read their metrics."""
    hosts = Booted("vrrp-monitoring", tmp_path_factory.mktemp("monitoring"))
    (hosts.directory / "hosts.yml").write_text(INVENTORY)
    try:
        hosts.up(3)
        for host in HOSTS:
            hosts.run(host, f"nft insert rule inet filter input tcp dport {PORT} accept")
            hosts.run(host, "ip address add 198.51.100.2/24 dev eth0")
        hosts.playbook("deploy")
        yield hosts
    finally:
        hosts.down()
