# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interfaces that go down, vanish, change or can't be seen by neighbours."""

from __future__ import annotations

from typing import Any

import pytest
from support.routers import Agent, instance, sole, start_pair
from support.segment import Host, Segment, eventually, ip

VIP = "192.0.2.100"
ELSEWHERE = {"address": "198.51.100.1/28", "interface": "eth1"}


def pair_with_eth1(segment: Segment, **settings: Any) -> tuple[Agent, Agent]:
    """A master and its backup on hosts that have eth1, too."""
    hosts = segment.host(), segment.host()
    for host in hosts:
        host.add_interface("eth1")
    agents = [
        Agent(host, instance(priority=priority, **settings))
        for host, priority in zip(hosts, (200, 100))
    ]
    return start_pair(agents[0], agents[1])


@pytest.mark.finding("A3")
def test_an_address_on_an_interface_that_is_down_is_a_fault(segment: Segment) -> None:
    first, second = pair_with_eth1(segment, addresses=[f"{VIP}/24", ELSEWHERE])
    first.host.cut("eth1")
    assert first.wait_for("INITIALIZE")["reason"] == "eth1 is down"
    second.wait_for("MASTER")
    first.host.mend("eth1")
    first.wait_for("MASTER")


@pytest.mark.finding("A3")
@pytest.mark.parametrize("addresses", [["198.51.100.1/24"], ["2001:db8:1::1/64"]], ids=["4", "6"])
def test_an_untracked_interface_may_be_without_carrier_but_not_down(
    segment: Segment, addresses: list[str]
) -> None:
    elsewhere = [{"address": one, "interface": "eth1"} for one in addresses]
    agent = sole(segment, addresses=elsewhere, track_primary=False)
    other = Agent(segment.host(), instance(addresses=addresses, priority=50)).start()
    other.wait_until_it_hears_a_master()
    reached = agent.status()["transitions"]
    agent.host.unplug()
    other.wait_for("MASTER")
    status = agent.status()
    assert (status["state"], status["transitions"]) == ("MASTER", reached)
    assert agent.host.has(addresses[0].partition("/")[0], "eth1")
    agent.host.plug_in()
    other.wait_for("BACKUP")
    assert agent.status()["transitions"] == reached
    ip("-n", agent.host.namespace, "link", "set", "eth0", "down")
    assert agent.wait_for("INITIALIZE")["reason"] == "eth0 is down"


def test_an_untracked_interface_does_not_keep_a_host_from_starting(segment: Segment) -> None:
    host = segment.host()
    host.unplug()
    agent = Agent(host, instance(track_primary=False)).start()
    agent.wait_for("MASTER")
    assert agent.status()["settings"]["track_primary"] is False


def test_an_untracked_address_may_be_on_an_interface_that_is_down(segment: Segment) -> None:
    addresses = [f"{VIP}/24", {**ELSEWHERE, "track": False}]
    agent = sole(segment, addresses=addresses)
    assert agent.host.has("198.51.100.1", "eth1")
    agent.host.cut("eth1")
    sent = agent.status()["counters"]["advertisements_sent"]
    eventually(lambda: agent.status()["counters"]["advertisements_sent"] > sent + 3)
    assert agent.status()["state"] == "MASTER"


@pytest.mark.finding("A12")
def test_a_master_whose_address_lost_its_interface_resigns_at_once(segment: Segment) -> None:
    first, second = pair_with_eth1(segment, addresses=[f"{VIP}/24", ELSEWHERE])
    ip("-n", first.host.namespace, "link", "delete", "eth1")
    first.wait_for("INITIALIZE")
    assert first.status()["counters"]["priority_zero_sent"] == 1
    second.wait_for("MASTER")
    assert "resigned" in second.status()["reason"]


@pytest.mark.finding("A10")
def test_an_address_does_not_stay_on_an_interface_that_is_renamed(segment: Segment) -> None:
    host = segment.host()
    agent = Agent(host, instance()).start()
    agent.wait_for("MASTER")
    host.run("ip", "link", "set", "eth0", "name", "lan0")
    assert agent.wait_for("INITIALIZE")["reason"] == "eth0 does not exist"
    eventually(lambda: not host.has(VIP, "lan0"))
    assert host.has(host.address, "lan0")


@pytest.mark.finding("A21")
def test_a_new_mac_address_is_announced_at_once(segment: Segment, client: Host) -> None:
    agent = sole(segment)
    assert client.reaches(VIP)
    agent.host.run("ip", "link", "set", "eth0", "address", "02:00:00:00:00:99")
    eventually(lambda: client.neighbour_mac(VIP) == "02:00:00:00:00:99", 2)


