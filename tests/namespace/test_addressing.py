# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A master's resources on the real kernel: addresses of all kinds, routes, rules, both families."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.routers import Agent, instance, sole
from support.segment import Capture, Host, Segment, eventually, ip, with_length


def shown(host: Host, interface: str, address: str) -> dict[str, Any]:
    """All that the kernel says of an address."""
    links = json.loads(ip("-json", "-n", host.namespace, "address", "show", "dev", interface))
    found = (one for one in links[0]["addr_info"] if one.get("local") == address)
    return next(found, {})


def test_an_address_has_its_interface_label_and_scope(segment: Segment) -> None:
    elsewhere = {
        "address": "198.51.100.1/28",
        "interface": "eth1",
        "label": "eth1:web",
        "scope": "link",
    }
    agent = sole(segment, addresses=["192.0.2.100/24", elsewhere])
    found = shown(agent.host, "eth1", "198.51.100.1")
    assert (found["prefixlen"], found["label"], found["scope"]) == (28, "eth1:web", "link")
    assert agent.host.has("192.0.2.100")
    agent.stop()
    assert shown(agent.host, "eth1", "198.51.100.1") == {}


BROADCAST = {"address": "192.0.2.100/24", "broadcast": "192.0.2.255"}
PEER = {"address": "198.51.100.1", "peer": "198.51.100.9/30", "interface": "eth1"}
HOME = {"address": "2001:db8::100/64", "home": True, "noprefixroute": True}


def test_an_address_has_its_broadcast_address_its_peer_and_its_flags(segment: Segment) -> None:
    agent = sole(segment, addresses=[BROADCAST, PEER, HOME, "2001:db8::101/64"])
    host = agent.host
    assert shown(host, "eth0", "192.0.2.100")["broadcast"] == "192.0.2.255"
    found = shown(host, "eth1", "198.51.100.1")
    assert (found["address"], found["prefixlen"]) == ("198.51.100.9", 30)
    home = shown(host, "eth0", "2001:db8::100")
    assert (home["home"], home["noprefixroute"]) == (True, True)
    assert "noprefixroute" not in shown(host, "eth0", "2001:db8::101")
    # An address restored is the same, and one that was changed becomes what it was.
    host.run("ip", "address", "delete", "198.51.100.1", "peer", "198.51.100.9/30", "dev", "eth1")
    eventually(lambda: shown(host, "eth1", "198.51.100.1") == found)
    assert agent.status()["counters"]["addresses_restored"] == 1


def test_a_reload_changes_the_attributes_of_an_address(segment: Segment) -> None:
    agent = sole(segment, addresses=[BROADCAST, PEER, "2001:db8::100/64"])
    host, reached = agent.host, agent.status()["transitions"]
    other = {**PEER, "peer": "198.51.100.17/30"}
    agent.configure({**agent.settings()[0], "addresses": ["192.0.2.100/24", other, HOME]})
    agent.ctl("reload")
    eventually(lambda: shown(host, "eth1", "198.51.100.1").get("address") == "198.51.100.17")
    eventually(lambda: "broadcast" not in shown(host, "eth0", "192.0.2.100"))
    eventually(lambda: shown(host, "eth0", "2001:db8::100").get("home") is True)
    assert agent.status()["transitions"] == reached
    agent.kill()
    agent.clean_up()
    for interface, address in (("eth0", "192.0.2.100"), ("eth1", "198.51.100.1")):
        assert shown(host, interface, address) == {}
    assert shown(host, "eth0", "2001:db8::100") == {}


@pytest.mark.finding("D6")
def test_neighbor_advertisements_say_whether_the_host_is_a_router(segment: Segment) -> None:
    host = segment.host()
    # 136 is a Neighbor Advertisement; the flags come behind type, code and checksum.
    capture = Capture(
        segment.host(), "icmp6 and ip6[40] == 136 and ether dst 33:33:00:00:00:01", "-v"
    )
    settings = {"addresses": ["fe80::100/64", "2001:db8::100/64"], "announce_refresh": 0.2}
    agent = Agent(host, instance(**settings)).start()
    agent.wait_for("MASTER")
    flags = "tgt is 2001:db8::100, Flags [override]"
    eventually(lambda: any(flags in line for line in capture.packets()))
    assert not any("router" in line for line in capture.packets())
    host.run("sysctl", "-qw", "net.ipv6.conf.eth0.forwarding=1")
    eventually(lambda: any("[router, override]" in line for line in capture.packets()))
    host.run("sysctl", "-qw", "net.ipv6.conf.eth0.forwarding=0")
    eventually(lambda: any(flags in line for line in capture.packets()[-4:]))


