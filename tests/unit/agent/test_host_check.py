# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A configuration judged by the host that it is for."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.agent.host_check import refuse_on_host
from _vrrp.base.errors import ConfigError
from _vrrp.engine.host.links import Link, LinkAddress, Vrf
from _vrrp.engine.host.observed import KEEPALIVED_MARK, MARK
from _vrrp.model.address import parse_address
from _vrrp.model.config import build_config
from _vrrp.model.instance import Config

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}


def link(name: str, *written: str, index: int = 2, **settings: Any) -> Link:
    parsed = [parse_address(one) for one in written]
    protocol = settings.pop("protocol", 0)
    addresses = tuple(
        LinkAddress(one.packed, one.prefix_length, protocol=protocol) for one in parsed
    )
    return Link(index, name, True, bytes(6), addresses, **settings)


def problems(entry: dict[str, Any], *links: Link, **options: Any) -> list[str]:
    return problems_of(build_config({"instances": [entry]}), *links, **options)


def problems_of(config: Config, *links: Link, **options: Any) -> list[str]:
    try:
        refuse_on_host(config, {one.name: one for one in links}, **options)
    except ConfigError as error:
        return [str(one) for one in error.problems]
    return []


ONLY = [
    "instances[0].addresses: 192.0.2.100 is the only IPv4 address of eth0: another address is "
    "needed, or priority 255 on the host that owns it"
]


def test_the_only_address_of_the_host_is_no_virtual_one() -> None:
    assert problems(WEB, link("eth0", "192.0.2.100/24")) == ONLY


def test_it_may_be_one_beside_another_or_an_owners() -> None:
    assert problems(WEB, link("eth0", "192.0.2.100/24", "192.0.2.11/24")) == []
    assert problems({**WEB, "priority": 255}, link("eth0", "192.0.2.100/24")) == []


@pytest.mark.parametrize("protocol", [MARK, KEEPALIVED_MARK])
def test_it_may_be_the_address_that_a_daemon_serves(protocol: int) -> None:
    assert problems(WEB, link("eth0", "192.0.2.100/24", protocol=protocol)) == []


def test_it_may_be_the_address_that_the_agent_has_added_on_an_old_kernel() -> None:
    owned = frozenset({(2, parse_address("192.0.2.100/24").packed, 24)})
    assert problems(WEB, link("eth0", "192.0.2.100/24"), owned=owned) == []


def test_an_unknown_interface_is_refused_unless_the_agent_waits_for_it() -> None:
    route = {"destination": "203.0.113.0/24", "interface": "eth1"}
    entry = {**WEB, "virtual_routes": [route]}
    assert problems(entry, link("eth0", "192.0.2.11/24")) == [
        "instances[0].virtual_routes: eth1 does not exist on this host"
    ]
    assert problems(entry, link("eth0", "192.0.2.11/24"), waited_for={"eth1"}) == []


def test_an_ipv6_address_without_neighbours_is_refused_unless_it_is_routed() -> None:
    address = {"address": "2001:db8::1/128", "interface": "lo"}
    lo = link("lo", index=1, has_neighbours=False)
    eth0 = link("eth0", "192.0.2.11/24")
    assert problems({**WEB, "excluded_addresses": [address]}, eth0, lo) == [
        "instances[0].addresses: 2001:db8::1/128: hosts on eth0 can't find an IPv6 address of lo; "
        "put it on eth0, or set track: false if it is routed"
    ]
    routed = {**address, "track": False}
    assert problems({**WEB, "excluded_addresses": [routed]}, eth0, lo) == []
    ipv4 = {"address": "203.0.113.1/32", "interface": "lo"}
    assert problems({**WEB, "excluded_addresses": [ipv4]}, eth0, lo) == []


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [("192.0.2.100/24", True), ("192.0.2.100/25", False), ("198.51.100.1/24", False)],
)
def test_a_scope_of_its_own_needs_a_subnet_of_its_own(address: str, is_refused: bool) -> None:
    entry = {**WEB, "addresses": [{"address": address, "scope": "link"}]}
    found = problems(entry, link("eth0", "192.0.2.11/24"))
    why = "Linux wants the scope of 192.0.2.11 for all addresses of its subnet"
    assert found == ([f"instances[0].addresses: {address}: {why}"] if is_refused else [])


@pytest.mark.finding("G12")
@pytest.mark.parametrize("vrf", [None, Vrf(9, 10)])
def test_two_ways_to_one_destination_need_a_table_each(vrf: Vrf | None) -> None:
    route = {"destination": "203.0.113.0/24"}
    other = {**WEB, "name": "db", "interface": "eth1", "addresses": ["198.51.100.100/24"]}
    entries = [
        {**WEB, "virtual_routes": [{**route, "via": "192.0.2.1"}]},
        {**other, "virtual_routes": [{**route, "via": "198.51.100.1"}]},
    ]
    links = link("eth0", "192.0.2.11/24"), link("eth1", "198.51.100.11/24", index=3, vrf=vrf)
    found = problems_of(build_config({"instances": entries}), *links)
    clash = (
        "instances[1].virtual_routes: route 203.0.113.0/24 via 198.51.100.1 has the destination, "
        "table and metric of another one of instances[0]"
    )
    assert found == ([] if vrf else [clash])
