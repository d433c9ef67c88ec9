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


# What peers see of an instance, and its priority. What else keepalived has may be nothing for the
# agent, and was mended in the inventory.
_COMPARED = (
    "name", "interface", "vrid", "priority", "version", "addresses", "family", "excluded_addresses",
    "advertisement_interval", "down_intervals", "derive_link_local", "strict_link_local",
    "source_address", "multicast_group", "unicast_peers", "unicast_ttl", "unicast_ttl_min",
    "unicast_ttl_max", "advertise_checksum", "virtual_mac", "virtual_mac_address", "password",
    "hmac",
)  # fmt: skip
_BY = "failover.vrrp.migrate"


def host_state(
    reading: Result, status: Result, config: HostConfig, members: t.Mapping[str, t.Sequence[str]]
) -> HostState:
    """Return a host from the results of ``vrrp_keepalived_info`` and ``vrrp_info``, and its
    configuration from the inventory. A result that makes no sense is a problem of the host.
    """
    try:
        return _state(reading, status, config, members)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"its answer makes no sense: {type(error).__name__}: {error}"
        return HostState(ours=config.instances, members=members, problems=[why])


def _state(
    reading: Result, status: Result, config: HostConfig, members: t.Mapping[str, t.Sequence[str]]
) -> HostState:
    theirs, problems = _instances(reading)
    runs_keepalived = bool(reading.get("runs_vrrp"))
    by_keepalived = _served_by_keepalived(reading, theirs) if runs_keepalived else set()
    return HostState(
        theirs,
        config.instances,
        frozenset(by_keepalived | _served_by_agent(status)),
        frozenset(_able(status)),
        runs_keepalived,
        bool(reading.get("start_command")),
        bool(reading.get("starts_vrrp")),
        "instances" in status,
        members,
        [*problems, *(_unheard(reading, theirs) if runs_keepalived else ())],
    )


def _instances(reading: Result) -> tuple[list[Instance], list[str]]:
    """Return the instances of keepalived with their secrets, and what is wrong with some."""
    secrets = reading.get("secrets", {})
    found: list[Instance] = []
    problems: list[str] = []
    for one in reading.get("instances", ()):
        entry = {**one, **secrets.get(one["name"], {})}
        seen = {key: value for key, value in entry.items() if key in _COMPARED}
        try:
            found.extend(build_config({"instances": [seen]}).instances)
        except ConfigError as error:
            problems.extend(f"keepalived: {one['name']}: {line}" for line in error.problems)
    return found, problems


def _unheard(reading: Result, instances: t.Sequence[Instance]) -> t.Iterator[str]:
    """Yield the words with which keepalived does not hear the agent: its interface drops what has
    the virtual MAC address of its own macvlan, and with vmac_xmit_base it listens there.
    """
    if any(one.virtual_mac and not one.unicast_peers for one in instances):
        for verdict in reading.get("verdicts", ()):
            if verdict["statement"].split() == ["vmac_xmit_base"]:
                place = f"{verdict['file']}:{verdict['line']}"
                yield f"{place}: vmac_xmit_base: keepalived would not hear the agent: remove it"


def _served_by_keepalived(reading: Result, instances: t.Sequence[Instance]) -> set[Router]:
    return {router_of(one) for one in instances if one.name in reading.get("serving", ())}


def _served_by_agent(status: Result) -> set[Router]:
    return {
        (str(one["interface"]), str(one["family"]), int(one["vrid"]))
        for one in status.get("instances", ())
        if one["state"] == "MASTER"
    }


def _able(status: Result) -> set[str]:
    """Return the instances that the agent takes part in, without a wish of an operator."""
    instances = status.get("instances", ())
    if status.get("agent", {}).get("intent", "auto") != "auto":
        return set()
    unable = {
        str(one["name"])
        for one in instances
        if one["state"] == "INITIALIZE" or (one["intent"] != "auto" and one["intent_by"] != _BY)
    }
    return {str(one["name"]) for one in instances} - unable


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
