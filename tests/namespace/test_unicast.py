# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unicast on the real kernel: to every peer, from peers only, and never to the group."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.routers import Agent, instance
from support.segment import Capture, Host, Segment, eventually, with_length

FAMILIES = [pytest.param(4, id="ipv4"), pytest.param(6, id="ipv6")]


def own(host: Host, family: int) -> str:
    return host.address6 if family == 6 else host.address


def unicast(host: Host, others: list[Host], family: int, **settings: Any) -> Agent:
    address = "2001:db8::100" if family == 6 else "192.0.2.100"
    peers = [own(one, family) for one in (host, *others)]
    given = {"addresses": [with_length(address)], "unicast_peers": peers, **settings}
    return Agent(host, instance(**given)).start()


def trio(segment: Segment, family: int) -> list[Agent]:
    """Three hosts that name each other, the first of them master."""
    hosts = [segment.host() for _number in range(3)]
    agents = [
        unicast(host, [one for one in hosts if one is not host], family, priority=priority)
        for host, priority in zip(hosts, (200, 150, 100))
    ]
    agents[0].wait_for("MASTER")
    for agent in agents[1:]:
        agent.wait_for("BACKUP")
        agent.wait_until_it_hears_a_master()
    return agents


@pytest.mark.parametrize("family", FAMILIES)
def test_every_peer_hears_the_master_and_nobody_sends_to_the_group(
    segment: Segment, family: int
) -> None:
    listener = segment.host()
    capture = Capture(listener, "dst host 224.0.0.18 or dst host ff02::12")
    first, second, third = trio(segment, family)
    assert second.status()["master"]["address"] == own(first.host, family)
    assert third.status()["master"]["address"] == own(first.host, family)
    first.host.unplug()
    second.wait_for("MASTER")
    third.wait_for("BACKUP")
    eventually(lambda: third.status()["master"]["address"] == own(second.host, family))
    first.host.plug_in()
    first.wait_for("MASTER")
    second.stop()
    first.stop()
    third.wait_for("MASTER")
    # What is sent to the group reaches every host of a segment, and so would reach this one.
    assert [line for line in capture.finish() if "VRRP" in line] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_an_unknown_peer_is_counted_and_ignored(segment: Segment, family: int) -> None:
    first, second, third = (segment.host() for _number in range(3))
    master = unicast(first, [second], family, priority=100)
    master.wait_for("MASTER")
    unicast(third, [first], family, priority=200).wait_for("MASTER")
    eventually(lambda: master.status()["counters"].get("unknown_peer", 0) > 2)
    assert master.status()["state"] == "MASTER"
    lax = instance(**json.loads(master.config.read_text())["instances"][0])
    master.configure({**lax, "check_unicast_source": False})
    master.ctl("reload")
    master.wait_for("BACKUP")


@pytest.mark.parametrize("family", FAMILIES)
def test_unicast_uses_the_configured_ttl_and_range(segment: Segment, family: int) -> None:
    first, second = segment.host(), segment.host()
    range_of_others = {"unicast_ttl_min": 60, "unicast_ttl_max": 64}
    master = unicast(first, [second], family, priority=200, unicast_ttl=64, **range_of_others)
    backup = unicast(second, [first], family, priority=100, unicast_ttl=63, **range_of_others)
    master.wait_for("MASTER")
    backup.wait_for("BACKUP")
    backup.wait_until_it_hears_a_master()
    strict = json.loads(backup.config.read_text())["instances"][0]
    backup.configure({**strict, "unicast_ttl_max": 63})
    backup.ctl("reload")
    eventually(lambda: backup.status()["counters"].get("invalid_ttl", 0) > 2)


