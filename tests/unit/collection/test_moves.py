# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which hosts move from keepalived to the agent and back, and what prevents it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.filter.vrrp_moves import vrrp_moves

WEB = {
    "name": "web",
    "interface": "eth0",
    "vrid": 51,
    "version": 2,
    "addresses": ["192.0.2.100/24"],
}
DB = {**WEB, "name": "db", "vrid": 52, "addresses": ["192.0.2.101/24"]}
HOSTS = ("a", "b", "c")
PRIORITIES = {"a": 150, "b": 100, "c": 120}


def keepalived(
    *serving: str, instances: tuple[dict[str, Any], ...] = (WEB,), **fields: Any
) -> dict[str, Any]:
    """Return a result of vrrp_keepalived_info of a host on which keepalived runs."""
    return {"instances": list(instances), "serving": list(serving), "runs_vrrp": True, **fields}


def stopped(instances: tuple[dict[str, Any], ...] = (WEB,)) -> dict[str, Any]:
    return {"instances": list(instances), "serving": [], "runs_vrrp": False}


def agent(*masters: str, instances: tuple[dict[str, Any], ...] = (WEB,)) -> dict[str, Any]:
    """Return a result of vrrp_info of a host that serves these instances."""
    entries = [
        {
            "interface": one["interface"],
            "family": "ipv4",
            "vrid": one["vrid"],
            "state": "MASTER" if one["name"] in masters else "BACKUP",
        }
        for one in instances
    ]
    return {"instances": entries}


def found(
    readings: dict[str, Any],
    statuses: dict[str, Any] | None = None,
    instances: tuple[dict[str, Any], ...] = (WEB,),
    back: bool = False,
) -> dict[str, Any]:
    hostvars: dict[str, dict[str, Any]] = {
        host: {
            "vrrp_instances": list(instances),
            "vrrp_priority": PRIORITIES[host],
            "__vrrp_keepalived": {
                **one,
                "instances": [{"priority": PRIORITIES[host], **each} for each in one["instances"]],
            },
        }
        for host, one in readings.items()
    }
    for host, status in (statuses or {}).items():
        hostvars[host]["__vrrp_status"] = status
    return vrrp_moves(hostvars, list(readings), list(readings), back)


def test_hosts_that_serve_nothing_move_first() -> None:
    result = found({"a": keepalived("web"), "b": keepalived(), "c": keepalived()})
    assert result["problems"] == []
    assert (result["first"], result["last"]) == (["b", "c"], ["a"])
    # c has the highest priority of those that have moved by then.
    assert result["takers"] == {"a": {"web": "c"}}
    assert result["steps"] == [
        "b serves nothing: keepalived stops and is disabled, and the agent is installed",
        "c serves nothing: keepalived stops and is disabled, and the agent is installed",
        "a serves web: c takes over web; keepalived stops and is disabled, and the agent is "
        "installed",
    ]


def test_a_second_run_goes_on_where_the_first_one_was_interrupted() -> None:
    # b has moved, and keepalived of c has stopped, but the agent is not there yet.
    readings = {"a": keepalived("web"), "b": stopped(), "c": stopped()}
    result = found(readings, {"b": agent()})
    assert (result["first"], result["last"]) == (["c"], ["a"])
    assert result["problems"] == []
    # Everything has been taken over, and a has not moved yet.
    readings = {"a": keepalived(), "b": stopped(), "c": stopped()}
    result = found(readings, {"b": agent("web"), "c": agent()})
    assert (result["first"], result["last"]) == (["a"], [])
    readings = {"a": stopped(), "b": stopped(), "c": stopped()}
    result = found(readings, {"a": agent("web"), "b": agent(), "c": agent()})
    assert (result["first"], result["last"], result["problems"]) == ([], [], [])


def test_masters_of_two_instances_move_one_after_the_other() -> None:
    both = (WEB, DB)
    readings = {"a": keepalived("web", instances=both), "b": keepalived("db", instances=both)}
    result = found(readings, instances=both)
    assert result["last"] == ["a", "b"]
    assert result["takers"] == {"a": {}, "b": {"db": "a"}}
    assert "nobody with the agent can take over web, so that it is away" in result["steps"][0]