@pytest.mark.finding("A19")
def test_a_backup_hears_the_group_again_after_ipv6_was_off(segment: Segment) -> None:
    settings = instance(addresses=["fe80::100/64", "2001:db8::100/64"])
    hosts = segment.host(), segment.host()
    master = Agent(hosts[0], {**settings, "priority": 200})
    backup = Agent(hosts[1], {**settings, "priority": 100})
    start_pair(master, backup)
    for mtu in ("1200", "1500"):
        hosts[1].run("ip", "link", "set", "eth0", "mtu", mtu)
    backup.wait_for("BACKUP")
    before = backup.status()["counters"]["advertisements_received"]
    eventually(lambda: backup.status()["counters"]["advertisements_received"] > before + 3)
    assert backup.status()["state"] == "BACKUP"
    assert master.status()["state"] == "MASTER"


@pytest.mark.finding("C14", "G4")
def test_clients_find_the_remaining_master_when_a_partition_heals(
    segment: Segment, client: Host
) -> None:
    better, worse = (Agent(segment.host(), instance(priority=priority)) for priority in (200, 100))
    start_pair(better, worse)
    assert client.reaches(VIP)
    for _heal in range(4):
        better.host.part(True)
        worse.host.part(True)
        worse.wait_for("MASTER")
        # Linux takes no other address within a second of the last one, so the client may take the
        # announcement that follows after five seconds, or after one.
        eventually(lambda: client.neighbour_mac(VIP) == worse.host.mac, 8)
        better.host.part(False)
        worse.wait_for("BACKUP")
        eventually(lambda: client.neighbour_mac(VIP) == better.host.mac, 2)
        worse.host.part(False)


@pytest.mark.finding("A22")
def test_an_address_of_lo_is_announced_where_its_clients_are(
    segment: Segment, client: Host
) -> None:
    address = {"address": "192.0.2.100/32", "interface": "lo"}
    hosts = segment.host(), segment.host()
    agents = [
        Agent(host, instance(addresses=[address], priority=priority))
        for host, priority in zip(hosts, (200, 100))
    ]
    first, second = start_pair(agents[0], agents[1])
    assert client.reaches(VIP)
    assert client.neighbour_mac(VIP) == hosts[0].mac
    first.ctl("backup", "web")
    second.wait_for("MASTER")
    eventually(lambda: client.neighbour_mac(VIP) == hosts[1].mac, 1)


@pytest.mark.finding("A22")
def test_an_ipv6_address_of_lo_is_refused(segment: Segment) -> None:
    agent = sole(segment)
    address = {"address": "2001:db8:5::1/128", "interface": "lo"}
    agent.configure(instance(excluded_addresses=[address]))
    refused = agent.ctl("reload", check=False)
    assert refused.returncode != 0
    assert "hosts on eth0 can't find an IPv6 address of lo" in refused.stderr
    agent.configure(instance(excluded_addresses=[{**address, "track": False}]))
    agent.ctl("reload")
    assert agent.host.has("2001:db8:5::1", "lo")


@pytest.mark.finding("A15")
def test_the_only_address_of_a_host_is_not_taken_for_a_virtual_one(segment: Segment) -> None:
    host = segment.host()
    agent = Agent(host, instance(addresses=[f"{host.address}/24"]))
    refused = agent.check()
    assert refused.returncode == 1
    assert (
        f"instances[0].addresses: {host.address} is the only IPv4 address of eth0: another address "
        "is needed, or priority 255 on the host that owns it"
    ) in refused.stderr
    agent.configure(instance(addresses=[f"{host.address}/24"], priority=255))
    assert agent.check().returncode == 0


@pytest.mark.finding("A24")
def test_unicast_may_come_from_an_address_of_lo(segment: Segment) -> None:
    hosts = segment.host(), segment.host()
    agents = []
    for host, other, priority in zip(hosts, reversed(hosts), (200, 100)):
        loopback, peer = f"203.0.113.{host.number}", f"203.0.113.{other.number}"
        host.run("ip", "address", "add", f"{loopback}/32", "dev", "lo")
        host.run("ip", "route", "add", f"{peer}/32", "via", other.address)
        settings = {"source_address": loopback, "unicast_peers": [peer], "priority": priority}
        agents.append(Agent(host, instance(**settings)))
    first, second = start_pair(agents[0], agents[1])
    assert first.status()["address"] == f"203.0.113.{hosts[0].number}"
    assert second.status()["master"]["address"] == first.status()["address"]
