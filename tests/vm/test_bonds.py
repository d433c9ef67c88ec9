# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VLANs on bonds: slaves and cables that come and go, and another MAC address."""

from __future__ import annotations

import time

import pytest
from support.routers import Agent, instance, start_pair
from support.segment import Host, Probe, Segment, eventually, ip

VLAN = "bond0.100"
VIP = "198.51.100.100"
MACVLAN = [False, True]
IDS = ["interface MAC", "virtual MAC"]


def add_vlan(host: Host, parent: str, name: str) -> None:
    """Put a VLAN on an interface, with an address of the network 198.51.100.0/24."""
    host.run("ip", "link", "add", "link", parent, "name", name, "type", "vlan", "id", "100")
    host.run("ip", "address", "add", f"198.51.100.{host.number}/24", "dev", name)
    host.run("sysctl", "-qw", f"net/ipv6/conf/{name}/accept_dad=0")
    host.run("ip", "link", "set", name, "up")


def bonded(segment: Segment) -> Host:
    """A host with two cables to the bridge, an active-backup bond of them, and a VLAN on that."""
    host = segment.host()
    host.add_interface("eth1")
    ip("-n", segment.namespace, "link", "set", f"eth1{host.number}", "master", "br0")
    bond = ("type", "bond", "mode", "active-backup", "miimon", "20", "fail_over_mac", "none")
    host.run("ip", "link", "add", "bond0", *bond)
    for slave in ("eth0", "eth1"):
        host.run("ip", "link", "set", slave, "down")
        host.run("ip", "link", "set", slave, "master", "bond0")
    host.run("ip", "link", "set", "bond0", "up")
    add_vlan(host, "bond0", VLAN)
    return host


def settings(priority: int, virtual_mac: bool) -> dict[str, object]:
    """An instance on the VLAN."""
    return instance(
        interface=VLAN,
        addresses=[f"{VIP}/24"],
        priority=priority,
        virtual_mac=virtual_mac,
        advertisement_interval=0.2,
    )


def bonded_pair(segment: Segment, virtual_mac: bool) -> tuple[Agent, Agent]:
    """A master and a backup on VLANs of bonds."""
    first, second = (
        Agent(bonded(segment), settings(priority, virtual_mac)) for priority in (200, 100)
    )
    return start_pair(first, second)


def vlan_client(segment: Segment) -> Host:
    """A host beside them, with the same VLAN on its one interface."""
    host = segment.host()
    add_vlan(host, "eth0", "eth0.100")
    return host


@pytest.mark.parametrize("virtual_mac", MACVLAN, ids=IDS)
def test_a_slave_that_is_cut_keeps_mastership(segment: Segment, virtual_mac: bool) -> None:
    first, second = bonded_pair(segment, virtual_mac)
    probe = Probe(vlan_client(segment), VIP, "eth0.100")
    transitions = second.status()["transitions"]
    first.host.unplug()
    time.sleep(1)
    first.host.plug_in()
    first.host.cut("eth1")
    time.sleep(1)
    assert probe.finish()["longest"] < 500
    assert first.status()["state"] == "MASTER"
    assert second.status()["transitions"] == transitions


@pytest.mark.parametrize("virtual_mac", MACVLAN, ids=IDS)
def test_a_bond_without_slaves_leaves_mastership_and_a_vlan_made_again_takes_it_back(
    segment: Segment, virtual_mac: bool
) -> None:
    first, second = bonded_pair(segment, virtual_mac)
    client = vlan_client(segment)
    probe = Probe(client, VIP, "eth0.100")
    first.host.unplug()
    first.host.cut("eth1")
    second.wait_for("MASTER", 3)
    assert first.wait_for("INITIALIZE", 2)["reason"] == f"{VLAN} is down"
    first.host.plug_in()
    first.wait_for("MASTER", 5)
    second.wait_for("BACKUP", 2)
    # Three intervals and a skew time until the backup takes over, and a moment.
    assert probe.finish()["longest"] < 1200
    first.host.run("ip", "link", "delete", VLAN)
    second.wait_for("MASTER", 3)
    # Unless it was about to use the VLAN in that moment.
    reasons = (f"{VLAN} does not exist", f"{VLAN}: No such device")
    assert first.wait_for("INITIALIZE", 2)["reason"] in reasons
    add_vlan(first.host, "bond0", VLAN)
    first.wait_for("MASTER", 5)
    second.wait_for("BACKUP", 2)
    eventually(lambda: client.reaches(VIP, "eth0.100"), 3, "the address on the VLAN made again")


def test_another_mac_address_of_a_bond_is_announced(segment: Segment) -> None:
    first, second = bonded_pair(segment, virtual_mac=False)
    client = vlan_client(segment)
    assert client.reaches(VIP, "eth0.100")
    transitions = second.status()["transitions"]
    for name in ("bond0", VLAN):
        first.host.run("ip", "link", "set", name, "address", "02:00:00:00:77:01")
    eventually(lambda: client.neighbour_mac(VIP) == "02:00:00:00:77:01", 3, "the announcement")
    assert client.reaches(VIP, "eth0.100")
    assert (first.status()["state"], second.status()["transitions"]) == ("MASTER", transitions)
