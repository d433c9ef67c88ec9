# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources that other programs remove, or stand in the way of, and that the kernel refuses."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from support.routers import Agent, instance, sole
from support.segment import Host, Probe, Segment, eventually, ip

VIP = "192.0.2.100"
ROUTE = {"destination": "203.0.113.0/24", "interface": "eth1"}
RULE = {"mark": 7, "table": 300, "priority": 1000}


def shown(host: Host, interface: str, address: str) -> list[dict[str, Any]]:
    """An address of an interface, once for each prefix length."""
    links = json.loads(ip("-json", "-n", host.namespace, "address", "show", "dev", interface))
    return [one for one in links[0]["addr_info"] if one.get("local") == address]


def has_route(host: Host, destination: str, *selectors: str) -> bool:
    """Whether the host has a route to exactly this destination."""
    family = "-6" if ":" in destination else "-4"
    return bool(ip(family, "-n", host.namespace, "route", "show", destination, *selectors))


def has_rule(host: Host, priority: int) -> bool:
    """Whether the host has a policy rule of this priority."""
    return bool(ip("-n", host.namespace, "rule", "show", "priority", str(priority)))


# --- Restored ---


@pytest.mark.finding("A1")
def test_a_route_and_a_rule_that_disappear_are_restored(segment: Segment) -> None:
    agent = sole(segment, virtual_routes=[ROUTE], virtual_rules=[RULE])
    host = agent.host
    host.run("ip", "rule", "delete", "priority", "1000")
    eventually(lambda: has_rule(host, 1000))
    host.run("ip", "route", "delete", "203.0.113.0/24")
    eventually(lambda: has_route(host, "203.0.113.0/24"))
    host.run("ip", "link", "set", "eth1", "down")
    (part,) = eventually(lambda: agent.status()["degraded"])
    assert part["part"] == "route 203.0.113.0/24"
    assert part["reason"] == "cannot add route 203.0.113.0/24 on eth1: Network is down"
    host.run("ip", "link", "set", "eth1", "up")
    eventually(lambda: has_route(host, "203.0.113.0/24"))
    eventually(lambda: not agent.status()["degraded"])
    assert (agent.status()["state"], agent.status()["transitions"]) == ("MASTER", 2)
    counters = agent.status()["counters"]
    assert counters["routes_restored"] == 1  # While eth1 was down, the kernel refused it.
    assert counters["rules_restored"] == 1
    assert "gone from the host: route 203.0.113.0/24" in agent.log.read_text()


@pytest.mark.finding("A18")
def test_a_route_that_goes_with_a_flap_is_restored(segment: Segment) -> None:
    agent = sole(segment, virtual_routes=[ROUTE])
    host = agent.host
    batch = "link set eth1 down\nlink set eth1 up\naddress add 192.0.2.200/24 dev eth0\n"
    for _time in range(2):
        flap = segment.directory / "flap"
        flap.write_text(batch)
        host.run("ip", "-batch", str(flap))
        eventually(lambda: has_route(host, "203.0.113.0/24"))
        host.run("ip", "address", "delete", "192.0.2.200/24", "dev", "eth0")


@pytest.mark.finding("A1")
def test_a_resource_that_is_removed_again_and_again_is_not_fought_for(segment: Segment) -> None:
    agent = sole(segment, virtual_rules=[RULE], degraded_weight=30, priority=150)
    host = agent.host
    for _time in range(4):
        eventually(lambda: has_rule(host, 1000))
        time.sleep(0.12)  # What is removed within 0.1 s is removed once.
        host.run("ip", "rule", "delete", "priority", "1000")
    (part,) = eventually(lambda: agent.status()["degraded"])
    assert part["reason"] == "rule to table 300 is removed again and again by another program"
    assert agent.status()["effective_priority"] == 120
    assert not has_rule(host, 1000)
    eventually(lambda: has_rule(host, 1000), 12)


@pytest.mark.finding("A1")
def test_an_untracked_route_that_is_missing_is_no_fault(segment: Segment) -> None:
    nowhere = {"destination": "203.0.113.0/24", "via": "198.51.100.7", "track": False}
    agent = sole(segment, virtual_routes=[nowhere], degraded_weight=50, priority=150)
    eventually(lambda: "cannot add route 203.0.113.0/24" in agent.log.read_text())
    assert agent.status()["degraded"] == []
    assert agent.status()["effective_priority"] == 150


