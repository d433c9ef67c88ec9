# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forecast of an inventory: its remarks and its table."""

from __future__ import annotations

from typing import Any

from ansible_collections.failover.vrrp.plugins.plugin_utils._forecast import forecast_inventory
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    HostSettings,
    read_host,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
DB = {"name": "db", "interface": "eth0", "vrid": 52, "addresses": ["192.0.2.101/24"]}


def hosts(**variables: Any) -> dict[str, HostSettings]:
    """Three hosts with these variables; a mapping by host where they differ."""
    return {
        name: read_host(
            {
                key: value.get(name) if isinstance(value, dict) else value
                for key, value in variables.items()
            },
            role_options(),
        )
        for name in ("node1", "node2", "node3")
    }


def test_a_table_shows_masters_followers_and_what_happens_when_hosts_die() -> None:
    found = forecast_inventory(hosts(vrrp_instances=[WEB, DB]), pairs=False, addresses_max=64)
    assert found["remarks"] == []
    assert found["table"].splitlines() == [
        "INSTANCE  MASTER  THEN",
        "web       node1   node2, node3",
        "db        node1   node2, node3",
        "",
        "IF THIS DIES  THEN THIS  SERVES  AFTER AT MOST",
        "node1         node2      web     3.26 s",
        "node1         node2      db      3.26 s",
    ]


def test_masters_are_spread_where_all_hosts_ask_for_it() -> None:
    settings = hosts(vrrp_instances=[WEB, DB], vrrp_spread="true")
    found = forecast_inventory(settings, pairs=False, addresses_max=64)
    assert {one["instance"]: one["masters"] for one in found["instances"]} == {
        "web": ["node1"],
        "db": ["node2"],
    }
    grouped = [{**one, "sync_group": "edge"} for one in (WEB, DB)]
    settings = hosts(vrrp_instances=grouped, vrrp_spread=True)
    found = forecast_inventory(settings, pairs=False, addresses_max=64)
    assert {tuple(one["masters"]) for one in found["instances"]} == {("node1",)}


def test_an_instance_that_one_host_alone_has_is_remarked() -> None:
    instances = {"node1": [WEB, DB], "node2": [WEB]}
    found = forecast_inventory(hosts(vrrp_instances=instances), pairs=False, addresses_max=64)
    assert found["remarks"] == ["db: only node1 has it, so nobody takes over when that dies"]
    assert "node1         nobody     db      -" in found["table"]


def test_a_host_that_would_hold_too_many_addresses_is_remarked() -> None:
    instances = hosts(vrrp_instances=[WEB, DB], vrrp_spread=True)
    found = forecast_inventory(instances, pairs=False, addresses_max=1)
    assert found["remarks"] == [
        "node2 would hold 2 addresses when node1 dies: vrrp_addresses_max is 1",
        "node1 would hold 2 addresses when node2 dies: vrrp_addresses_max is 1",
    ]


def test_a_sync_group_whose_instances_prefer_different_hosts_is_remarked() -> None:
    grouped = [{**WEB, "sync_group": "edge"}, {**DB, "sync_group": "edge"}]
    instances = {
        "node1": [{**grouped[0], "priority": 200}, {**grouped[1], "priority": 100}],
        "node2": [{**grouped[0], "priority": 100}, {**grouped[1], "priority": 200}],
    }
    found = forecast_inventory(hosts(vrrp_instances=instances), pairs=False, addresses_max=64)
    assert found["remarks"][0] == (
        "sync group edge pulls to different hosts (web prefers node1, db prefers node2): give its "
        "instances the same order of priorities on the hosts"
    )


def test_pairs_are_forecast_when_that_is_asked_for() -> None:
    found = forecast_inventory(hosts(vrrp_instances=[WEB]), pairs=True, addresses_max=64)
    (pair,) = [one for one in found["failures"] if one["hosts"] == ["node1", "node2"]]
    assert [one["to"] for one in pair["moves"]] == ["node3"]
