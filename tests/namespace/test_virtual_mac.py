# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual MAC on the real kernel: who answers with it, what is set for it, what is left."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from typing import Any

import pytest
from support.moves import drain_and_return
from support.routers import Agent, StartPair, instance
from support.segment import Capture, Host, Probe, Segment, eventually, ip, with_length

VIP = "192.0.2.100"
MAC4, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
FAMILIES = [
    pytest.param(VIP, MAC4, id="ipv4"),
    pytest.param("2001:db8::100", MAC6, id="ipv6"),
]


def virtual(address: str, **settings: Any) -> dict[str, Any]:
    return instance(addresses=[with_length(address)], virtual_mac=True, **settings)


def device(host: Host) -> str:
    """The macvlan that is there, or nothing."""
    links = json.loads(ip("-json", "-n", host.namespace, "link", "show", "type", "macvlan") or "[]")
    return next((str(one["ifname"]) for one in links if one), "")


@pytest.mark.parametrize(("address", "mac"), FAMILIES)
def test_clients_learn_the_virtual_mac_and_keep_it(
    pair: StartPair, client: Host, address: str, mac: str
) -> None:
    first, second = pair(**virtual(address))
    assert client.reaches(address)
    assert client.neighbour_mac(address) == mac
    first.host.unplug()
    second.wait_for("MASTER")
    assert client.reaches(address)
    assert client.neighbour_mac(address) == mac


@pytest.mark.parametrize(("address", "_mac"), FAMILIES)
def test_the_macvlan_may_have_another_mac(
    pair: StartPair, client: Host, address: str, _mac: str
) -> None:
    chosen = "02:00:5e:00:01:33"
    first, second = pair(**virtual(address, virtual_mac_address=chosen))
    assert client.reaches(address)
    assert client.neighbour_mac(address) == chosen
    first.host.unplug()
    second.wait_for("MASTER")
    assert client.reaches(address)
    # A reload exchanges it.
    second.configure({**second.settings()[0], "virtual_mac_address": "02:00:5e:00:01:34"})
    second.ctl("reload")
    second.wait_for("MASTER")
    eventually(lambda: client.reaches(address))
    assert client.neighbour_mac(address) == "02:00:5e:00:01:34"


@pytest.mark.parametrize(("address", "mac"), FAMILIES)
def test_the_hosts_own_address_keeps_its_own_mac(
    pair: StartPair, client: Host, address: str, mac: str
) -> None:
    first, _second = pair(**virtual(address))
    own = first.host.address
    assert client.reaches(own)
    assert client.neighbour_mac(own) == first.host.mac
    # Answering from the virtual address, the host asks for the client: not in its name.
    ip("-n", first.host.namespace, "neighbor", "flush", "all")
    assert client.reaches(address)
    assert client.neighbour_mac(address) == mac


@pytest.mark.parametrize(("address", "mac"), FAMILIES)
def test_the_device_is_up_on_the_master_only_and_has_no_address_of_its_own(
    pair: StartPair, address: str, mac: str
) -> None:
    first, second = pair(**virtual(address))
    for agent, up in ((first, True), (second, False)):
        name = device(agent.host)
        (link,) = json.loads(ip("-json", "-n", agent.host.namespace, "link", "show", name))
        assert ("UP" in link["flags"]) is up
        assert link["address"] == mac
        expected = set(agent.status()["addresses"]) if up else set()
        assert agent.host.addresses(name) == {one.partition("/")[0] for one in expected}


@pytest.mark.parametrize(("address", "mac"), FAMILIES)
def test_two_masters_with_one_mac_hear_each_other(
    pair: StartPair, client: Host, address: str, mac: str
) -> None:
    first, second = pair(**virtual(address))
    second.host.isolate()
    second.wait_for("MASTER")
    second.host.rejoin()
    assert second.wait_for("BACKUP")["master"]["priority"] == 200
    assert first.status()["transitions"] == 2
    assert client.reaches(address)


def settings_of(host: Host) -> str:
    names = ("conf.eth0.arp_ignore", "conf.eth0.arp_announce", "conf.all.rp_filter")
    return host.run("sysctl", *(f"net.ipv4.{name}" for name in names))


def test_a_stopped_or_cleaned_up_agent_leaves_no_macvlan_and_no_sysctl_behind(
    segment: Segment,
) -> None:
    host = segment.host()
    host.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1")
    before = settings_of(host)
    agent = Agent(host, virtual("192.0.2.100")).start()
    agent.wait_for("MASTER")
    client = segment.host()
    assert client.reaches("192.0.2.100")
    assert settings_of(host) != before
    agent.kill()
    agent.clean_up()
    assert (settings_of(host), device(host)) == (before, "")
    agent.start().wait_for("MASTER")
    agent.stop()
    assert (settings_of(host), device(host)) == (before, "")


