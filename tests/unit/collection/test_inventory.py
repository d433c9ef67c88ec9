# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Priorities and configurations from the inventory."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.plugin_utils._inventory import (
    InventoryError,
    place_priority,
    plan,
    secrets,
)

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}


def hosts(*settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"host{number}": {"vrrp_instances": [WEB], **own} for number, own in enumerate(settings, 1)
    }


def priorities(planned: dict[str, dict[str, Any]]) -> list[int]:
    return [config["instances"][0]["priority"] for config in planned.values()]


def problems(variables: dict[str, dict[str, Any]]) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        plan(variables)
    return str(caught.value).splitlines()


def test_places_give_distinct_priorities() -> None:
    found = [place_priority(place) for place in range(254)]
    assert found[:3] == [200, 199, 198]
    assert found[198:202] == [2, 1, 201, 202]
    assert sorted(found) == list(range(1, 255))
    with pytest.raises(InventoryError, match="more than 254 hosts"):
        place_priority(254)


def test_a_host_added_at_the_end_changes_no_priority() -> None:
    three, four = plan(hosts({}, {}, {})), plan(hosts({}, {}, {}, {}))
    assert priorities(three) == [200, 199, 198]
    assert {name: four[name] for name in three} == three


def test_a_priority_in_the_inventory_has_precedence() -> None:
    own = [{**WEB, "priority": 7}]
    planned = plan(hosts({}, {"vrrp_priority": 250}, {"vrrp_instances": own, "vrrp_priority": 9}))
    assert priorities(planned) == [200, 250, 7]


def test_equal_priorities_are_refused() -> None:
    assert problems(hosts({}, {}, {"vrrp_priority": 200})) == [
        "web: host1 and host3 have the same priority 200; set a different vrrp_priority for each, "
        "or leave it out everywhere"
    ]


def test_hosts_that_disagree_are_refused() -> None:
    other = [{**WEB, "vrid": 52, "addresses": ["192.0.2.101/24"]}]
    assert problems(hosts({}, {"vrrp_instances": other})) == [
        "web: vrid is 51 on host1 and 52 on host2",
        "web: addresses is ['192.0.2.100/24'] on host1 and ['192.0.2.101/24'] on host2",
    ]


def test_addresses_in_different_orders_are_refused() -> None:
    two = ["192.0.2.100/24", "192.0.2.101/24"]
    here, there = ([{**WEB, "addresses": addresses}] for addresses in (two, two[::-1]))
    assert problems(hosts({"vrrp_instances": here}, {"vrrp_instances": there})) == [
        f"web: addresses is {two} on host1 and {two[::-1]} on host2"
    ]


def test_interfaces_may_differ_and_instances_may_be_missing() -> None:
    elsewhere = [{**WEB, "interface": "ens3", "priority": None, "version": None}]
    planned = plan(hosts({}, {"vrrp_instances": elsewhere}, {"vrrp_instances": []}))
    assert planned["host2"]["instances"][0] == {**WEB, "interface": "ens3", "priority": 199}
    assert planned["host3"] == {"instances": []}


def test_all_problems_are_reported_together_with_disagreements_between_hosts() -> None:
    wrong = [{**WEB, "vrid": 256}]
    assert problems(hosts({"vrrp_instances": wrong, "vrrp_priority": 300}, {})) == [
        "host1: vrrp_instances[0].priority: 300 is not in 1..255",
        "host1: vrrp_instances[0].vrid: 256 is not in 1..255",
        "web: vrid is 256 on host1 and 51 on host2",
    ]


def test_secrets_are_passed_apart_from_the_configuration() -> None:
    key = {"id": 1, "secret": "x" * 32}
    signed = {**WEB, "hmac": {"keys": [key], "mode": "permissive", "window": None}}
    old = {**WEB, "name": "old", "vrid": 52, "version": 2, "password": "tulip"}
    old["addresses"] = ["192.0.2.101/24"]
    (config,) = plan(hosts({"vrrp_instances": [signed, old]})).values()
    assert config["instances"][0]["hmac"] == {"active_key": 1, "mode": "permissive"}
    assert "tulip" not in str(config)
    assert "x" * 32 not in str(config)
    found = secrets([signed, old, {**WEB, "name": "open", "hmac": None, "password": None}])
    assert found == {"web": {"hmac_keys": {"1": "x" * 32}}, "old": {"password": "tulip"}}


def test_secrets_that_differ_are_refused_without_being_shown() -> None:
    def signed(secret: str) -> dict[str, Any]:
        return {"vrrp_instances": [{**WEB, "hmac": {"keys": [{"id": 1, "secret": secret}]}}]}

    found = problems(hosts(signed("x" * 32), signed("y" * 32)))
    assert found == ["web: hmac.keys is not the same on host1 and host2"]
