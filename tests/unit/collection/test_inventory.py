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
        "web: addresses is 192.0.2.100 on host1 and 192.0.2.101 on host2",
    ]


def web(**settings: Any) -> dict[str, Any]:
    """The variables of a host with one instance."""
    return {"vrrp_instances": [{**WEB, **settings}]}


IPV6 = ["fe80::200:5eff:fe00:233/64", "2001:DB8::100/64"]
PEERS = ["192.0.2.11", "192.0.2.12", "192.0.2.13"]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({}, {"version": 3, "advertisement_interval": 1, "down_intervals": 3}),
        (
            {"addresses": ["192.0.2.100/24", "192.0.2.101/24"]},
            {"addresses": ["192.0.2.101/24", "192.0.2.100/24"]},
        ),
        ({"addresses": IPV6}, {"addresses": ["2001:db8::100/64"]}),
        (
            {"addresses": [{"address": "192.0.2.100/24", "label": "eth0:web"}]},
            {"addresses": [{"address": "192.0.2.100/24", "interface": "eth1"}]},
        ),
        ({"unicast_peers": ["192.0.2.12"]}, {"unicast_peers": ["192.0.2.11"]}),
        ({"unicast_peers": PEERS[:2]}, {"unicast_peers": PEERS[:2]}),
    ],
    ids=["defaults", "order", "link-local", "label", "peers", "shared-peers"],
)
def test_hosts_agree_although_they_spell_it_differently(
    here: dict[str, Any], there: dict[str, Any]
) -> None:
    assert list(plan(hosts(web(**here), web(**there)))) == ["host1", "host2"]


def test_hosts_with_other_families_are_refused() -> None:
    both = ["192.0.2.100/24", "2001:db8::100/64"]
    assert problems(hosts(web(addresses=both), web())) == [
        "web: host1 has IPv6 addresses, and host2 has none"
    ]


def test_unicast_beside_multicast_is_refused() -> None:
    assert problems(hosts(web(unicast_peers=PEERS[:2]), web())) == [
        "web: host1 sends to unicast_peers, and host2 to the multicast group"
    ]


def test_a_host_that_leaves_out_another_as_peer_is_refused() -> None:
    first, second, third = PEERS
    assert problems(
        hosts(
            web(unicast_peers=[second]),
            web(unicast_peers=[first, third]),
            web(unicast_peers=[first, second]),
        )
    ) == [
        "web: unicast_peers of host1 leaves out 192.0.2.11 and 192.0.2.13, of which only one can "
        "be its own"
    ]


def test_hosts_that_leave_out_the_same_peer_are_refused() -> None:
    assert problems(hosts(*[web(unicast_peers=PEERS[:1])] * 2)) == [
        "web: unicast_peers of all hosts has 1 address for 2 hosts"
    ]


def test_one_virtual_router_with_two_names_is_refused() -> None:
    assert problems(hosts(web(), web(name="www"))) == [
        "web on host1 and www on host2 have the same VRID 51 and address 192.0.2.100: "
        "give the instance one name"
    ]


def test_interfaces_may_differ_and_instances_may_be_missing() -> None:
    elsewhere = [{**WEB, "interface": "ens3", "priority": None, "version": None}]
    planned = plan(hosts({}, {"vrrp_instances": elsewhere}, {"vrrp_instances": []}))
    assert planned["host2"]["instances"][0] == {**WEB, "interface": "ens3", "priority": 199}
    assert planned["host3"] == {"instances": []}


def test_all_problems_of_a_host_are_reported_together() -> None:
    wrong = [{**WEB, "vrid": 256}]
    assert problems(hosts({"vrrp_instances": wrong, "vrrp_priority": 300}, {})) == [
        "host1: vrrp_instances[0].priority: 300 is not in 1..255",
        "host1: vrrp_instances[0].vrid: 256 is not in 1..255",
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
