# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The clusters of an inventory: the hosts that share an instance.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    Entry,
    HostSettings,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._spread import spread_masters

# When a master resigns, backups wait longer the lower their priority is, by 1/256 of an interval
# for each step: 4 ms. A busy host wakes up later than that, and two hosts take over. So the first
# ten hosts are ten steps apart; the others follow one by one. Above all of them is room for a host
# that holds mastership, and no host that is added comes before one that is there.
_FIRST = range(200, 100, -10)
_NEXT = range(109, 0, -1)
_PRIORITIES = (*_FIRST, *_NEXT)
HOSTS_MAX = len(_PRIORITIES)

Key = t.Tuple[str, str]


@dataclass
class Cluster:
    """The hosts of the inventory that have an instance of one name, and one ``vrrp_cluster``.

    ``entries`` are the instances by host, in the order of the inventory.
    """

    name: str
    entries: dict[str, Entry] = field(default_factory=dict)


def find_clusters(hosts: t.Mapping[str, HostSettings]) -> dict[Key, Cluster]:
    """Return the clusters of an inventory, by ``vrrp_cluster`` and the name of the instance."""
    found: dict[Key, Cluster] = {}
    for host, settings in hosts.items():
        for entry in settings.entries:
            if entry.name is not None:
                key = (settings.cluster, entry.name)
                found.setdefault(key, Cluster(entry.name)).entries.setdefault(host, entry)
    return found


def place_priority(place: int) -> int | None:
    """Return the priority of the host at this place (0 is the first) of a cluster.

    Distinct, and each below those before, so that a host added at the end changes no other's and
    moves nothing. None for a place beyond the last priority, which is 1.
    """
    return _PRIORITIES[place] if place < HOSTS_MAX else None


def spread_priorities(
    clusters: t.Mapping[Key, Cluster], hosts: t.Mapping[str, HostSettings]
) -> dict[Key, dict[str, int]]:
    """Return the priorities of hosts that are to be master, where all hosts of a cluster spread
    them: the instances of a sync group together.
    """
    units: dict[str, dict[Key, Cluster]] = {}
    for key, cluster in clusters.items():
        if all(hosts[host].spreads for host in cluster.entries):
            units.setdefault(f"{key[0]}\0{_sync_group(cluster)}", {})[key] = cluster
    taken = spread_masters(hosts, {unit: _first(own) for unit, own in units.items()})
    return {key: taken.get(unit, {}) for unit, own in units.items() for key in own}


def _sync_group(cluster: Cluster) -> str:
    """Return the name of the sync group of a cluster's instances, or that of the cluster."""
    settings = [entry.settings for entry in cluster.entries.values()]
    groups = [one.get("sync_group") for one in settings if isinstance(one, t.Mapping)]
    named = next((one for one in groups if isinstance(one, str) and one), None)
    return f"group {named}" if named else f"instance {cluster.name}"


def _first(clusters: t.Mapping[Key, Cluster]) -> list[str]:
    return list(next(iter(clusters.values())).entries)
