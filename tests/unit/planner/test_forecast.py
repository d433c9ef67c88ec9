# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forecast of a cluster, with times worked out by hand.

A backup takes over after ``down_intervals`` intervals and the skew time, which is
(256 - priority) / 256 of an interval in version 3.
"""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.model.config import build_config
from _vrrp.model.instance import Config
from _vrrp.planner.cluster import RestlessError
from _vrrp.planner.forecast import Failure, Forecast, forecast


def configs(*hosts: list[dict[str, Any]]) -> dict[str, Config]:
    """The configurations of node1, node2 and so on."""
    return {
        f"node{number}": build_config({"instances": entries})
        for number, entries in enumerate(hosts, 1)
    }


def web(priority: int, **settings: Any) -> dict[str, Any]:
    entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    return {**entry, "priority": priority, **settings}


def db(priority: int, **settings: Any) -> dict[str, Any]:
    return web(priority, **{"name": "db", "vrid": 52, "addresses": ["192.0.2.101/24"], **settings})


def death_of(host: str, found: Forecast) -> Failure:
    return next(one for one in found.failures if one.hosts == (host,))


def moves(failure: Failure) -> dict[str, tuple[str | None, float | None]]:
    """The host that serves each instance, and after how many seconds."""
    return {
        one.label: (one.host, None if one.after is None else round(one.after, 2))
        for one in failure.moves
    }


def test_the_next_host_takes_over_after_its_master_down_interval() -> None:
    found = forecast(configs([web(200)], [web(199)], [web(198)]))
    assert found.order == {"web": ("node1", "node2", "node3")}
    # 3 s + 57/256 s.
    assert moves(death_of("node1", found)) == {"web": ("node2", 3.22)}
    assert moves(death_of("node2", found)) == {}


def test_a_pair_of_hosts_leaves_the_third() -> None:
    found = forecast(configs([web(200)], [web(199)], [web(198)]), pairs=True)
    (pair,) = [one for one in found.failures if one.hosts == ("node1", "node2")]
    # 3 s + 58/256 s.
    assert moves(pair) == {"web": ("node3", 3.23)}
    assert len(found.failures) == 6


def test_the_time_is_that_since_the_last_advertisement_of_each_instance() -> None:
    # The two advertise at different moments; 3 s + 156/256 s for both.
    found = forecast(configs([web(250), db(110)], [web(100), db(100)]))
    assert moves(death_of("node1", found)) == {"web": ("node2", 3.61), "db": ("node2", 3.61)}


def test_a_long_delay_of_preemption_is_no_disagreement() -> None:
    found = forecast(configs([web(200, preempt_delay=3600)], [web(199, preempt_delay=3600)]))
    assert moves(death_of("node1", found)) == {"web": ("node2", 3.22)}


def test_an_instance_of_one_host_is_lost_with_it() -> None:
    found = forecast(configs([web(200), db(200)], [web(199)]))
    assert moves(death_of("node1", found)) == {"web": ("node2", 3.22), "db": (None, None)}


def test_all_of_a_sync_group_moves_with_its_slowest_member() -> None:
    grouped = {"sync_group": "edge"}
    found = forecast(
        configs(
            [web(200, **grouped), db(200, advertisement_interval=0.1, **grouped)],
            [web(199, **grouped), db(199, advertisement_interval=0.1, **grouped)],
        )
    )
    assert moves(death_of("node1", found)) == {"web": ("node2", 3.22), "db": ("node2", 3.22)}


def test_groups_whose_members_prefer_other_hosts_do_not_come_to_rest_or_share_one() -> None:
    grouped = {"sync_group": "edge"}
    try:
        found = forecast(
            configs(
                [web(200, **grouped), db(100, **grouped)], [web(100, **grouped), db(200, **grouped)]
            )
        )
    except RestlessError:
        return
    assert len({found.masters["web"], found.masters["db"]}) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"virtual_mac": True},
        {"addresses": ["2001:db8::100/64"]},
        {"unicast_peers": ["192.0.2.11", "192.0.2.12"]},
        {"version": 2},
        {"preempt": False},
        {"hmac": {"keys": [{"id": 1, "secret": "s" * 32}]}},
        {"track_scripts": [{"command": "/bin/check", "weight": -10}]},
        {"track_processes": [{"name": "haproxy", "quorum": 2, "weight": -10}]},
        {"track_files": [{"path": "/run/weight", "weight": 1}]},
        {"track_interfaces": [{"interface": "eth1"}]},
        {"startup_delay": 30},
        {"hooks": [{"event": "master", "command": "/bin/promote"}]},
    ],
)
def test_settings_of_every_kind_are_planned_with(settings: dict[str, Any]) -> None:
    found = forecast(configs([web(200, **settings)], [web(199, **settings)]))
    assert found.masters == {"web": ("node1",)}
    # Version 2 has the same skew time at an interval of one second.
    assert moves(death_of("node1", found)) == {"web": ("node2", 3.22)}


def test_both_families_of_an_instance_are_planned() -> None:
    both = {"addresses": ["192.0.2.100/24", "2001:db8::100/64"]}
    found = forecast(configs([web(200, **both)], [web(199, **both)]))
    assert found.masters == {"web/ipv4": ("node1",), "web/ipv6": ("node1",)}
    assert {one.host for one in death_of("node1", found).moves} == {"node2"}