def test_an_instance_may_have_addresses_of_several_subnets(segment: Segment) -> None:
    addresses = ["192.0.2.100/24", "198.51.100.1/24", "203.0.113.1/28"]
    agent = sole(segment, addresses=addresses)
    assert {"192.0.2.100", "198.51.100.1", "203.0.113.1"} <= agent.host.addresses()
    client = segment.host()
    client.run("ip", "address", "add", "198.51.100.9/24", "dev", "eth0")
    assert client.reaches("192.0.2.100")
    assert client.reaches("198.51.100.1")


def test_an_instance_waits_for_the_interfaces_of_its_addresses(segment: Segment) -> None:
    elsewhere = {"address": "198.51.100.1/28", "interface": "eth1"}
    host = segment.host()
    agent = Agent(host, instance(addresses=["192.0.2.100/24", elsewhere])).start()
    assert agent.wait_for("INITIALIZE")["reason"] == "eth1 does not exist"
    host.add_interface("eth1")
    agent.wait_for("MASTER")
    assert host.has("198.51.100.1", "eth1")
    ip("-n", host.namespace, "link", "delete", "eth1")
    agent.wait_for("INITIALIZE")
    assert not host.has("192.0.2.100")


def test_excluded_addresses_are_served_and_not_advertised(segment: Segment) -> None:
    first, second = segment.host(), segment.host()
    settings = {"excluded_addresses": ["192.0.2.101/24", "2001:db8::101/64"]}
    master = Agent(first, instance(priority=200, **settings)).start()
    master.wait_for("MASTER")
    # The other one does not know of them, and finds nothing amiss in what is advertised.
    backup = Agent(second, instance(priority=100)).start()
    backup.wait_for("BACKUP")
    for address in ("192.0.2.100", "192.0.2.101", "2001:db8::101"):
        assert second.reaches(address)
    eventually(lambda: backup.status()["counters"]["advertisements_received"] > 2)
    assert "addresses_mismatch" not in backup.status()["counters"]
    master.stop()
    assert not first.has("192.0.2.101")
    assert not first.has("2001:db8::101")


def test_an_entry_with_both_families_serves_both(segment: Segment) -> None:
    first, second = segment.host(), segment.host()
    both = instance(addresses=["192.0.2.100/24", "2001:db8::100/64"])
    master = Agent(first, {**both, "priority": 200}).start()
    eventually(lambda: {one["state"] for one in master.every("web")} == {"MASTER"})
    backup = Agent(second, both).start()
    families = [one["family"] for one in master.every("web")]
    assert families == ["ipv4", "ipv6"]
    # The link-local address is made of the VRID, 51 = 0x33, where none is given.
    assert master.every("web")[1]["addresses"] == ["fe80::200:5eff:fe00:233/64", "2001:db8::100/64"]
    assert first.has("fe80::200:5eff:fe00:233")
    assert second.reaches("192.0.2.100")
    assert second.reaches("2001:db8::100")
    eventually(lambda: all(one["master"] for one in backup.every("web")))
    master.ctl("backup", "web")
    eventually(lambda: {one["state"] for one in backup.every("web")} == {"MASTER"})
    assert {one["intent"] for one in master.every("web")} == {"backup"}
    eventually(lambda: {one["state"] for one in master.every("web")} == {"BACKUP"})


def routes(host: Host, family: str, table: str = "main") -> list[dict[str, Any]]:
    """The routes of a table."""
    command = ("-json", family, "-n", host.namespace, "route", "show", "table", table)
    found: list[dict[str, Any]] = json.loads(ip(*command) or "[]")
    return found