def test_a_reload_turns_the_virtual_mac_on_and_off(pair: StartPair, client: Host) -> None:
    first, _second = pair(**virtual("192.0.2.100"))
    first.configure(instance(addresses=["192.0.2.100/24"], priority=200))
    first.ctl("reload")
    assert device(first.host) == ""
    first.wait_for("MASTER")
    eventually(lambda: client.reaches("192.0.2.100"))
    eventually(lambda: client.neighbour_mac("192.0.2.100") == first.host.mac)


def test_two_virtual_macs_work_on_one_interface(segment: Segment) -> None:
    host = segment.host()
    both = virtual("192.0.2.100"), virtual("192.0.2.101", name="db", vrid=52)
    agent = Agent(host, *both).start()
    agent.wait_for("MASTER")
    agent.wait_for("MASTER", name="db")
    client = segment.host()
    assert client.reaches("192.0.2.100")
    assert client.reaches("192.0.2.101")
    assert client.neighbour_mac("192.0.2.101") == "00:00:5e:00:01:34"


# Any frame of the new host from the virtual MAC moves the switch's traffic there, and a late frame
# of the old host moves it back, until the next one of the new host. In IPv6 Linux repeats reports
# of its groups (MLD) within two seconds, so that an advertisement interval may get lost, 0.1 s. In
# IPv4 up to ten packets do where the processor is given to others just then, at 1000 a second.
LOST_IN_A_MOVE = {MAC4: 10, MAC6: 100}


@pytest.mark.measured
@pytest.mark.parametrize(("address", "mac"), FAMILIES)
def test_planned_moves_lose_hardly_a_packet(
    pair: StartPair, client: Host, address: str, mac: str
) -> None:
    first, second = pair(**virtual(address))
    assert client.reaches(address)
    probe = Probe(client, address)
    eventually(lambda: first.status()["seconds_in_state"] > 1)
    drain_and_return(first, second)
    result = probe.finish()
    assert len(result["gaps"]) <= 2, json.dumps(result)
    assert all(length <= LOST_IN_A_MOVE[mac] for _start, length in result["gaps"]), json.dumps(
        result
    )


@pytest.mark.finding("A9")
@pytest.mark.parametrize(("address", "mac"), FAMILIES)
def test_a_macvlan_that_is_deleted_is_restored_without_an_election(
    segment: Segment, client: Host, address: str, mac: str
) -> None:
    # With this interval an election would take 3 s.
    agent = Agent(segment.host(), virtual(address, advertisement_interval=1)).start()
    agent.wait_for("MASTER")
    ip("-n", agent.host.namespace, "link", "delete", device(agent.host))
    eventually(lambda: client.reaches(address), 2)
    assert client.neighbour_mac(address) == mac
    assert agent.status()["transitions"] == 2


@pytest.mark.finding("A9")
def test_a_macvlan_that_is_set_down_is_set_up_again(segment: Segment, client: Host) -> None:
    host, peer = segment.host(), segment.host()
    both = virtual("192.0.2.100", unicast_peers=[peer.address], source_address=host.address)
    agent = Agent(host, {**both, "addresses": ["192.0.2.100/24", "198.51.100.100/24"]}).start()
    agent.wait_for("MASTER")
    ip("-n", host.namespace, "link", "set", device(host), "down")
    eventually(lambda: client.reaches("192.0.2.100"), 2)
    assert agent.status()["counters"]["interfaces_restored"] == 1


@pytest.mark.finding("A9")
def test_a_macvlan_that_is_deleted_again_and_again_is_not_fought_for(segment: Segment) -> None:
    agent = Agent(segment.host(), virtual("192.0.2.100")).start()
    agent.wait_for("MASTER")

    def is_given_up() -> bool:
        name = device(agent.host)
        with suppress(subprocess.CalledProcessError):  # The agent may be as fast.
            ip("-n", agent.host.namespace, "link", "delete", name)
        status = agent.status()
        why = "is removed again and again by another program"
        return bool(status["state"] == "INITIALIZE" and status["reason"].endswith(why))

    eventually(is_given_up)
    agent.wait_for("MASTER", 25)


@pytest.mark.finding("A9")
def test_a_macvlan_on_an_interface_of_a_great_index_has_a_name_that_fits(segment: Segment) -> None:
    host = segment.host()
    names = ("link", "add", "lan0", "index", "1234567", "type", "veth", "peer", "name", "far0")
    ip("-n", host.namespace, *names)
    for name in ("lan0", "far0"):
        ip("-n", host.namespace, "link", "set", name, "up")
    host.run("ip", "address", "add", "198.51.100.1/24", "dev", "lan0")
    settings = virtual("192.0.2.100", interface="lan0", vrid=251)
    agent = Agent(host, {**settings, "addresses": ["198.51.100.100/24"]}).start()
    agent.wait_for("MASTER")
    # 1234567 is qglj to the base 36, and 251 = 0xfb.
    assert device(host) == "vrrp4xfb.qglj"
    assert host.has("198.51.100.100", "vrrp4xfb.qglj")


