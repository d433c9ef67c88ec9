# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interfaces in a VRF: everything of an instance belongs there, too."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from support.routers import Agent, instance, start_pair
from support.segment import Host, Segment, eventually, with_length

pytestmark = pytest.mark.finding("G12")

TABLE = 10
ADDRESSES = [
    pytest.param("192.0.2.100", id="ipv4"),
    pytest.param("2001:db8::100", id="ipv6"),
]
MACVLAN = [
    pytest.param(False, id="interface MAC"),
    pytest.param(True, id="virtual MAC"),
]
# Accepts connections in the VRF alone, and says so.
SERVER = "import socket; s = socket.create_server(('', 8080), family={family}); s.accept()"


def put_into_vrf(host: Host) -> None:
    """Put eth0 into the VRF red, which takes its addresses of IPv6 away for a moment."""
    host.run("ip", "link", "add", "red", "type", "vrf", "table", str(TABLE))
    host.run("ip", "link", "set", "red", "up")
    host.run("ip", "link", "set", "eth0", "master", "red")
    if not host.has(host.address6):
        host.run("ip", "address", "add", with_length(host.address6), "dev", "eth0")
    eventually(host.has_link_local, 3, "the link-local address")


def in_vrf(segment: Segment, priority: int, **settings: Any) -> Agent:
    """An agent on a host with eth0 in a VRF."""
    host = segment.host()
    put_into_vrf(host)
    return Agent(host, instance(priority=priority, **settings))


def routes(host: Host, table: str) -> set[tuple[str, str]]:
    """The destinations and interfaces of the unicast routes of a table."""
    found: list[dict[str, str]] = []
    for family in ("-4", "-6"):
        command = ["ip", "-json", family, "-n", host.namespace, "route", "show", "table", table]
        # A table that has never had a route does not exist.
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        found.extend(json.loads(shown.stdout) if shown.returncode == 0 and shown.stdout else [])
    return {(one["dst"], one["dev"]) for one in found if "dev" in one}


@pytest.mark.parametrize("virtual_mac", MACVLAN)
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_addresses_of_a_vrf_are_served_in_it(
    segment: Segment, client: Host, address: str, virtual_mac: bool
) -> None:
    settings = {"addresses": [with_length(address)], "virtual_mac": virtual_mac}
    first, second = (in_vrf(segment, priority, **settings) for priority in (200, 100))
    start_pair(first, second)
    family = "socket.AF_INET6" if ":" in address else "socket.AF_INET"
    server = ("python3", "-c", SERVER.format(family=family))
    first.host.start("ip", "vrf", "exec", "red", *server)
    connect = f"import socket; socket.create_connection(({address!r}, 8080), 2)"
    eventually(lambda: client.start("python3", "-c", connect).wait(5) == 0, 10, "a connection")
    assert client.reaches(address)
    # The main table has nothing of it: another VRF may have the same network.
    assert {one for one in routes(first.host, "main") if one[1] != "lo"} == set()
    first.ctl("backup", "web")
    second.wait_for("MASTER")
    eventually(lambda: client.reaches(address), 3, "the address on the other host")


@pytest.mark.parametrize("virtual_mac", MACVLAN)
def test_virtual_routes_of_a_vrf_are_in_its_table(segment: Segment, virtual_mac: bool) -> None:
    wanted = [
        {"destination": "203.0.113.0/24", "via": "192.0.2.1"},
        {"destination": "203.0.112.0/24", "via": "192.0.2.1", "table": 77},
    ]
    agent = in_vrf(segment, 100, virtual_routes=wanted, virtual_mac=virtual_mac).start()
    agent.wait_for("MASTER")

    def where(destination: str) -> list[str]:
        tables = ("main", str(TABLE), "77")
        return [
            name for name in tables if destination in {one[0] for one in routes(agent.host, name)}
        ]

    assert where("203.0.113.0/24") == [str(TABLE)]
    assert where("203.0.112.0/24") == ["77"]
    assert "degraded" not in agent.status() or not agent.status()["degraded"]
    agent.stop()
    assert where("203.0.113.0/24") == []


def test_an_interface_that_is_put_into_a_vrf_later_takes_all_along(
    segment: Segment, client: Host
) -> None:
    route = {"destination": "203.0.113.0/24", "via": "192.0.2.1"}
    settings = instance(virtual_mac=True, virtual_routes=[route])
    agent = Agent(segment.host(), settings).start()
    agent.wait_for("MASTER")
    put_into_vrf(agent.host)
    agent.wait_for("MASTER")
    wanted = "203.0.113.0/24"
    eventually(lambda: wanted in {one[0] for one in routes(agent.host, str(TABLE))}, 15, "a route")
    assert wanted not in {one[0] for one in routes(agent.host, "main")}
    eventually(lambda: client.reaches("192.0.2.100"), 5, "the address in the VRF")
