# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interfaces that lose their own address or the carrier for a moment, under a probe."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.routers import StartPair
from support.segment import Host, Probe, Segment, eventually, with_length

pytestmark = [pytest.mark.finding("G1"), pytest.mark.measured]

VIP, VIP6 = "192.0.2.100", "2001:db8::100"
LINK_LOCAL = "fe80::200:5eff:fe00:233"  # Derived from VRID 51.


def own_address(host: Host, is_ipv6: bool) -> str:
    """The address that advertisements are sent from."""
    if not is_ipv6:
        return host.address
    link_local = {one for one in host.addresses() if one.startswith("fe80:")} - {LINK_LOCAL}
    return link_local.pop()


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        pytest.param({}, VIP, id="ipv4"),
        pytest.param({"addresses": [f"{VIP}/32"]}, VIP, id="host-prefix"),
        pytest.param({"unicast_peers": ["192.0.2.11", "192.0.2.12"]}, VIP, id="unicast"),
        pytest.param({"addresses": [f"{VIP6}/64"]}, VIP6, id="ipv6"),
        pytest.param({"virtual_mac": True}, VIP, id="virtual-mac"),
    ],
)
def test_an_own_address_that_is_away_for_200_ms_costs_hardly_a_packet(
    segment: Segment, pair: StartPair, settings: dict[str, Any], address: str
) -> None:
    first, second = pair(advertisement_interval=1, **settings)
    own = own_address(first.host, ":" in address)
    probe = Probe(segment.host(), address)
    first.host.run("ip", "address", "delete", with_length(own), "dev", "eth0")
    time.sleep(0.2)
    first.host.run("ip", "address", "add", with_length(own), "dev", "eth0")
    time.sleep(1)
    # Without a network of its own, nothing tells the host the way to the client meanwhile.
    # Otherwise the kernel removes the route of the network, and adds it again for the virtual
    # address: what arrives in between has no way back.
    tolerated = 400 if "/32" in str(settings) else 2
    assert probe.finish()["unanswered"] <= tolerated
    assert second.status()["transitions"] == 1
    assert "priority_zero_sent" not in first.status()["counters"]


def test_ipv6_that_is_off_for_100_ms_costs_no_election(segment: Segment, pair: StartPair) -> None:
    # As NetworkManager does when it activates a connection again.
    first, second = pair(advertisement_interval=1, addresses=[f"{VIP6}/64"])
    probe = Probe(segment.host(), VIP6)
    first.host.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
    time.sleep(0.1)
    first.host.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0")
    time.sleep(1)
    assert probe.finish()["longest"] < 500
    assert (first.status()["state"], second.status()["transitions"]) == ("MASTER", 1)


@pytest.mark.parametrize("all_go", [False, True], ids=["its own", "all"])
def test_a_master_whose_own_address_does_not_return_leaves_mastership_to_another(
    segment: Segment, pair: StartPair, all_go: bool
) -> None:
    first, second = pair()
    probe = Probe(segment.host(), VIP)
    one = ("delete", with_length(first.host.address))
    first.host.run("ip", "-4", "address", *(("flush",) if all_go else one), "dev", "eth0")
    # Half a second, and the skew time of priority 100, 0.061 s at an interval of 0.1 s.
    second.wait_for("MASTER", 2)
    first.wait_for("INITIALIZE", 1)
    assert first.status()["reason"] == "eth0 has no IPv4 address"
    eventually(lambda: not first.host.has(VIP), 2, "the end of the address")
    assert probe.finish()["longest"] < 500


@pytest.mark.parametrize("address", [VIP, VIP6], ids=["ipv4", "ipv6"])
def test_a_carrier_that_is_away_for_100_ms_costs_no_election(
    segment: Segment, pair: StartPair, address: str
) -> None:
    first, second = pair(addresses=[with_length(address)], advertisement_interval=1)
    probe = Probe(segment.host(), address)
    first.host.unplug()
    time.sleep(0.1)
    first.host.plug_in()
    time.sleep(1)
    assert probe.finish()["longest"] < 500
    reason = "goes on as master after less time than peers wait; before: eth0 is down"
    assert first.status()["reason"] == reason
    assert second.status()["transitions"] == 1