@pytest.mark.finding("A17")
def test_a_macvlan_has_its_parents_group_and_the_name_that_was_chosen(segment: Segment) -> None:
    host = segment.host()
    host.run("ip", "link", "set", "eth0", "group", "7")
    settings = virtual("192.0.2.100", virtual_mac_name="vip0")
    agent = Agent(host, {**settings, "addresses": ["192.0.2.100/24", "2001:db8::100/64"]}).start()
    agent.wait_for("MASTER")
    links = json.loads(ip("-json", "-d", "-n", host.namespace, "link", "show", "type", "macvlan"))
    assert {one["ifname"]: one["group"] for one in links} == {"vip0": "7", "vip06": "7"}
    agent.stop()
    assert device(host) == ""


IN_READ_ONLY_PROC = (
    "unshare", "--mount", "sh", "-c",
    'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"', "sh",
)  # fmt: skip


@pytest.mark.finding("A23")
def test_settings_that_can_not_be_written_are_tried_again_slowly(segment: Segment) -> None:
    host = segment.host()
    agent = Agent(host, virtual("192.0.2.100")).start(under=IN_READ_ONLY_PROC)
    agent.wait_for("INITIALIZE")
    uptime = eventually(lambda: agent.status()["seconds_in_state"] > 3 and agent.status())
    assert "Read-only file system" in uptime["reason"]
    lines = [line for line in agent.log.read_text().splitlines() if "Read-only" in line]
    assert len(lines) <= 4, lines


def answering(client: Host, address: str) -> set[str]:
    """Ask for the MAC address of an address; returns all that are answered."""
    is_ipv6 = ":" in address
    kind = "icmp6 and ip6[40] == 136" if is_ipv6 else "arp[6:2] == 2"
    capture = Capture(client, kind, "-e", "--immediate-mode")
    for _time in range(3):
        client.run("ip", "neighbor", "flush", "all")
        assert client.reaches(address)
    eventually(lambda: sum(address in line for line in capture.packets()) >= 3)
    return {line.split()[1] for line in capture.finish() if address in line}


@pytest.mark.finding("D8")
@pytest.mark.parametrize(("address", "mac"), FAMILIES)
def test_an_owner_with_a_virtual_mac_answers_with_that_alone(
    segment: Segment, client: Host, address: str, mac: str
) -> None:
    host = segment.host()
    nodad = ["nodad"] if ":" in address else []
    host.run("ip", "address", "add", with_length(address), "dev", "eth0", *nodad)
    owner = Agent(host, virtual(address, priority=255)).start()
    owner.wait_for("MASTER")
    # The interface is silenced a moment after the macvlan answers.
    eventually(lambda: "vrrp_agent" in host.run("nft", "list", "tables"), 3, "the filter")
    assert answering(client, address) == {mac}
    own = host.address6 if ":" in address else host.address
    assert answering(client, own) == {host.mac}
    owner.stop()
    assert answering(client, address) == {host.mac}


@pytest.mark.finding("D8")
def test_a_macvlan_answers_for_no_other_host(segment: Segment, client: Host) -> None:
    host, other = segment.host(), segment.host()
    for name in ("all/proxy_arp", "all/forwarding"):
        host.run("sysctl", "-qw", f"net/ipv4/conf/{name}=1")
    master = Agent(host, virtual("192.0.2.100")).start()
    master.wait_for("MASTER")
    # Otherwise the kernel answers for another host up to 0.8 s later.
    host.run("sysctl", "-qw", f"net/ipv4/neigh/{device(host)}/proxy_delay=0")
    assert answering(client, "192.0.2.100") == {MAC4}
    assert answering(client, other.address) == {other.mac}


@pytest.mark.finding("G6")
@pytest.mark.parametrize("metric", [100, 1024])
@pytest.mark.parametrize("arp_filter", [(), ("all",), ("all", "eth0")], ids=["", "all", "both"])
def test_the_hosts_own_traffic_keeps_its_way_whatever_its_metric(
    segment: Segment, client: Host, metric: int, arp_filter: tuple[str, ...]
) -> None:
    agent = Agent(segment.host(), instance(virtual_mac=True))
    host = agent.host
    # As NetworkManager and networkd with DHCP do it; keepalived leaves arp_filter behind.
    network = ("192.0.2.0/24", "dev", "eth0", "proto", "kernel", "scope", "link")
    host.run("ip", "route", "add", *network, "src", host.address, "metric", str(metric))
    host.run("ip", "route", "delete", *network, "metric", "0")
    for name in arp_filter:
        host.run("sysctl", "-qw", f"net.ipv4.conf.{name}.arp_filter=1")
    agent.start().wait_for("MASTER")
    found = json.loads(ip("-json", "-n", host.namespace, "route", "get", client.address))[0]
    assert (found["dev"], found["prefsrc"]) == ("eth0", host.address)
    assert client.reaches(host.address)
    assert client.reaches(VIP)
    assert client.neighbour_mac(VIP) == "00:00:5e:00:01:33"
    agent.stop()
    left = host.run("sysctl", "-n", "net.ipv4.conf.all.arp_filter", "net.ipv4.conf.lo.arp_filter")
    assert left.split() == ["1" if "all" in arp_filter else "0", "0"]