def test_the_owner_of_addresses_is_not_displaced() -> None:
    owner = ({**WEB, "priority": 255},)
    readings = {"a": keepalived("web", instances=owner), "b": keepalived()}
    assert found(readings)["takers"] == {"a": {}}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"version": 3}, "version: 3 in keepalived, and 2 in the inventory"),
        ({"addresses": ["192.0.2.7/24"]}, "addresses: 192.0.2.7 in keepalived, and 192.0.2.100"),
        ({"password": "tulip"}, "password: differ"),
        ({"advertisement_interval": 3}, "advertisement_interval: 3 in keepalived, and 1"),
        ({"excluded_addresses": ["192.0.2.8/24"]}, "excluded_addresses: 192.0.2.8 in keepalived"),
        ({"unicast_peers": ["192.0.2.11"]}, "unicast_peers: 192.0.2.11 in keepalived, and none"),
        ({"vrid": 60}, "keepalived has web (VRID 60 on eth0, ipv4), and vrrp_instances has not"),
        ({"vrid": 60}, "vrrp_instances has web (VRID 51 on eth0, ipv4), and keepalived has not"),
        ({"no_such": 1}, "keepalived: instances[0].no_such: unknown"),
    ],
)
def test_settings_that_peers_see_must_not_change(settings: dict[str, Any], problem: str) -> None:
    readings = {"a": keepalived("web"), "b": keepalived(instances=({**WEB, **settings},))}
    problems = found(readings)["problems"]
    assert any(one.startswith("b: ") and problem in one for one in problems), problems
    assert not any("tulip" in one for one in problems)


def test_passwords_are_compared() -> None:
    secrets = {"web": {"password": "tulip"}}
    readings = {"a": keepalived("web", secrets=secrets), "b": keepalived(secrets=secrets)}
    instances = ({**WEB, "password": "tulip"},)
    assert found(readings, instances=instances)["problems"] == []


@pytest.mark.parametrize(
    ("serving", "problem"),
    [
        ((), "web (ipv4) is served by no host: find out why before hosts move"),
        (("a", "b"), "web (ipv4) is served by a and b: find out why before hosts move"),
    ],
)
def test_every_instance_has_one_master_before_hosts_move(
    serving: tuple[str, ...], problem: str
) -> None:
    readings = {host: keepalived(*(["web"] if host in serving else [])) for host in HOSTS}
    assert found(readings)["problems"] == [problem]


def test_a_host_without_keepalived_or_with_both_is_a_problem() -> None:
    readings = {"a": keepalived("web"), "b": keepalived(instances=())}
    assert found(readings)["problems"][0].startswith("b: keepalived has no instance")
    readings = {"a": keepalived("web"), "b": keepalived()}
    problems = found(readings, {"b": agent()})["problems"]
    assert problems == ["b: both keepalived and the agent run: stop one of them"]


def test_an_instance_without_addresses_is_taken_for_served_by_the_best_host() -> None:
    bare = {**WEB, "family": "ipv4"}
    del bare["addresses"]
    readings = {host: keepalived(instances=(bare,)) for host in HOSTS}
    result = found(readings, instances=(bare,))
    assert (result["first"], result["last"], result["problems"]) == (["b", "c"], ["a"], [])


def test_the_way_back_begins_with_hosts_that_serve_nothing() -> None:
    readings = {host: stopped() for host in HOSTS}
    result = found(readings, {"a": agent("web"), "b": agent(), "c": agent()}, back=True)
    assert (result["first"], result["last"], result["problems"]) == (["b", "c"], ["a"], [])
    assert result["served"] == {"a": ["web"]}
    assert result["steps"][-1] == (
        "a serves web: another host takes over; the agent is removed, and keepalived is enabled "
        "and starts"
    )
    readings = {"a": keepalived("web"), "b": keepalived(), "c": stopped()}
    result = found(readings, back=True)
    assert (result["first"], result["last"]) == (["c"], [])
