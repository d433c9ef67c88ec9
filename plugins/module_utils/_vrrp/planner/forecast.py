# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.
"""The forecast of a cluster: who is master, who follows, and what happens when hosts die.

All of it is what the engine of the agent does, on a virtual clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Dict, Iterator, List, Mapping, Sequence, Tuple

from ..base.units import to_seconds
from ..model.instance import Config, Instance
from .cluster import PlannedCluster

Masters = Mapping[str, Tuple[str, ...]]


@dataclass(frozen=True)
class Move:
    """An instance whose master has died: ``host`` serves it ``after`` so many seconds; None when
    no host does.
    """

    label: str
    host: str | None
    after: float | None


@dataclass(frozen=True)
class Failure:
    """Hosts that die at the same moment, and the moves of all they were master of."""

    hosts: Tuple[str, ...]
    moves: Tuple[Move, ...]
    masters: Masters


@dataclass(frozen=True)
class Forecast:
    """``order`` has the hosts of each instance by its label, the master first; ``failures`` what
    happens when each host dies, and each pair of hosts, if that was asked for.
    """

    order: Mapping[str, Tuple[str, ...]]
    masters: Masters
    failures: Tuple[Failure, ...]


def forecast(configs: Mapping[str, Config], pairs: bool = False) -> Forecast:
    """Return the forecast for hosts that share instances, by name.

    Keys of signatures play no part. Raises RestlessError.
    """
    hosts = _plain(configs)
    cluster = PlannedCluster(hosts)
    cluster.boot()
    masters = _masters(cluster)
    failures = tuple(_failure(hosts, dead, masters) for dead in _deaths(list(hosts), pairs))
    return Forecast(_order(hosts, masters), masters, failures)


def _plain(configs: Mapping[str, Config]) -> Dict[str, Config]:
    """Return the configurations without keys, and with an address to send from for each host that
    is one of several unicast peers: which one it has is not known, and decides nothing.
    """
    places: Dict[str, int] = {}
    found: Dict[str, Config] = {}
    for name, config in configs.items():
        instances = []
        for one in config.instances:
            place = places[one.label] = places.get(one.label, -1) + 1
            instances.append(
                replace(one, hmac=None, password="", source_address=_source(one, place))
            )
        found[name] = Config(tuple(instances))
    return found


def _source(instance: Instance, place: int) -> bytes:
    peers = sorted(instance.unicast_peers)
    if instance.source_address or not peers:
        return instance.source_address
    return peers[place % len(peers)]


def _deaths(hosts: Sequence[str], pairs: bool) -> Iterator[Tuple[str, ...]]:
    for host in hosts:
        yield (host,)
    if pairs:
        yield from combinations(hosts, 2)


def _masters(cluster: PlannedCluster) -> Masters:
    found: Dict[str, Tuple[str, ...]] = {}
    for name, host in cluster.hosts.items():
        for one in host.config.instances:
            serves = (name,) if one.label in host.masters else ()
            found[one.label] = found.get(one.label, ()) + serves
    return found


def _order(configs: Mapping[str, Config], masters: Masters) -> Dict[str, Tuple[str, ...]]:
    """Return the hosts of each instance, its master first, then by priority."""
    members: Dict[str, List[Tuple[int, str]]] = {}
    for name, config in configs.items():
        for one in config.instances:
            members.setdefault(one.label, []).append((-one.priority, name))
    return {
        label: (*masters[label], *(one[1] for one in sorted(own) if one[1] not in masters[label]))
        for label, own in members.items()
    }


def _failure(configs: Mapping[str, Config], dead: Tuple[str, ...], before: Masters) -> Failure:
    if not any(set(dead).intersection(masters) for masters in before.values()):
        return Failure(dead, (), before)
    cluster = PlannedCluster(configs)
    cluster.boot()
    lost = [(one, name) for name in dead for one in _served(cluster, name)]
    cluster.kill(dead)
    cluster.rest()
    after = _masters(cluster)
    moves = [_move(cluster, one.label, name, after[one.label]) for one, name in lost]
    return Failure(dead, tuple(_together(moves, [one.sync_group for one, _name in lost])), after)


def _together(moves: Sequence[Move], groups: Sequence[str]) -> Iterator[Move]:
    """Yield the moves; those of a sync group take as long as the slowest of it may."""
    slowest: Dict[str, float] = {}
    for move, group in zip(moves, groups):
        slowest[group] = max(slowest.get(group, 0.0), move.after or 0.0)
    for move, group in zip(moves, groups):
        is_joined = bool(group) and move.after is not None
        yield replace(move, after=slowest[group]) if is_joined else move


def _served(cluster: PlannedCluster, name: str) -> List[Instance]:
    host = cluster.hosts[name]
    return [one for one in host.config.instances if one.label in host.masters]


def _move(cluster: PlannedCluster, label: str, dead: str, serving: Tuple[str, ...]) -> Move:
    """Return a move. A host may die right after an advertisement, so the time is that since the
    last one.
    """
    if not serving:
        return Move(label, None, None)
    since = cluster.hosts[serving[0]].masters[label]
    last = cluster.hosts[dead].advertised[label]
    return Move(label, serving[0], round(to_seconds(since - last), 3))
