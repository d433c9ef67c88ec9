# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""Problems between the hosts of a cluster: settings that must not differ, and those that have to.

It compares instances as the agent builds them, not their spelling in the inventory. Pure, so that
it can be tested without Ansible.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.units import to_seconds
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.family import Family, text
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance

# How an operator mends hosts that differ in a setting.
_MEND = "make them equal, or give two clusters different values of vrrp_cluster"

# The settings that all hosts of an instance have to agree on, as a problem shows them.
_COMMON: dict[str, t.Callable[[Instance], object]] = {
    "vrid": lambda one: one.vrid,
    "version": lambda one: one.version,
    "addresses": lambda one: ", ".join(map(text, sorted(one.packed_addresses))),
    "advertisement_interval": lambda one: f"{to_seconds(one.advertisement_interval):g}",
    "down_intervals": lambda one: one.down_intervals,
    "multicast_group": lambda one: text(one.group),
    "virtual_mac_address": lambda one: one.virtual_mac_address.hex(":") or "that of the protocol",
}
# Secrets that have to agree, which no problem shows.
_SECRET: dict[str, t.Callable[[Instance], object]] = {
    "password": lambda one: one.password,
    "hmac.keys": lambda one: frozenset(one.hmac.keys) if one.hmac else None,
}


def differences(first: Instance, second: Instance) -> t.Iterator[tuple[str, str, str]]:
    """Yield the settings that two hosts of one instance have to agree on, and do not, with both
    values, which are empty for secrets.
    """
    for key, value in _COMMON.items():
        if value(first) != value(second):
            yield key, str(value(first)), str(value(second))
    for key, secret in _SECRET.items():
        if secret(first) != secret(second):
            yield key, "", ""


@dataclass(frozen=True)
class Member:
    """A host of a cluster, with its instance in one address family."""

    host: str
    instance: Instance


@dataclass(frozen=True)
class Disagreement:
    """A problem of a host's instance with the rest of its cluster."""

    host: str
    setting: str
    text: str


def disagreements(
    hosts: t.Mapping[str, t.Sequence[Instance]], size: int
) -> t.Iterator[Disagreement]:
    """Return the problems of a cluster, from the instances of its hosts, one for each family.

    ``size`` is the number of its hosts, of which some may not be known yet.
    """
    families = {family: list(_members(hosts, family)) for family in Family}
    for family, members in families.items():
        if members:
            having = {one.host for one in members}
            lacking = [host for host in hosts if host not in having]
            yield from _lacking(family, members[0].host, lacking)
            yield from _equal_priorities(members)
            yield from _unequal(members)
            yield from _peers(members, size)


def other_names(
    instances: t.Iterable[tuple[str, Instance]],
) -> t.Iterator[tuple[str, str, Disagreement]]:
    """Return the instances that are one virtual router under two names, each with both names."""
    routers: dict[tuple[int, bytes], tuple[str, str]] = {}
    for host, instance in instances:
        for address in instance.packed_addresses:
            first, name = routers.setdefault((instance.vrid, address), (host, instance.name))
            if name != instance.name:
                what = f"{instance.name} has VRID {instance.vrid} and address {text(address)}"
                why = f"{what}, which are those of {name} on {first}: give the instance one name"
                yield name, instance.name, Disagreement(host, "name", why)


def _members(hosts: t.Mapping[str, t.Sequence[Instance]], family: Family) -> t.Iterator[Member]:
    for host, instances in hosts.items():
        yield from (Member(host, one) for one in instances if one.family is family)


def _lacking(family: Family, first: str, lacking: t.Sequence[str]) -> t.Iterator[Disagreement]:
    for host in lacking:
        what = f"has no {family.protocol} address, but {first} has one: {_MEND}"
        yield Disagreement(host, "addresses", what)


def _equal_priorities(members: t.Sequence[Member]) -> t.Iterator[Disagreement]:
    first: dict[int, str] = {}
    for member in members:
        priority = member.instance.priority
        other = first.setdefault(priority, member.host)
        if other != member.host:
            how = "set a different vrrp_priority for each host, or leave it out everywhere"
            yield Disagreement(member.host, "priority", f"{priority}, as on {other}: {how}")


def _unequal(members: t.Sequence[Member]) -> t.Iterator[Disagreement]:
    first = members[0]
    for member in members[1:]:
        for key, here, there in differences(member.instance, first.instance):
            what = f"{here}, but {there} on" if here else "not the same as on"
            yield Disagreement(member.host, key, f"{what} {first.host}: {_MEND}")


def _peers(members: t.Sequence[Member], size: int) -> t.Iterator[Disagreement]:
    """Problems with the lists of unicast peers: each host lists all of them, also itself."""
    first = members[0]
    others = [one for one in members if bool(one.instance.unicast_peers) != _is_unicast(first)]
    for member in others:
        ways = ("unicast peers", "the multicast group")
        here, there = ways if _is_unicast(member) else ways[::-1]
        what = f"it sends to {here}, but {first.host} to {there}: {_MEND}"
        yield Disagreement(member.host, "unicast_peers", what)
    if _is_unicast(first) and not others:
        yield from _incomplete_peers(members, size)


def _is_unicast(member: Member) -> bool:
    return bool(member.instance.unicast_peers)


def _incomplete_peers(members: t.Sequence[Member], size: int) -> t.Iterator[Disagreement]:
    everybody = set(itertools.chain(*map(_sources, members)))
    if len(everybody) < size:
        what = f"{len(everybody)} address{'' if len(everybody) == 1 else 'es'} for {size} hosts"
        how = "name all of them; a template needs groups in place of ansible_play_hosts"
        yield Disagreement(members[0].host, "unicast_peers", f"the hosts have {what}: {how}")
        return
    for member in members:
        left_out = sorted(everybody.difference(_sources(member)))
        if left_out:
            which = " and ".join(map(text, left_out))
            what = f"leaves out {which}: every host lists all of them, also itself"
            yield Disagreement(member.host, "unicast_peers", what)


def _sources(member: Member) -> set[bytes]:
    """Return the addresses that a host accepts advertisements from, and its own."""
    instance = member.instance
    own = {instance.source_address} if instance.source_address else set()
    return own.union(instance.unicast_peers)
