# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The configuration of each host from the inventory, and its problems.

Pure, so that it can be tested without Ansible. The agent's own code validates it, so the
controller and the host can't disagree.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.units import to_seconds
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.family import text
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance
from ansible_collections.failover.vrrp.plugins.plugin_utils._agreement import (
    Disagreement,
    disagreements,
    other_names,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._clusters import (
    HOSTS_MAX,
    Cluster,
    Key,
    find_clusters,
    place_priority,
    spread_priorities,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_config import (
    HostConfig,
    configure,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    PRIORITY,
    Entry,
    HostSettings,
)

Hosts = t.Mapping[str, HostSettings]
# A problem's line begins with the host that it belongs to.
Lines = t.Dict[str, t.List[str]]


@dataclass(frozen=True)
class HostPlan:
    """The plan for one host: its configuration without secrets, the problems that stop it, a line
    each, all hosts of its clusters that have the agent, itself included, by the names of its
    instances, and its virtual routers as ``vrrp_scan`` compares them with others.
    """

    config: dict[str, t.Any]
    problems: list[str]
    members: dict[str, list[str]]
    routers: list[dict[str, t.Any]]


@dataclass(frozen=True)
class _Draft:
    """All that the plans are made from; ``problems`` are lines by the host they belong to."""

    hosts: Hosts
    wanted: t.Collection[str]
    clusters: dict[Key, Cluster]
    configs: dict[str, HostConfig]
    problems: dict[Key, Lines]

    def clusters_of(self, host: str) -> t.Iterator[tuple[Key, Cluster]]:
        """Return the clusters of a host, in the order of its instances."""
        settings = self.hosts[host]
        for name in dict.fromkeys(entry.name for entry in settings.entries):
            if name is not None:
                yield (settings.cluster, name), self.clusters[settings.cluster, name]


def plan(hosts: Hosts, wanted: t.Sequence[str]) -> dict[str, HostPlan]:
    """Return the plans of the ``wanted`` hosts, from the settings of all hosts of the inventory,
    in its order.
    """
    everything = find_clusters(hosts)
    clusters = _touched(everything, set(wanted))
    configs = _configure(hosts, clusters, wanted, spread_priorities(everything, hosts))
    problems = {key: _problems(cluster, hosts, configs) for key, cluster in clusters.items()}
    for key, host, line in _other_names(clusters, configs):
        problems[key].setdefault(host, []).append(line)
    draft = _Draft(hosts, set(wanted), clusters, configs, problems)
    return {host: _plan_of(host, draft) for host in wanted}


def _touched(clusters: dict[Key, Cluster], wanted: set[str]) -> dict[Key, Cluster]:
    return {key: one for key, one in clusters.items() if not wanted.isdisjoint(one.entries)}


def configure_all(hosts: Hosts) -> dict[str, HostConfig]:
    """Return the configurations of all hosts of an inventory that have the agent."""
    clusters = find_clusters(hosts)
    members = [host for host, settings in hosts.items() if settings.is_member]
    configs = _configure(hosts, clusters, members, spread_priorities(clusters, hosts))
    return {host: configs[host] for host in members}


def _configure(
    hosts: Hosts,
    clusters: dict[Key, Cluster],
    wanted: t.Sequence[str],
    spread: t.Mapping[Key, t.Mapping[str, int]],
) -> dict[str, HostConfig]:
    derived: dict[str, dict[str, int | None]] = {host: {} for host in wanted}
    for key, cluster in clusters.items():
        taken = spread.get(key, {})
        for place, host in enumerate(cluster.entries):
            priority = taken.get(host, place_priority(place))
            derived.setdefault(host, {})[cluster.name] = priority
    return {host: configure(hosts[host], own) for host, own in derived.items()}


def _problems(cluster: Cluster, hosts: Hosts, configs: dict[str, HostConfig]) -> Lines:
    """Return the problems of a cluster by host."""
    found: Lines = {}
    members = [host for host in cluster.entries if hosts[host].is_member]
    for host in members:
        for one in configs[host].problems:
            if one.name in (None, cluster.name):
                found.setdefault(host, []).append(f"{host}: {one.problem}")
    if not members:
        return {}
    if any(place_priority(place) is None for place in _derived_places(cluster, hosts)):
        return {members[0]: [f"{members[0]}: {_too_many(cluster.entries[members[0]])}"]}
    built = {host: _instances(cluster, configs[host]) for host in members}
    known = {host: own for host, own in built.items() if own}
    for problem in disagreements(known, len(members)):
        found.setdefault(problem.host, []).append(_line(cluster, problem))
    return found


def _derived_places(cluster: Cluster, hosts: Hosts) -> t.Iterator[int]:
    """Return the places of hosts whose priority follows from it."""
    for place, (host, entry) in enumerate(cluster.entries.items()):
        if entry.lacks_priority and hosts[host].priority is None and hosts[host].is_member:
            yield place


def _too_many(entry: Entry) -> str:
    why = f"the cluster has more than {HOSTS_MAX} hosts, and no priority is left for the next"
    how = f"give only the hosts that share the address this instance, or set {PRIORITY}"
    return f"{entry.path}.priority: {why}: {how}"


def _instances(cluster: Cluster, config: HostConfig) -> list[Instance]:
    return [one for one in config.instances if one.name == cluster.name]


def _line(cluster: Cluster, one: Disagreement) -> str:
    return f"{one.host}: {cluster.entries[one.host].path}.{one.setting}: {one.text}"


def _other_names(
    clusters: dict[Key, Cluster], configs: dict[str, HostConfig]
) -> t.Iterator[tuple[Key, str, str]]:
    """Return virtual routers with two names among the hosts of one ``vrrp_cluster``, as a problem
    of both.
    """
    instances: dict[str, list[tuple[str, Instance]]] = {}
    for (group, _name), cluster in clusters.items():
        own = instances.setdefault(group, [])
        for host in cluster.entries:
            own.extend((host, one) for one in _instances(cluster, configs[host]))
    for group, members in instances.items():
        for first, name, problem in other_names(members):
            line = _line(clusters[group, name], problem)
            yield (group, name), problem.host, line
            yield (group, first), problem.host, line


def _plan_of(host: str, draft: _Draft) -> HostPlan:
    members = {
        cluster.name: [one for one in cluster.entries if draft.hosts[one].is_member]
        for _key, cluster in draft.clusters_of(host)
        if draft.hosts[host].is_member
    }
    lines = _lines(host, draft)
    if lines:  # What is wrong may be a secret at the wrong place, and Ansible shows plans with -v.
        return HostPlan({}, lines, members, [])
    made = draft.configs[host]
    return HostPlan(made.config, lines, members, [_router(one) for one in made.instances])


def _router(instance: Instance) -> dict[str, t.Any]:
    """Return what other hosts see of a virtual router."""
    signed = "hmac" if instance.signing_hmac else "none"
    return {
        "name": instance.label,
        "interface": instance.interface,
        "vrid": instance.vrid,
        "version": instance.version,
        "family": instance.family.label,
        "addresses": [text(one) for one in instance.packed_addresses],
        "excluded_addresses": [
            text(one.packed) for one in instance.excluded_addresses if one.family is instance.family
        ],
        "advertisement_interval": to_seconds(instance.advertisement_interval),
        "unicast": bool(instance.unicast_peers),
        "authentication": "password" if instance.password else signed,
    }


def _lines(host: str, draft: _Draft) -> list[str]:
    """Return the problems that stop a host.

    Each line of a cluster is shown once: by the host it belongs to, or, when that is not
    wanted, by the first one that is. Other hosts of the cluster refer to it.
    """
    lines = [f"{host}: {one.problem}" for one in draft.configs[host].problems]
    elsewhere: list[str] = []
    for key, cluster in draft.clusters_of(host):
        first = next(
            (one for one in cluster.entries if one in draft.wanted and draft.hosts[one].is_member),
            None,
        )
        for other, own in draft.problems[key].items():
            if other == host or (other not in draft.wanted and first == host):
                lines += own
            else:
                path = cluster.entries[host].path
                what = f"left as it is, because {other} has a problem with {cluster.name}"
                elsewhere.append(f"{host}: {path}: {what}")
    return list(dict.fromkeys(lines or elsewhere))