@pytest.mark.finding("A8")
def test_an_address_given_back_with_another_length_goes_at_the_stop(segment: Segment) -> None:
    agent = sole(segment)
    host = agent.host
    host.run("ip", "address", "add", f"{VIP}/32", "dev", "eth0")
    host.run("ip", "address", "delete", f"{VIP}/24", "dev", "eth0")
    eventually(lambda: {one["prefixlen"] for one in shown(host, "eth0", VIP)} == {24, 32})
    agent.stop()
    assert shown(host, "eth0", VIP) == []


# --- In the way ---


@pytest.mark.finding("A2")
def test_a_route_comes_before_its_like_of_the_host(segment: Segment) -> None:
    host = segment.host()
    host.run("ip", "route", "add", "default", "via", "192.0.2.1")
    agent = Agent(host, instance(virtual_routes=[{"destination": "default", "via": "192.0.2.2"}]))
    agent.start().wait_for("MASTER")
    assert "via 192.0.2.2" in host.run("ip", "route", "get", "203.0.113.9")
    assert agent.status()["degraded"] == []
    agent.stop()
    assert "via 192.0.2.1" in host.run("ip", "route", "get", "203.0.113.9")


@pytest.mark.finding("A2")
def test_an_ipv6_route_in_the_way_is_named(segment: Segment) -> None:
    host = segment.host()
    host.run("ip", "route", "add", "2001:db8:9::/48", "via", "2001:db8::1", "dev", "eth0")
    ours = {"destination": "2001:db8:9::/48", "via": "2001:db8::2"}
    agent = Agent(host, instance(virtual_routes=[ours])).start()
    agent.wait_for("MASTER")
    (part,) = eventually(lambda: agent.status()["degraded"])
    assert part["reason"] == (
        "cannot add route 2001:db8:9::/48 via 2001:db8::2 on eth0: "
        "route 2001:db8:9::/48 via 2001:db8::1 on eth0 with metric 1024 of the host is in its way"
    )
    host.run("ip", "route", "delete", "2001:db8:9::/48")
    eventually(lambda: "via 2001:db8::2" in host.run("ip", "-6", "route", "show"))
    eventually(lambda: not agent.status()["degraded"])


# --- Refused ---


@pytest.mark.finding("A11")
def test_the_addresses_are_served_without_a_route_that_is_refused(segment: Segment) -> None:
    nowhere = {"destination": "203.0.113.0/24", "via": "198.51.100.7"}
    agent = sole(segment, virtual_routes=[nowhere], degraded_weight=60, priority=150)
    status = eventually(lambda: agent.status() if agent.status()["degraded"] else None)
    assert status["degraded"][0]["part"] == "route 203.0.113.0/24 via 198.51.100.7"
    assert "Network is unreachable" in status["degraded"][0]["reason"]
    assert status["effective_priority"] == 90
    assert segment.host().reaches(VIP)
    assert "degraded: cannot add route" in agent.log.read_text()
    # What the operator mends is noticed.
    agent.host.run("ip", "address", "add", "198.51.100.8/24", "dev", "eth0")
    eventually(lambda: agent.status()["effective_priority"] == 150)


@pytest.mark.finding("A11")
def test_a_host_that_lacks_a_part_gives_way_once_and_for_all(segment: Segment) -> None:
    nowhere = {"destination": "203.0.113.0/24", "via": "198.51.100.7"}
    settings = instance(virtual_routes=[nowhere], degraded_weight=150)
    first, second = segment.host(), segment.host()
    second.run("ip", "address", "add", "198.51.100.8/24", "dev", "eth0")
    lacking = Agent(first, {**settings, "priority": 200}).start()
    lacking.wait_for("MASTER")
    whole = Agent(second, {**settings, "priority": 100}).start()
    whole.wait_for("MASTER")
    lacking.wait_for("BACKUP")
    before = lacking.status()["transitions"]
    heard = whole.status()["counters"]["advertisements_sent"]
    eventually(lambda: whole.status()["counters"]["advertisements_sent"] > heard + 20)
    assert lacking.status()["transitions"] == before
    assert lacking.status()["degraded"]


