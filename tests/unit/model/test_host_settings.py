# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of the resources that a master has on its host."""

from __future__ import annotations

import json
from typing import Any

import pytest
from _vrrp.base.errors import ConfigError
from _vrrp.model.config import parse_config
from _vrrp.model.prefix import read_prefix
from _vrrp.model.route import read_routes

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
DB = {"name": "db", "interface": "eth0", "vrid": 52, "addresses": ["192.0.2.101/24"]}
ROUTE = {"destination": "203.0.113.0/24", "via": "192.0.2.1"}


def config(*instances: dict[str, Any]) -> str:
    return json.dumps({"instances": instances})


def test_only_the_interfaces_of_tracked_addresses_are_needed() -> None:
    elsewhere = [
        {"address": "203.0.113.1/32", "interface": "eth1"},
        {"address": "203.0.113.2/32", "interface": "eth2", "track": False},
    ]
    excluded = [{"address": "203.0.113.3/32", "interface": "eth3"}]
    addresses = ["192.0.2.100/24", *elsewhere]
    entry = {**WEB, "addresses": addresses, "excluded_addresses": excluded}
    (web,) = parse_config(config(entry)).instances
    assert web.tracked_interfaces == {"eth1"}


WRONG = [
    (
        config({**WEB, "degraded_weight": 254}),
        "instances[0].degraded_weight: 254 is not in 0..253",
    ),
    (
        config({**WEB, "virtual_mac_name": "vip0"}),
        "instances[0].virtual_mac_name: has no effect without virtual_mac: true",
    ),
    (
        config(
            {
                **WEB,
                "addresses": ["192.0.2.100/24", "2001:db8::1/64"],
                "virtual_mac": True,
                "virtual_mac_name": "fifteen-letters",
            }
        ),
        "instances[0].virtual_mac_name: fifteen-letters is too long: with addresses of both "
        "families it has at most 14 characters",
    ),
    (
        config(
            {**WEB, "virtual_mac": True, "virtual_mac_name": "vip0"},
            {**DB, "virtual_mac": True, "virtual_mac_name": "vip0"},
        ),
        "instances[1].virtual_mac_name: the interface vip0 is used by instances[0] already",
    ),
    (
        config({**WEB, "virtual_routes": [ROUTE, {**ROUTE, "via": "192.0.2.2"}]}),
        "instances[0].virtual_routes: two routes have the same table, destination and metric",
    ),
    (
        config(
            {**WEB, "virtual_routes": [ROUTE]},
            {**DB, "virtual_routes": [{**ROUTE, "via": "192.0.2.2"}]},
        ),
        "instances[1].virtual_routes: route 203.0.113.0/24 via 192.0.2.2 has the destination, "
        "table and metric of another one of instances[0]",
    ),
    (
        config({**WEB, "virtual_routes": [{**ROUTE, "track": "no"}]}),
        "instances[0].virtual_routes[0].track: 'no' is not true or false",
    ),
]


@pytest.mark.parametrize(("text", "problem"), WRONG, ids=[problem for _text, problem in WRONG])
def test_every_problem_names_its_path(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    assert [str(one) for one in caught.value.problems] == [problem]


def test_two_instances_may_have_the_same_route() -> None:
    both = parse_config(config(*({**one, "virtual_routes": [ROUTE]} for one in (WEB, DB))))
    assert {one.virtual_routes[0].identity for one in both.instances} == {
        (254, read_prefix("203.0.113.0/24"), 0)
    }


def test_an_ipv6_route_without_a_metric_has_that_of_linux() -> None:
    (route,) = read_routes([{"destination": "2001:db8:9::/48", "interface": "eth0"}])
    assert route.kernel_metric == 1024
