# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""Hosts as the modules found them, as the moves between keepalived and the agent need them.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import ConfigError
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.config import build_config
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_config import HostConfig
from ansible_collections.failover.vrrp.plugins.plugin_utils._moves import (
    HostState,
    Router,
    router_of,
)

Result = t.Mapping[str, t.Any]


def host_state(
    reading: Result, status: Result, config: HostConfig, members: t.Mapping[str, t.Sequence[str]]
) -> HostState:
    """Return a host from the results of ``vrrp_keepalived_info`` and ``vrrp_info``, and its
    configuration from the inventory.
    """
    theirs, problems = _instances(reading)
    runs_keepalived = bool(reading.get("runs_vrrp"))
    by_keepalived = _served_by_keepalived(reading, theirs) if runs_keepalived else set()
    return HostState(
        theirs,
        config.instances,
        frozenset(by_keepalived | _served_by_agent(status)),
        runs_keepalived,
        "instances" in status,
        members,
        problems,
    )


def _instances(reading: Result) -> tuple[list[Instance], list[str]]:
    """Return the instances of keepalived with their secrets, or what is wrong with them."""
    secrets = reading.get("secrets", {})
    entries = [{**one, **secrets.get(one["name"], {})} for one in reading.get("instances", ())]
    try:
        return list(build_config({"instances": entries}).instances), []
    except ConfigError as error:
        return [], [f"keepalived: {one}" for one in error.problems]


def _served_by_keepalived(reading: Result, instances: t.Sequence[Instance]) -> set[Router]:
    return {router_of(one) for one in instances if one.name in reading.get("serving", ())}


def _served_by_agent(status: Result) -> set[Router]:
    return {
        (str(one["interface"]), str(one["family"]), int(one["vrid"]))
        for one in status.get("instances", ())
        if one["state"] == "MASTER"
    }


def with_likely_masters(hosts: t.Mapping[str, HostState]) -> dict[str, HostState]:
    """Return the hosts, of which that with the highest priority serves an instance without
    addresses while keepalived runs there: nothing on the host tells.
    """
    best: dict[tuple[str, str], tuple[int, str, Router]] = {}
    for host, state in hosts.items():
        names = {router_of(one): one.name for one in state.ours}
        for one in state.theirs if state.runs_keepalived else ():
            key = (names.get(router_of(one), ""), one.family.label)
            is_better = key not in best or one.priority > best[key][0]
            if not one.addresses and is_better:
                best[key] = one.priority, host, router_of(one)
    found = dict(hosts)
    for _priority, host, router in best.values():
        found[host] = replace(found[host], serving=found[host].serving | {router})
    return found
