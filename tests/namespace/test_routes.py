# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes and policy rules with every setting, as the kernel has them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.routers import Agent, instance, sole
from support.segment import Host, Segment, eventually, ip

NET, NET6 = "203.0.113.0/24", "2001:db8:ffff::/48"


def routes(host: Host, destination: str) -> list[dict[str, Any]]:
    family = "-6" if ":" in destination else "-4"
    # Without a type, ip(8) shows none but forwarding routes.
    shown = ip("-j", "-d", "-N", family, "-n", host.namespace, "route", "show", "table", "all")
    found: list[dict[str, Any]] = json.loads(shown)
    return [one for one in found if one["dst"] == destination]


def rules(host: Host, family: str = "-4") -> list[dict[str, Any]]:
    shown = ip("-j", "-d", "-N", family, "-n", host.namespace, "rule", "show", "priority", "1000")
    found: list[dict[str, Any]] = json.loads(shown)
    return found


ROUTES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"destination": NET, "type": "blackhole"}, {"type": "6"}),
    ({"destination": NET, "type": "unreachable"}, {"type": "7"}),
    ({"destination": NET, "type": "prohibit", "metric": 50}, {"type": "8", "metric": 50}),
    ({"destination": NET6, "type": "blackhole"}, {"type": "6"}),
    ({"destination": NET6, "type": "unreachable"}, {"type": "7", "metric": 1024}),
    (
        {"destination": NET, "via": "198.51.100.1", "onlink": True},
        {"gateway": "198.51.100.1", "dev": "eth0", "flags": ["onlink"]},
    ),
    (
        {"destination": NET6, "via": "2001:db8:1::1", "onlink": True},
        {"gateway": "2001:db8:1::1", "dev": "eth0", "flags": ["onlink"]},
    ),
    ({"destination": NET}, {"scope": "253", "dev": "eth0"}),
    ({"destination": NET, "scope": "global"}, {"scope": "0", "dev": "eth0"}),
    (
        {"destination": NET, "via": "192.0.2.1", "scope": "site"},
        {"scope": "200", "gateway": "192.0.2.1"},
    ),
    ({"destination": NET, "mtu": 1400}, {"metrics": [{"mtu": 1400}]}),
    ({"destination": NET6, "mtu": 1400}, {"metrics": [{"mtu": 1400}]}),
    ({"destination": NET, "protocol": 186}, {"protocol": "186"}),
    ({"destination": NET6, "protocol": 186}, {"protocol": "186"}),
    (
        {"destination": NET, "nexthops": [{"via": "192.0.2.2", "weight": 2}, {"via": "192.0.2.1"}]},
        {
            "nexthops": [
                {"gateway": "192.0.2.1", "dev": "eth0", "weight": 1, "flags": []},
                {"gateway": "192.0.2.2", "dev": "eth0", "weight": 2, "flags": []},
            ]
        },
    ),
    (
        {
            "destination": NET6,
            "nexthops": [{"via": "2001:db8::1"}, {"via": "fe80::1", "interface": "eth0"}],
        },
        {
            "nexthops": [
                {"gateway": "2001:db8::1", "dev": "eth0", "weight": 1, "flags": []},
                {"gateway": "fe80::1", "dev": "eth0", "weight": 1, "flags": []},
            ]
        },
    ),
]


@pytest.mark.parametrize(("setting", "shown"), ROUTES, ids=str)
def test_a_route_is_as_configured_restored_and_removed(
    segment: Segment, setting: dict[str, Any], shown: dict[str, Any]
) -> None:
    agent = sole(segment, virtual_routes=[setting])
    host, destination = agent.host, setting["destination"]
    (found,) = eventually(lambda: routes(host, destination))
    assert shown.items() <= {"protocol": "112", **found}.items()
    assert found["protocol"] == shown.get("protocol", "112")
    # What was read back is what was wanted: nothing is added again, and no part is missing.
    assert agent.status()["counters"]["routes_restored"] == 0
    host.run("ip", "-6" if ":" in destination else "-4", "route", "delete", destination)
    assert eventually(lambda: routes(host, destination)) == [found]
    eventually(lambda: agent.status()["counters"]["routes_restored"] == 1)
    assert agent.status()["degraded"] == []
    agent.configure(instance())
    agent.ctl("reload")
    eventually(lambda: not routes(host, destination))


