# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A scan from a host with a closed firewall, beside the agent, keepalived, and a foreign host."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from support.peers import Keepalived, Kind
from support.routers import sole
from support.segment import Host, Segment

COLLECTIONS = Path(__file__).parents[2] / ".cache" / "collections"
CODE = (
    "import json, sys; "
    "from ansible_collections.failover.vrrp.plugins.modules import vrrp_scan; "
    "print(json.dumps(vrrp_scan.run(json.loads(sys.argv[1]))))"
)
PLANNED: dict[str, Any] = {
    "name": "web", "interface": "eth0", "vrid": 51, "version": 3, "addresses": ["192.0.2.100"],
    "excluded_addresses": [], "advertisement_interval": 0.1, "authentication": "none",
    "unicast": False,
}  # fmt: skip
FAMILIES = [("192.0.2.100", "ipv4"), ("2001:db8::100", "ipv6")]


def scan(host: Host, *planned: dict[str, Any], members: tuple[str, ...] = ()) -> Any:
    """The result of a scan from a host that lets nothing in."""
    host.run("nft", "add table inet closed")
    chain = "{ type filter hook input priority 0; policy drop; }"
    host.run("nft", f"add chain inet closed input {chain}")
    wanted = {
        "instances": list(planned),
        "interfaces": ["eth0"],
        "members": list(members),
        "seconds": 2.5,
        "unless_installed": False,
    }
    path = f"PYTHONPATH={COLLECTIONS}:{os.environ.get('PYTHONPATH', '')}"
    return json.loads(host.run("env", path, sys.executable, "-c", CODE, json.dumps(wanted)))


@pytest.mark.parametrize(("address", "family"), FAMILIES)
def test_an_agent_with_the_planned_settings_is_heard_and_no_clash(
    segment: Segment, address: str, family: str
) -> None:
    agent = sole(segment, addresses=[f"{address}/{64 if ':' in address else 24}"], priority=150)
    addresses = agent.status()["addresses"]
    planned = {**PLANNED, "addresses": [one.partition("/")[0] for one in addresses]}
    found = scan(
        segment.host(),
        {**planned, "advertisement_interval": agent.status()["advertisement_interval"]},
    )
    (sender,) = found["senders"]
    assert (sender["family"], sender["vrid"], sender["priority"]) == (family, 51, 150)
    assert sender["source"] == agent.status()["address"]
    assert sender["packets"] > 1
    assert {one["address"] for one in found["answers"]} == set(planned["addresses"])
    assert {one["mac"] for one in found["answers"]} == {sender["mac"]}
    assert (found["clashes"], found["malformed"]) == ([], 0)


def test_keepalived_with_another_version_and_list_clashes(segment: Segment) -> None:
    foreign = segment.host()
    Keepalived(foreign, Kind(version=2, interval=1), 150, []).start().wait_for("MASTER")
    planned = {**PLANNED, "addresses": ["192.0.2.100", "192.0.2.101"], "advertisement_interval": 1}
    found = scan(segment.host(), planned)
    (line,) = found["clashes"]
    assert line.startswith(f"web (VRID 51 on eth0): {foreign.address} (")
    assert "with version 2 in place of 3 and addresses 192.0.2.100 in place of" in line
    known = scan(segment.host(), planned, members=(foreign.address,))
    assert known["clashes"] == []


@pytest.mark.parametrize(("address", "family"), FAMILIES)
def test_an_address_that_a_foreign_host_has_clashes(
    segment: Segment, address: str, family: str
) -> None:
    foreign = segment.host()
    length = 64 if family == "ipv6" else 24
    foreign.run("ip", "address", "add", f"{address}/{length}", "dev", "eth0")
    found = scan(segment.host(), {**PLANNED, "addresses": [address]})
    (line,) = found["clashes"]
    assert line.startswith(f"web (VRID 51 on eth0): {address} is in use: ")
    assert found["senders"] == []


def test_an_interface_that_the_host_does_not_have_is_named(segment: Segment) -> None:
    with pytest.raises(Exception, match="returned non-zero") as failed:
        scan(segment.host(), {**PLANNED, "interface": "eth7"})
    assert "there is no interface eth7; this host has lo, eth0" in str(failed.value.stderr)  # type: ignore[attr-defined]
