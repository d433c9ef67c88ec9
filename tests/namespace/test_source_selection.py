# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host's own traffic, which does not begin from a virtual address: that may move away."""

from __future__ import annotations

import json

import pytest
from support.routers import Agent, instance, sole
from support.segment import Host, Segment, eventually, ip

pytestmark = pytest.mark.finding("D2")

LINK_LOCAL = "fe80::200:5eff:fe00:233"  # Derived from VRID 51.


def route_to(host: Host, destination: str, *options: str) -> tuple[str, str]:
    """The interface and the source of the host's own traffic to a destination."""
    found = json.loads(ip("-json", "-n", host.namespace, "route", "get", destination, *options))
    return found[0]["dev"], found[0]["prefsrc"]


@pytest.mark.parametrize("length", [64, 128])
@pytest.mark.parametrize("virtual_mac", [False, True], ids=["", "virtual MAC"])
def test_ipv6_traffic_begins_from_an_address_of_the_hosts_own(
    segment: Segment, length: int, virtual_mac: bool
) -> None:
    # The kernel prefers the address with the longest matching prefix.
    address = f"2001:db8::100/{length}"
    agent = sole(segment, addresses=[address], virtual_mac=virtual_mac)
    host = agent.host
    assert route_to(host, "2001:db8::101") == ("eth0", host.address6)
    _interface, source = route_to(host, "fe80::99", "oif", "eth0")
    assert source != LINK_LOCAL
    host.unplug()
    agent.wait_for("INITIALIZE")
    host.plug_in()
    agent.wait_for("MASTER")
    assert route_to(host, "2001:db8::101") == ("eth0", host.address6)


def test_a_preferred_lifetime_lets_traffic_begin_from_a_virtual_address(segment: Segment) -> None:
    limited = {"address": "2001:db8::200/64", "preferred_lifetime": 2}
    agent = sole(segment, addresses=["2001:db8::100/64", limited], preferred_lifetime="forever")
    assert not is_deprecated(agent.host, "2001:db8::100")
    assert not is_deprecated(agent.host, "2001:db8::200")
    eventually(lambda: is_deprecated(agent.host, "2001:db8::200"))
    assert agent.status()["settings"]["preferred_lifetime"] == "forever"
    agent.configure({**agent.settings()[0], "preferred_lifetime": 3})
    agent.ctl("reload")
    eventually(lambda: is_deprecated(agent.host, "2001:db8::100"))
    agent.configure({**agent.settings()[0], "preferred_lifetime": "forever"})
    agent.ctl("reload")
    eventually(lambda: not is_deprecated(agent.host, "2001:db8::100"))
    agent.configure({**agent.settings()[0], "preferred_lifetime": 0})
    agent.ctl("reload")
    eventually(lambda: is_deprecated(agent.host, "2001:db8::100"))
    assert agent.status()["transitions"] == 2


def is_deprecated(host: Host, address: str) -> bool:
    (link,) = json.loads(ip("-json", "-n", host.namespace, "address", "show", "dev", "eth0"))
    (found,) = [one for one in link["addr_info"] if one["local"] == address]
    return bool(found.get("deprecated", False))


def test_an_own_address_that_comes_back_is_the_primary_one_again(segment: Segment) -> None:
    agent = sole(segment, addresses=["192.0.2.100/24", "192.0.2.101/24"])
    host = agent.host
    # As a network manager does that replaces all addresses of an interface.
    host.run("ip", "address", "delete", f"{host.address}/24", "dev", "eth0")
    host.run("ip", "address", "add", f"{host.address}/24", "dev", "eth0")
    eventually(lambda: route_to(host, "192.0.2.99") == ("eth0", host.address))
    agent.wait_for("MASTER")
    assert route_to(host, "192.0.2.99") == ("eth0", host.address)
    assert host.has("192.0.2.101")


def test_traffic_does_not_leave_through_the_macvlan(segment: Segment) -> None:
    agent = Agent(segment.host(), instance(virtual_mac=True)).start()
    agent.wait_for("MASTER")
    host = agent.host
    assert route_to(host, "192.0.2.99") == ("eth0", host.address)
    # The routes of the interface come back after those of the macvlan.
    host.run("ip", "address", "delete", f"{host.address}/24", "dev", "eth0")
    host.run("ip", "address", "add", f"{host.address}/24", "dev", "eth0")
    agent.wait_for("MASTER")
    eventually(lambda: route_to(host, "192.0.2.99") == ("eth0", host.address))
