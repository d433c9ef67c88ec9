# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""Agreement of the hosts of an instance: what differs between them, and would make two masters.

It compares instances as the agent builds them, not their spelling in the inventory. Pure, so that
it can be tested without Ansible.
"""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.units import to_seconds
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.family import Family, text
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance

Member = t.Tuple[str, Instance]

# The settings that all hosts of an instance have to agree on, as a problem shows them.
_COMMON: dict[str, t.Callable[[Instance], object]] = {
    "vrid": lambda one: one.vrid,
    "version": lambda one: one.version,
    "addresses": lambda one: ", ".join(map(text, sorted(one.packed_addresses))),
    "advertisement_interval": lambda one: f"{to_seconds(one.advertisement_interval):g}",
    "down_intervals": lambda one: one.down_intervals,
}
# Secrets that have to agree, which no problem shows.
_SECRET: dict[str, t.Callable[[Instance], object]] = {
    "password": lambda one: one.password,
    "hmac.keys": lambda one: frozenset(one.hmac.keys) if one.hmac else None,
}


def disagreements(hosts: t.Mapping[str, t.Sequence[Instance]]) -> list[str]:
    """Return the problems between the instances of all hosts, one sentence each."""
    members: dict[tuple[str, Family], list[Member]] = {}
    for host, instances in hosts.items():
        for instance in instances:
            members.setdefault((instance.name, instance.family), []).append((host, instance))
    problems = [*_other_families(members)]
    for (name, _family), own in members.items():
        problems += [*_equal_priorities(name, own), *_unequal(name, own), *_peers(name, own)]
    return list(dict.fromkeys([*problems, *_other_names(members)]))


def _other_families(members: t.Mapping[tuple[str, Family], list[Member]]) -> t.Iterator[str]:
    for name in dict.fromkeys(name for name, _family in members):
        hosts = {family: [host for host, _one in members.get((name, family), [])]
                 for family in Family}  # fmt: skip
        for family, other in (tuple(Family), tuple(Family)[::-1]):
            lacking = [host for host in hosts[other] if host not in hosts[family]]
            if hosts[family] and lacking:
                what = f"has {family.protocol} addresses, and {lacking[0]} has none"
                yield f"{name}: {hosts[family][0]} {what}"


def _equal_priorities(name: str, members: t.Sequence[Member]) -> t.Iterator[str]:
    by_priority: dict[int, list[str]] = {}
    for host, instance in members:
        by_priority.setdefault(instance.priority, []).append(host)
    for priority, hosts in by_priority.items():
        if len(hosts) > 1:
            yield (
                f"{name}: {' and '.join(hosts)} have the same priority {priority}; set a "
                "different vrrp_priority for each, or leave it out everywhere"
            )


def _unequal(name: str, members: t.Sequence[Member]) -> t.Iterator[str]:
    first_host, first = members[0]
    for host, instance in members[1:]:
        for key, secret in _SECRET.items():
            if secret(instance) != secret(first):
                yield f"{name}: {key} is not the same on {first_host} and {host}"
        for key, value in _COMMON.items():
            here, there = value(first), value(instance)
            if here != there:
                yield f"{name}: {key} is {here} on {first_host} and {there} on {host}"


def _peers(name: str, members: t.Sequence[Member]) -> t.Iterator[str]:
    """Problems with the lists of unicast peers, from each of which a host may leave out itself."""
    unicast = [host for host, instance in members if instance.unicast_peers]
    multicast = [host for host, instance in members if not instance.unicast_peers]
    if unicast and multicast:
        what = f"{unicast[0]} sends to unicast_peers, and {multicast[0]} to the multicast group"
        yield f"{name}: {what}"
    elif unicast:
        yield from _incomplete_peers(name, members)


def _incomplete_peers(name: str, members: t.Sequence[Member]) -> t.Iterator[str]:
    everybody = set().union(*(instance.unicast_peers for _host, instance in members))
    if len(everybody) < len(members):
        count = f"{len(everybody)} address{'' if len(everybody) == 1 else 'es'}"
        yield f"{name}: unicast_peers of all hosts has {count} for {len(members)} hosts"
        return
    for host, instance in members:
        left_out = sorted(everybody.difference(instance.unicast_peers))
        if len(left_out) > 1:
            which = " and ".join(map(text, left_out))
            why = "of which only one can be its own"
            yield f"{name}: unicast_peers of {host} leaves out {which}, {why}"


def _other_names(members: t.Mapping[tuple[str, Family], list[Member]]) -> t.Iterator[str]:
    routers: dict[tuple[int, bytes], dict[str, str]] = {}
    for host, instance in itertools.chain(*members.values()):
        for address in instance.packed_addresses:
            routers.setdefault((instance.vrid, address), {}).setdefault(instance.name, host)
    for (vrid, address), names in routers.items():
        if len(names) > 1:
            who = " and ".join(f"{name} on {host}" for name, host in names.items())
            what = f"have the same VRID {vrid} and address {text(address)}"
            yield f"{who} {what}: give the instance one name"
