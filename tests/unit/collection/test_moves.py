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
    return {
        "instances": list(instances),
        "serving": list(serving),
        "runs_vrrp": True,
        "starts_vrrp": True,
        "start_command": "/usr/sbin/keepalived",
        **fields,
    }


def stopped(instances: tuple[dict[str, Any], ...] = (WEB,)) -> dict[str, Any]:
    return keepalived(instances=instances, runs_vrrp=False, starts_vrrp=False)


def agent(
    *masters: str, instances: tuple[dict[str, Any], ...] = (WEB,), **settings: Any
) -> dict[str, Any]:
    """Return a result of vrrp_info of a host that serves these instances."""
    entries = [
        {
            "name": one["name"],
            "interface": one["interface"],
            "family": "ipv4",
            "vrid": one["vrid"],
            "state": "MASTER" if one["name"] in masters else "BACKUP",
            "intent": "auto",
            "intent_by": None,
            **settings,
        }
        for one in instances
    ]
    return {"instances": entries, "agent": {"intent": "auto"}}


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
        ({"password": "tulip"}, "password: not the same in keepalived and in the inventory"),
        ({"source_address": "192.0.2.12"}, "source_address: 192.0.2.12 in keepalived, and none"),
        ({"virtual_mac": True}, "virtual_mac: true in keepalived, and false in the inventory"),
        ({"advertisement_interval": 3}, "advertisement_interval: 3 in keepalived, and 1"),
        ({"excluded_addresses": ["192.0.2.8/24"]}, "excluded_addresses: 192.0.2.8 in keepalived"),
        ({"unicast_peers": ["192.0.2.11"]}, "unicast_peers: 192.0.2.11 in keepalived, and none"),
        ({"vrid": 60}, "keepalived has web (VRID 60 on eth0, ipv4), and vrrp_instances has not"),
        ({"vrid": 60}, "vrrp_instances has web (VRID 51 on eth0, ipv4), and keepalived has not"),
        ({"vrid": 0}, "keepalived: web: instances[0].vrid: 0 is not in 1..255"),
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


def test_what_is_wrong_with_one_instance_hides_no_other() -> None:
    both = (WEB, DB)
    wrong = ({**WEB, "vrid": 0}, DB)
    # A setting that peers do not see may have been mended in the inventory.
    mended = ({**WEB, "track_scripts": [{"command": "/bin/x", "timeout": 0}]}, DB)
    readings = {"a": keepalived("web", "db", instances=mended), "b": keepalived(instances=wrong)}
    problems = found(readings, instances=both)["problems"]
    assert problems == ["b: keepalived: web: instances[0].vrid: 0 is not in 1..255"]


def test_other_priorities_are_noticed() -> None:
    readings = {"a": keepalived("web"), "b": keepalived(instances=({**WEB, "priority": 7},))}
    result = found(readings)
    assert result["problems"] == []
    assert result["notices"] == [
        "b: web (VRID 51 on eth0, ipv4): priority: 7 in keepalived, and 100 in the inventory"
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"state": "INITIALIZE"},
        {"intent": "backup", "intent_by": "alice"},
        {"intent": "master", "intent_by": "alice"},
    ],
)
def test_a_host_that_an_operator_wants_elsewhere_takes_nothing_over(
    settings: dict[str, Any],
) -> None:
    readings = {"a": keepalived("web"), "b": stopped(), "c": stopped()}
    # c has the higher priority.
    assert found(readings, {"b": agent(), "c": agent()})["takers"] == {"a": {"web": "c"}}
    statuses = {"b": agent(), "c": agent(**settings)}
    assert found(readings, statuses)["takers"] == {"a": {"web": "b"}}
    drained = {"b": {**agent(), "agent": {"intent": "backup"}}, "c": agent(**settings)}
    assert found(readings, drained)["takers"] == {"a": {}}


def test_one_host_takes_over_what_moves_together() -> None:
    both = (WEB, DB)
    readings = {host: keepalived(*(["web", "db"] if host == "a" else []), instances=both)
                for host in HOSTS}  # fmt: skip
    assert found(readings, instances=both)["takers"] == {"a": {"web": "c", "db": "c"}}


def test_an_instance_of_one_host_alone_is_away_meanwhile() -> None:
    result = found({"a": keepalived("web")})
    assert "nobody else has web, so that it is away meanwhile" in result["steps"][0]
    back = found({"a": stopped()}, {"a": agent("web")}, back=True)
    assert "nobody else has web, so that it is away meanwhile" in back["steps"][0]


def test_the_daemon_that_starts_with_the_host_is_noticed() -> None:
    readings = {"a": {**stopped(), "starts_vrrp": True}, "b": stopped()}
    result = found(readings, {"a": agent("web"), "b": agent()})
    assert (result["first"], result["last"]) == ([], [])
    assert result["notices"] == ["a: keepalived is enabled, and starts with the host"]
    disabled = {"a": keepalived("web", starts_vrrp=False), "b": keepalived()}
    notices = found(disabled, back=True)["notices"]
    assert notices == ["a: keepalived is not enabled, and does not start with the host"]


def test_there_is_no_way_back_without_keepalived() -> None:
    readings = {"a": {**stopped(), "start_command": ""}, "b": stopped()}
    result = found(readings, {"a": agent("web"), "b": agent()}, back=True)
    assert result["problems"] == ["a: keepalived is not installed: install it before"]


def test_a_host_with_the_agent_takes_over_rather_than_one_whose_turn_comes() -> None:
    readings = {"a": keepalived("web"), "b": stopped(), "c": keepalived()}
    # c has the higher priority, and no agent yet.
    assert found(readings, {"b": agent()})["takers"] == {"a": {"web": "b"}}


@pytest.mark.parametrize("virtual_mac", [True, False])
def test_keepalived_that_would_not_hear_the_agent_is_a_problem(virtual_mac: bool) -> None:
    web = {**WEB, "virtual_mac": virtual_mac}
    verdict = {"file": "/k.conf", "line": 7, "statement": "vmac_xmit_base"}
    readings = {
        "a": keepalived("web", instances=(web,), verdicts=[verdict]),
        "b": keepalived(instances=(web,)),
    }
    problem = "a: /k.conf:7: vmac_xmit_base: keepalived would not hear the agent: remove it"
    assert found(readings, instances=(web,))["problems"] == [problem] * virtual_mac


@pytest.mark.parametrize(
    "answer",
    [
        {"instances": None},
        {"instances": "web"},
        {"instances": [{"name": "web"}]},
        {"instances": [{**agent("web")["instances"][0], "vrid": "z"}]},
        {"instances": [], "agent": 7},
    ],
)
def test_a_host_whose_answer_makes_no_sense_is_a_problem(answer: dict[str, Any]) -> None:
    problems = found({"a": keepalived("web"), "b": stopped()}, {"b": answer})["problems"]
    assert any(one.startswith("b: its answer makes no sense: ") for one in problems)


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
        "a serves web: another host takes over web; the agent is removed, and keepalived is "
        "enabled and starts"
    )
    readings = {"a": keepalived("web"), "b": keepalived(), "c": stopped()}
    result = found(readings, back=True)
    assert (result["first"], result["last"]) == (["c"], [])