@pytest.mark.finding("A11")
def test_an_excluded_address_that_is_refused_does_not_keep_the_host_out(segment: Segment) -> None:
    host = segment.host()
    host.add_interface("eth1")
    host.run("sysctl", "-qw", "net.ipv6.conf.eth1.disable_ipv6=1")
    excluded = [{"address": "2001:db8:1::1/64", "interface": "eth1"}]
    agent = Agent(host, instance(excluded_addresses=excluded)).start()
    agent.wait_for("MASTER")
    eventually(lambda: agent.status()["degraded"])
    assert segment.host().reaches(VIP)


@pytest.mark.finding("A11")
def test_a_reload_with_a_route_that_is_refused_loses_nothing(
    segment: Segment, client: Host
) -> None:
    agent = sole(segment)
    probe = Probe(client, VIP)
    nowhere = {"destination": "203.0.113.0/24", "via": "198.51.100.7"}
    agent.configure(instance(virtual_routes=[nowhere]))
    agent.ctl("reload")
    eventually(lambda: agent.status()["degraded"])
    assert not probe.finish()["gaps"]
    assert agent.status()["state"] == "MASTER"


# --- Addresses beside each other ---


@pytest.mark.finding("A6")
def test_an_address_that_leaves_a_subnet_does_not_take_the_others(
    segment: Segment, client: Host
) -> None:
    client.run("ip", "address", "add", "198.51.100.50/24", "dev", "eth0")
    first = instance(addresses=["198.51.100.100/24"])
    other = instance(name="db", vrid=52, addresses=["198.51.100.101/24"])
    agent = Agent(segment.host(), first).start()
    agent.wait_for("MASTER")
    agent.configure(first, other)
    agent.ctl("reload")
    agent.wait_for("MASTER", name="db")
    probe = Probe(client, "198.51.100.101")
    agent.configure(other)
    agent.ctl("reload")
    eventually(lambda: not agent.host.has("198.51.100.100"))
    assert not probe.finish()["gaps"]
    assert "gone from the host" not in agent.log.read_text()


@pytest.mark.finding("A20")
def test_the_hosts_own_address_stays_when_a_virtual_one_leaves(segment: Segment) -> None:
    agent = sole(segment, addresses=["198.51.100.100/24"])
    host = agent.host
    host.run("ip", "address", "add", "198.51.100.7/24", "dev", "eth0")
    agent.stop()
    assert not host.has("198.51.100.100")
    assert host.has("198.51.100.7")
    setting = host.run("sysctl", "-n", "net.ipv4.conf.eth0.promote_secondaries")
    assert setting.strip() == "0"


@pytest.mark.finding("A5")
def test_a_route_of_two_instances_stays_with_the_last(segment: Segment) -> None:
    shared = {"virtual_routes": [{"destination": "203.0.113.0/24", "via": "192.0.2.1"}],
              "virtual_rules": [RULE]}  # fmt: skip
    first = instance(**shared)
    other = instance(name="db", vrid=52, addresses=["192.0.2.101/24"], **shared)
    agent = Agent(segment.host(), first, other).start()
    for name in ("web", "db"):
        agent.wait_for("MASTER", name=name)
    agent.configure(other)
    agent.ctl("reload")
    eventually(lambda: not agent.host.has(VIP))
    assert has_route(agent.host, "203.0.113.0/24")
    assert has_rule(agent.host, 1000)
    agent.stop()
    assert not has_route(agent.host, "203.0.113.0/24")
    assert not has_rule(agent.host, 1000)


# --- Marks ---


@pytest.mark.finding("A16")
def test_a_clean_up_without_a_record_removes_what_is_marked(segment: Segment) -> None:
    agent = sole(segment, virtual_routes=[ROUTE], virtual_rules=[RULE])
    host = agent.host
    host.run("ip", "address", "add", "192.0.2.200/24", "dev", "eth0")
    assert has_route(host, "203.0.113.0/24", "proto", "112")
    agent.kill()
    for record in agent.directory.glob("**/recovery.json"):
        record.unlink()
    agent.clean_up()
    assert not host.has(VIP)
    assert host.has("192.0.2.200")
    assert not has_route(host, "203.0.113.0/24")
    assert not has_rule(host, 1000)
