# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The RFCs' demands on the kernel: answer, accept and forward for the virtual addresses."""

from __future__ import annotations

import pytest
from support.routers import Agent, StartPair, instance
from support.segment import Capture, Host, Segment, eventually, ip

IPV4, IPV6 = "192.0.2.100", "2001:db8::100"
FAMILIES = [
    pytest.param(IPV4, "arp and arp[6:2] = 2", id="ipv4"),
    pytest.param(
        IPV6, "icmp6 and ip6[40] = 136 and ip6[48:4] = 0x20010db8 and ip6[60:4] = 0x100", id="ipv6"
    ),
]
MACS = [pytest.param(False, id="own mac"), pytest.param(True, id="virtual mac")]
BOTH = [f"{IPV4}/24", f"{IPV6}/64"]


@pytest.mark.parametrize(("address", "answers"), FAMILIES)
@pytest.mark.parametrize("virtual_mac", MACS)
def test_the_master_answers_for_the_addresses_and_the_backup_does_not(
    pair: StartPair, client: Host, address: str, answers: str, virtual_mac: bool
) -> None:
    first, second = pair(addresses=BOTH, virtual_mac=virtual_mac)
    capture = Capture(client, answers, "-v")
    family = "2" if ":" in address else "1"
    mac = f"00:00:5e:00:0{family}:33" if virtual_mac else first.host.mac

    def has_answer() -> bool:
        ip("-n", client.namespace, "neighbor", "flush", "all")
        return client.reaches(address) and mac in "".join(capture.packets())

    eventually(has_answer)
    assert client.neighbour_mac(address) == mac
    # No host announced another hardware address for it.
    text = "".join(capture.finish())
    others = {agent.host.mac for agent in (first, second)} - {mac}
    assert not [one for one in others if one in text]


def test_a_backup_drops_packets_to_the_virtual_mac(segment: Segment) -> None:
    host, client = segment.host(), segment.host()
    settings = {"virtual_mac": True, "addresses": [f"{IPV4}/24"]}
    # Nobody else has the virtual MAC address, so the segment brings it what is sent there.
    agent = Agent(host, instance(startup_delay=3600, **settings)).start()
    agent.wait_for("BACKUP")
    entry = ("lladdr", "00:00:5e:00:01:33", "dev", "eth0", "nud", "permanent")
    ip("-n", client.namespace, "neighbor", "replace", host.address, *entry)
    assert not client.reaches(host.address)
    assert agent.status()["state"] == "BACKUP"
    agent.ctl("master", "web")
    agent.wait_for("MASTER")
    eventually(lambda: client.reaches(host.address))


def test_neighbour_messages_pass_without_accept_mode(pair: StartPair, client: Host) -> None:
    first, _second = pair(addresses=BOTH, accept_mode=False)
    # A probe goes to the address itself, and only an answer makes the entry reachable.
    entry = ("lladdr", first.host.mac, "dev", "eth0", "nud", "probe")
    ip("-n", client.namespace, "neighbor", "replace", IPV6, *entry)
    shown = ("-n", client.namespace, "neighbor", "show", IPV6)
    eventually(lambda: "REACHABLE" in ip(*shown))
    assert not client.reaches(IPV6)


def test_a_master_sends_no_router_advertisements(segment: Segment, pair: StartPair) -> None:
    listener = segment.host()
    capture = Capture(listener, "icmp6 and ip6[40] = 134")
    first, second = pair(
        addresses=BOTH,
    )
    first.stop()
    second.wait_for("MASTER")
    assert not "".join(capture.finish())


def test_a_master_adds_addresses_without_duplicate_address_detection(segment: Segment) -> None:
    host = segment.host()
    host.run("sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=1")
    agent = Agent(host, instance(addresses=[f"{IPV6}/64"])).start()
    agent.wait_for("MASTER")
    shown = host.run("ip", "-6", "address", "show", "dev", "eth0", "to", IPV6)
    assert "nodad" in shown
    assert "tentative" not in shown


@pytest.mark.parametrize("virtual_mac", MACS)
def test_the_master_forwards_packets_sent_to_its_mac_address(
    segment: Segment, pair: StartPair, client: Host, virtual_mac: bool
) -> None:
    first, _second = pair(addresses=BOTH, virtual_mac=virtual_mac)
    far = segment.host()
    first.host.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    first.host.run("ip", "address", "add", "203.0.113.1/24", "dev", "eth0")
    far.run("ip", "address", "add", "203.0.113.7/24", "dev", "eth0")
    far.run("ip", "route", "replace", f"{client.address}/32", "via", "203.0.113.1")
    client.run("sysctl", "-qw", "net.ipv4.conf.all.accept_redirects=0")
    client.run("sysctl", "-qw", "net.ipv4.conf.eth0.accept_redirects=0")
    client.run("ip", "route", "add", "203.0.113.0/24", "via", IPV4)
    assert client.reaches("203.0.113.7")


def test_an_owner_accepts_packets_without_accept_mode(segment: Segment) -> None:
    owner, client = segment.host(), segment.host()
    settings = instance(priority=255, addresses=[f"{owner.address}/24"], accept_mode=False)
    Agent(owner, settings).start().wait_for("MASTER")
    assert client.reaches(owner.address)


@pytest.mark.parametrize("virtual_mac", MACS)
def test_a_master_joins_the_solicited_node_group_and_answers_as_a_router(
    pair: StartPair, client: Host, virtual_mac: bool
) -> None:
    first, second = pair(addresses=BOTH, virtual_mac=virtual_mac)
    group = "ff02::1:ff00:100"
    assert group in first.host.run("ip", "maddress", "show")
    assert group not in second.host.run("ip", "maddress", "show")
    index = first.host.run("cat", "/sys/class/net/eth0/ifindex").strip()
    name = f"vrrp6.51.{index}" if virtual_mac else "eth0"
    first.host.run("sysctl", "-qw", f"net/ipv6/conf/{name}/forwarding=1")
    capture = Capture(client, "icmp6 and ip6[40] = 136", "-v")
    ip("-n", client.namespace, "neighbor", "flush", "all")
    assert client.reaches(IPV6)
    eventually(lambda: "Flags [router, solicited" in "".join(capture.packets()))
    capture.finish()


@pytest.mark.parametrize(
    ("expression", "precedence"),
    [
        pytest.param("ip proto 112", "tos 0xc0", id="ipv4"),
        pytest.param("ip6 proto 112", "class 0xc0", id="ipv6"),
    ],
)
def test_advertisements_are_sent_with_internetwork_control_precedence(
    pair: StartPair, client: Host, expression: str, precedence: str
) -> None:
    _first, _second = pair(
        addresses=BOTH,
    )
    capture = Capture(client, expression, "-v")
    eventually(lambda: precedence in "".join(capture.packets()))
    capture.finish()