@pytest.mark.finding("D3")
@pytest.mark.parametrize("family", FAMILIES)
def test_the_own_peer_is_the_source_whatever_else_the_interface_has(
    segment: Segment, family: int
) -> None:
    hosts = [segment.host() for _number in range(2)]
    for host in hosts:
        add_address_before(host, family)
    first, second = (
        unicast(host, [other], family, priority=priority)
        for host, other, priority in zip(hosts, reversed(hosts), (200, 100))
    )
    first.wait_for("MASTER")
    second.wait_for("BACKUP")
    second.wait_until_it_hears_a_master()
    for host in hosts:
        another = f"2001:db8::8:{host.number}/64" if family == 6 else f"192.0.2.8{host.number}/24"
        host.run(
            "ip", "address", "add", another, "dev", "eth0", *(["nodad"] if family == 6 else [])
        )
    sent = first.status()["counters"]["advertisements_sent"]
    eventually(lambda: first.status()["counters"]["advertisements_sent"] > sent + 10)
    assert second.status()["state"] == "BACKUP"
    assert second.status()["master"]["address"] == own(hosts[0], family)
    assert "unknown_peer" not in second.status()["counters"]


def add_address_before(host: Host, family: int) -> None:
    """Give eth0 an address that the kernel lists before the host's own, and prefers."""
    if family == 6:
        host.run("ip", "address", "add", f"2001:db8::7:{host.number}/64", "dev", "eth0", "nodad")
        return
    host.run("ip", "address", "delete", f"{host.address}/24", "dev", "eth0")
    for address in (f"192.0.2.7{host.number}", host.address):
        host.run("ip", "address", "add", f"{address}/24", "dev", "eth0")


@pytest.mark.finding("D3")
def test_a_list_of_peers_without_an_own_address_is_an_error(segment: Segment) -> None:
    first, second = segment.host(), segment.host()
    agent = Agent(first, instance(unicast_peers=[second.address])).start()
    what = (
        "eth0 has none of the addresses in unicast_peers, which have to include that of this host"
    )
    assert agent.wait_for("INITIALIZE")["reason"] == what
    checked = agent.check()
    assert checked.returncode != 0
    assert f"instances[0].unicast_peers: {what}; or set source_address" in checked.stderr
    agent.configure(instance(unicast_peers=[second.address, first.address]))
    agent.ctl("reload")
    assert agent.wait_for("MASTER")["address"] == first.address


def test_advertisements_come_from_the_configured_source_address(segment: Segment) -> None:
    first, second = segment.host(), segment.host()
    agent = unicast(first, [second], 4, source_address="192.0.2.77")
    assert agent.wait_for("INITIALIZE")["reason"] == "eth0 has no address 192.0.2.77"
    first.run("ip", "address", "add", "192.0.2.77/24", "dev", "eth0")
    assert agent.wait_for("MASTER")["address"] == "192.0.2.77"
    capture = Capture(second, "proto 112 and src 192.0.2.77")
    assert len(eventually(lambda: capture.packets() if len(capture.packets()) > 2 else None)) > 2
    capture.finish()


def test_an_unreachable_peer_does_no_harm(segment: Segment) -> None:
    first, second = segment.host(), segment.host()
    settings = {"unicast_peers": ["198.51.100.7", first.address, second.address], "priority": 200}
    agent = Agent(first, instance(**settings)).start()
    agent.wait_for("MASTER")
    backup = unicast(second, [first], 4, priority=100)
    backup.wait_for("BACKUP")
    eventually(lambda: agent.status()["counters"]["advertisements_sent"] > 20)
    assert agent.status()["transitions"] == 2
    assert backup.status()["state"] == "BACKUP"


def test_a_planned_move_works_by_unicast(segment: Segment) -> None:
    first, second, _third = trio(segment, 4)
    first.ctl("backup", "web")
    assert second.wait_for("MASTER")["reason"].endswith("resigned")
    first.wait_for("BACKUP")
    first.ctl("master", "web")
    first.wait_for("MASTER")
    second.wait_for("BACKUP")


def test_a_virtual_mac_works_by_unicast(segment: Segment) -> None:
    first, second = segment.host(), segment.host()
    master = unicast(first, [second], 4, priority=200, virtual_mac=True)
    backup = unicast(second, [first], 4, priority=100, virtual_mac=True)
    master.wait_for("MASTER")
    backup.wait_for("BACKUP")
    client = segment.host()
    assert client.reaches("192.0.2.100")
    assert client.neighbour_mac("192.0.2.100") == "00:00:5e:00:01:33"
    first.isolate()
    backup.wait_for("MASTER")
    first.rejoin()
    backup.wait_for("BACKUP")
