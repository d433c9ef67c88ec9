# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of routes and policy rules."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.base.errors import ConfigError
from _vrrp.model.config import build_config
from _vrrp.model.route import MAIN_TABLE, NextHop, VirtualRoute, read_routes
from _vrrp.model.rule import VirtualRule, read_rules

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
NET = "203.0.113.0/24"
HOPS = [{"via": "192.0.2.1"}, {"via": "192.0.2.2"}]
WRONG = [
    ({"virtual_routes": [{}]}, ".virtual_routes[0].destination: missing"),
    (
        {"virtual_routes": [{"destination": "192.0.2.1/24"}]},
        ".virtual_routes[0].destination: '192.0.2.1/24' is not a network",
    ),
    (
        {"virtual_routes": [{"destination": "default"}]},
        ".virtual_routes[0]: default needs via or source",
    ),
    (
        {"virtual_routes": [{"destination": "192.0.2.0/24", "via": "fe80::1"}]},
        ".virtual_routes[0]: via and destination are of different families",
    ),
    ({"virtual_rules": [{"table": 100}]}, ".virtual_rules[0]: the rule selects nothing"),
    (
        {"virtual_rules": [{"from": "192.0.2.0/24"}]},
        ".virtual_rules[0].table: missing",
    ),
    ({"virtual_routes": [{"destination": NET, "type": "drop"}]}, ".virtual_routes[0].type: 'drop'"),
    (
        {"virtual_routes": [{"destination": NET, "type": "blackhole", "via": "192.0.2.1"}]},
        ".virtual_routes[0]: a blackhole route has no via",
    ),
    (
        {"virtual_routes": [{"destination": NET, "nexthops": HOPS, "interface": "eth1"}]},
        ".virtual_routes[0]: via, interface and onlink belong into each of the nexthops",
    ),
    (
        {"virtual_routes": [{"destination": NET, "nexthops": HOPS[:1]}]},
        ".virtual_routes[0].nexthops: there are 1 entries, and at least 2 is needed",
    ),
    (
        {"virtual_routes": [{"destination": NET, "nexthops": [{"weight": 2}, {"via": "::1"}]}]},
        ".virtual_routes[0].nexthops[0]: the next hop is none: give via or interface",
    ),
    (
        {"virtual_routes": [{"destination": NET, "nexthops": [*HOPS, {"via": "2001:db8::1"}]}]},
        ".virtual_routes[0]: via and destination are of different families",
    ),
    (
        {"virtual_routes": [{"destination": NET, "onlink": True}]},
        ".virtual_routes[0]: onlink has no",
    ),
    (
        {"virtual_routes": [{"destination": "2001:db8::/32", "scope": "link"}]},
        ".virtual_routes[0]: scope is for IPv4 routes only",
    ),
    ({"virtual_routes": [{"destination": NET, "mtu": 60}]}, ".virtual_routes[0].mtu: 60 is not"),
    (
        {"virtual_routes": [{"destination": NET, "protocol": 2}]},
        ".virtual_routes[0].protocol: 2 is",
    ),
    (
        {"virtual_rules": [{"from": NET, "family": "ipv6", "table": 100}]},
        ".virtual_rules[0]: from, to and family are of different families",
    ),
    (
        {"virtual_rules": [{"destination_port": 80, "table": 100}]},
        ".virtual_rules[0]: a port needs ip_protocol",
    ),
    (
        {"virtual_rules": [{"uid_range": "9-1", "table": 100}]},
        ".virtual_rules[0].uid_range: 9-1 is not a range within 0..4294967294",
    ),
    (
        {"virtual_rules": [{"uid_range": "root", "table": 100}]},
        ".virtual_rules[0].uid_range: 'root' is not a number or a range such as 1000-1999",
    ),
    (
        {"virtual_rules": [{"ip_protocol": "tcp", "source_port": 65536, "table": 100}]},
        ".virtual_rules[0].source_port: 65536 is not a range within 0..65535",
    ),
    (
        {"virtual_rules": [{"ip_protocol": "quic", "table": 100}]},
        ".virtual_rules[0].ip_protocol: 'quic' is not icmp, tcp, ",
    ),
]


@pytest.mark.parametrize(("settings", "problem"), WRONG, ids=str)
def test_a_wrong_route_or_rule_is_refused(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        build_config({"instances": [{**WEB, **settings}]})
    (found,) = [str(one) for one in raised.value.problems]
    assert found.startswith(f"instances[0]{problem}")


def route(**settings: Any) -> VirtualRoute:
    (found,) = read_routes([{"destination": NET, **settings}])
    return found


def rule(**settings: Any) -> VirtualRule:
    (found,) = read_rules([{"table": 100, **settings}])
    return found


def test_a_default_route_has_the_family_of_its_next_hops() -> None:
    found = route(destination="default", nexthops=[{"via": "fe80::1"}, {"via": "fe80::2"}])
    assert str(found) == "route ::/0 via fe80::1, fe80::2"


@pytest.mark.parametrize(
    ("settings", "scope"),
    [
        # ip-route(8): link for a route without a gateway, and global with one, or without a way.
        ({}, 253),
        ({"via": "192.0.2.1"}, 0),
        ({"nexthops": HOPS}, 0),
        ({"type": "blackhole"}, 0),
        ({"scope": "host"}, 254),
        ({"destination": "2001:db8::/32"}, 0),
    ],
)
def test_the_scope_of_a_route_is_that_of_the_kernel(settings: dict[str, Any], scope: int) -> None:
    assert route(**settings).through("eth0", MAIN_TABLE).scope == scope


def test_the_ways_of_a_route_are_on_the_interface_of_the_instance() -> None:
    found = route(nexthops=[{"interface": "eth1"}, {"via": "192.0.2.1"}])
    assert found.interfaces == {"eth1"}
    hops = found.through("eth0", MAIN_TABLE).nexthops
    assert hops == (NextHop(interface="eth1"), NextHop(bytes((192, 0, 2, 1)), "eth0"))
    assert route().through("eth0", MAIN_TABLE).interface == "eth0"
    assert route(type="prohibit").through("eth0", MAIN_TABLE).interface == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [(443, (443, 443)), ("443", (443, 443)), ("5000-5010", (5000, 5010))],
)
def test_a_port_may_be_a_number_or_a_range(value: object, expected: tuple[int, int]) -> None:
    assert rule(ip_protocol="17", destination_port=value).destination_ports == expected
    assert rule(ip_protocol="tcp", source_port=value).ip_protocol == 6
