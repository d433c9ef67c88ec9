# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A drain that nobody would take over from."""

from __future__ import annotations

from typing import Any

from ansible_collections.failover.vrrp.plugins.filter.vrrp_outages import vrrp_outages


def answer(host: str, *routers: tuple[str, str, str]) -> dict[str, Any]:
    """The answer of a host for its routers: name, state and intent."""
    keys = ("name", "state", "intent")
    instances = [{**dict(zip(keys, one)), "reason": "eth0 is down"} for one in routers]
    return {"item": host, "instances": instances}


def found(targets: list[str], *answers: dict[str, Any], instance: str | None = None) -> list[str]:
    members = {"web": ["lb1", "lb2", "lb3"], "db": ["lb1", "lb2"]}
    plans = {host: {"members": members} for host in targets}
    return vrrp_outages(plans, answers, targets, instance)


WELL = (("web", "BACKUP", "auto"), ("db", "BACKUP", "auto"))
MASTER = (("web", "MASTER", "auto"), ("db", "MASTER", "auto"))
DRAINED = (("web", "BACKUP", "backup"), ("db", "BACKUP", "backup"))


def test_a_drain_is_none_where_another_host_takes_part() -> None:
    assert found(["lb1"], answer("lb1", *MASTER), answer("lb2", *WELL)) == []


def test_a_drained_host_is_no_successor() -> None:
    answers = answer("lb1", *MASTER), answer("lb2", *DRAINED), answer("lb3", WELL[0])
    assert found(["lb1"], *answers) == [
        "db: nobody would serve it while lb1 is drained: lb2 is drained"
    ]
    assert found(["lb1"], *answers, instance="web") == []


def test_all_reasons_are_named() -> None:
    unable = answer("lb2", ("web", "INITIALIZE", "auto"), WELL[1])
    silent = {"item": "lb3", "msg": "unreachable"}
    assert found(["lb1"], answer("lb1", *MASTER), unable, silent, instance="web") == [
        "web: nobody would serve it while lb1 is drained: lb2 is INITIALIZE (eth0 is down), "
        "lb3 does not answer for it"
    ]


def test_hosts_that_are_drained_together_are_no_successors_of_each_other() -> None:
    answers = answer("lb1", *MASTER), answer("lb2", *WELL)
    assert found(["lb1", "lb2"], *answers, instance="db") == [
        f"db: nobody would serve it while {host} is drained: no other host has it, or all of them "
        "are to be drained"
        for host in ("lb1", "lb2")
    ]


def test_what_is_drained_already_makes_no_difference() -> None:
    assert found(["lb1"], answer("lb1", *DRAINED), answer("lb2", *DRAINED)) == []