def test_routes_and_rules_come_and_go_with_mastership(segment: Segment) -> None:
    ways = [
        {"destination": "203.0.113.0/24", "via": "192.0.2.1", "metric": 50},
        {"destination": "default", "via": "192.0.2.1", "table": 100, "source": "192.0.2.100"},
        {"destination": "2001:db8:1::/48", "via": "2001:db8::1"},
        {"destination": "198.51.100.0/24", "interface": "eth1"},
    ]
    rules = [{"from": "192.0.2.100/32", "table": 100, "priority": 1000}, {"mark": 7, "table": 300}]
    agent = sole(segment, virtual_routes=ways, virtual_rules=rules)
    host = agent.host
    (route,) = [one for one in routes(host, "-4") if one["dst"] == "203.0.113.0/24"]
    assert (route["gateway"], route["metric"], route["dev"]) == ("192.0.2.1", 50, "eth0")
    (default,) = routes(host, "-4", "100")
    assert (default["dst"], default["prefsrc"]) == ("default", "192.0.2.100")
    assert [one for one in routes(host, "-6") if one["dst"] == "2001:db8:1::/48"]
    assert [one["dev"] for one in routes(host, "-4") if one["dst"] == "198.51.100.0/24"] == ["eth1"]
    listed = json.loads(ip("-json", "-n", host.namespace, "rule", "show"))
    assert [one["table"] for one in listed if one.get("src") == "192.0.2.100"] == ["100"]
    assert [one["table"] for one in listed if one.get("fwmark") == "0x7"] == ["300"]
    agent.stop()
    assert not [one for one in routes(host, "-4") if one["dst"] in ("203.0.113.0/24", "default")]
    assert not [one for one in routes(host, "-6") if one["dst"] == "2001:db8:1::/48"]
    assert len(json.loads(ip("-json", "-n", host.namespace, "rule", "show"))) == 3


def test_a_clean_up_removes_routes_and_rules(segment: Segment) -> None:
    agent = sole(
        segment,
        virtual_routes=[{"destination": "203.0.113.0/24", "via": "192.0.2.1"}],
        virtual_rules=[{"from": "192.0.2.100/32", "table": 100}],
    )
    agent.kill()
    agent.clean_up()
    assert not agent.host.has("192.0.2.100")
    assert not [one for one in routes(agent.host, "-4") if one["dst"] == "203.0.113.0/24"]
    assert len(json.loads(ip("-json", "-n", agent.host.namespace, "rule", "show"))) == 3


@pytest.mark.parametrize("family", ["192.0.2.100", "2001:db8::100"])
@pytest.mark.parametrize("accepts", [True, False])
def test_a_master_drops_packets_to_its_addresses_without_accept_mode(
    segment: Segment, family: str, accepts: bool
) -> None:
    agent = sole(segment, addresses=[with_length(family)], accept_mode=accepts)
    client = segment.host()
    own = agent.host.address6 if ":" in family else agent.host.address
    assert client.reaches(own)
    assert client.reaches(family) is accepts
    # Neighbours learn the address in any case: RFC 9568 section 6.4.3.
    assert client.neighbour_mac(family) == agent.host.mac
    tables = agent.host.run("nft", "list", "tables")
    assert ("vrrp_agent_" in tables) is not accepts
    agent.configure(instance(addresses=[with_length(family)], accept_mode=not accepts))
    agent.ctl("reload")
    assert client.reaches(family) is not accepts
    agent.stop()
    assert "vrrp_agent_" not in agent.host.run("nft", "list", "tables")


def test_a_clean_up_removes_the_filter(segment: Segment) -> None:
    agent = sole(segment, accept_mode=False)
    agent.kill()
    agent.clean_up()
    assert "vrrp_agent_" not in agent.host.run("nft", "list", "tables")


def test_a_filter_flushed_by_another_program_is_restored(segment: Segment) -> None:
    agent = sole(segment, accept_mode=False)
    client = segment.host()
    assert not client.reaches("192.0.2.100")
    for _time in range(2):
        # This is what the usual nftables.conf begins with, and so every reload of it.
        agent.host.run("nft", "flush", "ruleset")
        eventually(lambda: "vrrp_agent_" in agent.host.run("nft", "list", "tables"))
        assert not client.reaches("192.0.2.100")
    assert "creating it again" in agent.log.read_text()
    agent.stop()
    assert "vrrp_agent_" not in agent.host.run("nft", "list", "tables")