def test_the_next_hops_of_a_route_may_be_on_several_interfaces(segment: Segment) -> None:
    host = segment.host()
    host.add_interface("eth1")
    host.run("ip", "address", "add", "198.51.100.1/24", "dev", "eth1")
    hops = [{"via": "192.0.2.1"}, {"via": "198.51.100.2", "interface": "eth1"}]
    route = {"destination": NET, "nexthops": hops}
    agent = Agent(host, instance(priority=200, virtual_routes=[route], degraded_weight=50)).start()
    agent.wait_for("MASTER")
    (found,) = eventually(lambda: routes(host, NET))
    assert [one["dev"] for one in found["nexthops"]] == ["eth0", "eth1"]
    host.run("ip", "link", "delete", "eth1")
    (part,) = eventually(lambda: agent.status()["degraded"])
    assert part["part"] == f"route {NET} via 192.0.2.1, 198.51.100.2"
    assert part["reason"] == "eth1 does not exist"
    eventually(lambda: agent.status()["effective_priority"] == 150)


def test_a_route_of_another_protocol_goes_with_a_dead_agent_and_others_stay(
    segment: Segment,
) -> None:
    agent = sole(segment, virtual_routes=[{"destination": NET, "protocol": 186}])
    host = agent.host
    eventually(lambda: routes(host, NET))
    host.run("ip", "route", "add", "198.51.100.0/24", "via", "192.0.2.1", "proto", "186")
    agent.kill()
    agent.clean_up()
    assert routes(host, NET) == []
    assert len(routes(host, "198.51.100.0/24")) == 1


RULES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"outgoing_interface": "eth0"}, {"oif": "eth0"}),
    ({"uid_range": "1000-1999"}, {"uid_start": 1000, "uid_end": 1999}),
    ({"uid_range": 0}, {"uid_start": 0, "uid_end": 0}),
    (
        {"ip_protocol": "tcp", "destination_port": 443},
        {"ipproto": "ipproto-6", "dport": 443},
    ),
    (
        {"ip_protocol": 17, "source_port": "5000-5010"},
        {"ipproto": "ipproto-17", "sport_start": 5000, "sport_end": 5010},
    ),
    ({"from": "192.0.2.0/24", "suppress_prefix_length": 0}, {"suppress_prefixlen": 0}),
    ({"from": "192.0.2.0/24", "not": True}, {"not": None, "src": "192.0.2.0", "srclen": 24}),
    ({"incoming_interface": "eth0", "family": "ipv6"}, {"iif": "eth0", "src": "all"}),
]


@pytest.mark.parametrize(("setting", "shown"), RULES, ids=str)
def test_a_rule_is_as_configured_restored_and_removed(
    segment: Segment, setting: dict[str, Any], shown: dict[str, Any]
) -> None:
    family = "-6" if setting.get("family") == "ipv6" else "-4"
    agent = sole(segment, virtual_rules=[{**setting, "table": 100, "priority": 1000}])
    host = agent.host
    (found,) = eventually(lambda: rules(host, family))
    assert shown.items() <= found.items()
    assert agent.status()["counters"]["rules_restored"] == 0
    host.run("ip", family, "rule", "delete", "priority", "1000")
    assert eventually(lambda: rules(host, family)) == [found]
    eventually(lambda: agent.status()["counters"]["rules_restored"] == 1)
    assert agent.status()["degraded"] == []
    agent.configure(instance())
    agent.ctl("reload")
    eventually(lambda: not rules(host, family))
