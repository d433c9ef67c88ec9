# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instances without addresses on the real kernel: their masters run hooks, and have routes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.moves import drain_and_return
from support.peers import Keepalived, Kind
from support.routers import Agent, StartPair, instance
from support.segment import Host, Segment, eventually, ip

FAMILIES = ["ipv4", "ipv6"]


def bare(family: str, **settings: Any) -> dict[str, Any]:
    return instance(family=family, addresses=[], **settings)


class KeepalivedWithoutAddresses(Keepalived):
    """One whose instance has no address: a file says that it is master."""

    def __init__(self, host: Host, priority: int) -> None:
        self._marker = host.segment.directory / "keepalived-is"
        super().__init__(host, Kind(version=2, addresses=(), interval=1), priority, [])
        text = self._config.read_text()
        notify = f"notify \"/bin/sh -c 'echo $3 >{self._marker}' sh\""
        self._config.write_text(
            text.replace("virtual_ipaddress {\n    }", notify).replace(
                "global_defs {", "global_defs {\n    script_user root"
            )
        )

    def _serves(self) -> bool:
        return self._marker.exists() and self._marker.read_text().strip() == "MASTER"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_master_without_addresses_runs_hooks_and_has_routes(
    pair: StartPair, tmp_path: Path, family: str
) -> None:
    hooks = [{"event": event, "command": f"/bin/sh {tmp_path}/record"} for event in ("master",)]
    (tmp_path / "record").write_text(f"echo $VRRP_STATE >>{tmp_path}/$VRRP_PRIORITY\n")
    tmp_path.chmod(0o777)
    net = "203.0.113.0/24" if family == "ipv4" else "2001:db8:113::/48"
    route = {"destination": net, "type": "blackhole"}
    settings = {**bare(family), "hooks": hooks, "virtual_routes": [route]}
    first, second = pair(**settings)
    assert first.status()["addresses"] == []
    version = "-4" if family == "ipv4" else "-6"
    own_routes = ("route", "show", "proto", "112")
    assert "blackhole" in ip("-n", first.host.namespace, version, *own_routes)
    eventually((tmp_path / str(first.status()["priority"])).exists)
    drain_and_return(first, second)
    eventually((tmp_path / str(second.status()["priority"])).exists)
    assert ip("-n", second.host.namespace, version, *own_routes) == ""


@pytest.mark.parametrize("family", FAMILIES)
def test_hosts_with_and_without_addresses_do_not_understand_each_other(
    segment: Segment, family: str
) -> None:
    address = "192.0.2.100/24" if family == "ipv4" else "2001:db8::100/64"
    without = Agent(segment.host(), bare(family)).start()
    having = Agent(segment.host(), instance(addresses=[address], priority=50)).start()
    without.wait_for("MASTER")
    having.wait_for("MASTER")
    eventually(lambda: having.status()["counters"]["no_addresses"] > 0)


def test_instances_without_addresses_move_between_ours_and_keepalived(segment: Segment) -> None:
    # keepalived has them in version 2 alone.
    ours = Agent(segment.host(), bare("ipv4", version=2, advertisement_interval=1, priority=200))
    ours.start().wait_for("MASTER")
    theirs = KeepalivedWithoutAddresses(segment.host(), 100).start()
    drain_and_return(ours, theirs)
    ours.stop()
    theirs.wait_for("MASTER")
    ours.start()
    ours.wait_for("MASTER")
    theirs.wait_for("BACKUP")
    theirs.stop()
