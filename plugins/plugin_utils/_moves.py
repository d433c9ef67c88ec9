# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The order in which hosts move from keepalived to the agent, or back, and what stands against it.

Hosts that serve nothing move first, one after the other. Then what the others serve is taken over
by a host that has moved, so that each of them serves nothing when its turn comes. Pure, so that it
can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.family import text
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance
from ansible_collections.failover.vrrp.plugins.plugin_utils._agreement import differences

Router = t.Tuple[str, str, int]  # The interface, the label of the address family, the VRID.
_SECRET = "not the same in keepalived and in the inventory"
_MEND = "give both the same before the move, as what peers see must not change in it"


@dataclass(frozen=True)
class HostState:
    """A host with the instances of its keepalived, and those of the agent in the inventory, one for
    each family. ``serving`` are the routers that it serves, by whichever of the two, and ``able``
    the names of the instances that its agent can take over. ``members`` are the hosts of its
    clusters by the name of the instance. ``has_keepalived`` where it is installed, and
    ``starts_keepalived`` where its VRRP starts with the host.
    """

    theirs: t.Sequence[Instance] = ()
    ours: t.Sequence[Instance] = ()
    serving: t.AbstractSet[Router] = frozenset()
    able: t.AbstractSet[str] = frozenset()
    runs_keepalived: bool = False
    has_keepalived: bool = True
    starts_keepalived: bool = False
    runs_agent: bool = False
    members: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    problems: t.Sequence[str] = ()

    def names_served(self) -> list[str]:
        """Return the names of the agent's instances of which it serves a router."""
        names = (one.name for one in self.ours if router_of(one) in self.serving)
        return list(dict.fromkeys(names))

    def is_at(self, back: bool) -> bool:
        """Whether it has moved: runs the agent alone, or, on the way back, keepalived alone."""
        return (self.runs_agent, self.runs_keepalived) == (not back, back)

    def gives_up(self, back: bool) -> bool:
        """Whether it serves something by the daemon that stops in its move."""
        return bool(self.serving) and (self.runs_agent if back else self.runs_keepalived)


@dataclass(frozen=True)
class Moves:
    """The hosts that move ``first``, and ``last`` those that serve something: the names of these
    instances are in ``served``, and the hosts that take them over in ``takers``, by the host and
    the instance. ``problems`` stop all of it, a line each, ``steps`` say what will happen, and
    ``notices`` what will be different.
    """

    first: list[str]
    last: list[str]
    served: dict[str, list[str]]
    takers: dict[str, dict[str, str]]
    steps: list[str]
    notices: list[str]
    problems: list[str]


def router_of(instance: Instance) -> Router:
    """Return the virtual router of an instance on its host."""
    return instance.interface, instance.family.label, instance.vrid


def moves(hosts: t.Mapping[str, HostState], back: bool = False) -> Moves:
    """Return the moves of hosts, to keepalived for ``back``, else to the agent."""
    moving = [host for host, state in hosts.items() if not state.is_at(back)]
    first = [host for host in moving if not hosts[host].gives_up(back)]
    last = [host for host in moving if hosts[host].gives_up(back)]
    served = {host: hosts[host].names_served() for host in last}
    takers = {} if back else _takers(hosts, first, last)
    steps = [f"{host} serves nothing: {_EXCHANGE[back]}" for host in first]
    for host in last:
        parts = _given_up(hosts[host], takers.get(host, {}), back)
        steps.append(f"{host} serves {_list(served[host])}: {', '.join(parts)}; {_EXCHANGE[back]}")
    problems = [*_problems(hosts, moving), *_masters(hosts)]
    if back:
        problems += [
            f"{host}: {_NOT_INSTALLED}" for host in moving if not hosts[host].has_keepalived
        ]
    notices = [*_notices(hosts, moving), *_starting(hosts, back)]
    return Moves(first, last, served, takers, steps, notices, problems)


def _takers(
    hosts: t.Mapping[str, HostState], first: t.Sequence[str], last: t.Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return the hosts that take over what each of the last ones serves: of those that have moved
    by then, one that takes over something already, as a sync group moves as a whole, or that of
    the highest priority. The owner of addresses can't be displaced.
    """
    ready = [host for host in hosts if host in first or hosts[host].is_at(back=False)]
    found: dict[str, dict[str, str]] = {}
    for host in last:
        own = found[host] = {}
        for name in hosts[host].names_served():
            able = [one for one in hosts[host].members.get(name, ()) if one in ready]
            able = [one for one in able if not hosts[one].runs_agent or name in hosts[one].able]
            if able and not _is_owner(hosts[host], name):
                taking = set(own.values())
                # In a turn, hosts whose turns come later have no agent yet.
                own[name] = max(
                    able,
                    key=lambda x: (x in taking, hosts[x].runs_agent, _priority(hosts[x], name)),
                )
        ready.append(host)
    return found


def _is_owner(state: HostState, name: str) -> bool:
    routers = {router_of(one) for one in state.ours if one.name == name}
    return any(one.is_owner for one in state.theirs if router_of(one) in routers)


def _priority(state: HostState, name: str) -> int:
    return max((one.priority for one in state.ours if one.name == name), default=0)


def _given_up(state: HostState, takers: t.Mapping[str, str], back: bool) -> t.Iterator[str]:
    """Yield what becomes of the instances that a host serves."""
    served = state.names_served()
    alone = [name for name in served if len(state.members.get(name, ())) < _PAIR]
    others = [name for name in served if name not in alone]
    for other in dict.fromkeys(takers.values()):
        yield f"{other} takes over {_list(name for name in takers if takers[name] == other)}"
    left = [name for name in others if name not in takers]
    if left and back:
        yield f"another host takes over {_list(left)}"
    elif left:
        yield f"nobody with the agent can take over {_list(left)}, {_AWAY}"
    if alone:
        yield f"nobody else has {_list(alone)}, so that it is away meanwhile"


def _list(words: t.Iterable[str]) -> str:
    return " and ".join(words)


def _starting(hosts: t.Mapping[str, HostState], back: bool) -> t.Iterator[str]:
    """Yield hosts that have moved, and would start the other daemon with the host, or none."""
    for host, state in hosts.items():
        if state.is_at(back) and state.starts_keepalived is not back:
            what = "is not enabled, and does not start" if back else "is enabled, and starts"
            yield f"{host}: keepalived {what} with the host"


_NOT_INSTALLED = "keepalived is not installed: install it before"
_PAIR = 2
_AWAY = "so that it is away as long as a stop of keepalived takes"
_EXCHANGE = {
    False: "keepalived stops and is disabled, and the agent is installed",
    True: "the agent is removed, and keepalived is enabled and starts",
}


def _notices(hosts: t.Mapping[str, HostState], moving: t.Sequence[str]) -> t.Iterator[str]:
    """Yield differences that may change who is master."""
    for host in moving:
        ours = {router_of(one): one for one in hosts[host].ours}
        for theirs in hosts[host].theirs:
            own = ours.get(router_of(theirs), theirs)
            if theirs.priority != own.priority:
                values = f"{theirs.priority} in keepalived, and {own.priority} in the inventory"
                yield f"{host}: {_which(theirs)}: priority: {values}"


# --- What stands against it ---


def _problems(hosts: t.Mapping[str, HostState], moving: t.Sequence[str]) -> t.Iterator[str]:
    for host, state in hosts.items():
        if state.runs_agent and state.runs_keepalived:
            yield f"{host}: both keepalived and the agent run: stop one of them"
    for host in moving:
        for line in (*hosts[host].problems, *_disagreements(hosts[host])):
            yield f"{host}: {line}"


def _disagreements(state: HostState) -> t.Iterator[str]:
    """Yield the differences between keepalived and the inventory on one host."""
    if not state.theirs and not state.problems:
        yield "keepalived has no instance: leave it out, or name its file (vrrp_keepalived_config)"
    ours = {router_of(one): one for one in state.ours}
    for theirs in state.theirs:
        own = ours.pop(router_of(theirs), None)
        if own is None:
            yield f"keepalived has {_which(theirs)}, and vrrp_instances has not: add it"
            continue
        for setting, there, here in (*differences(theirs, own), *_further(theirs, own)):
            values = f"{there} in keepalived, and {here} in the inventory" if there else _SECRET
            yield f"{_which(theirs)}: {setting}: {values}: {_MEND}"
    for own in () if state.problems else ours.values():
        yield f"vrrp_instances has {_which(own)}, and keepalived has not: add it after the move"


def _which(instance: Instance) -> str:
    family, interface = instance.family.label, instance.interface
    return f"{instance.name} (VRID {instance.vrid} on {interface}, {family})"


def _further(theirs: Instance, ours: Instance) -> t.Iterator[tuple[str, str, str]]:
    """Yield further settings of one host that must not differ."""
    there, here = (_addresses(one.packed for one in x.excluded_addresses) for x in (theirs, ours))
    if there != here:
        yield "excluded_addresses", there, here
    # Each host lists all of them here, also itself.
    lacking = set(theirs.unicast_peers) - set(ours.unicast_peers)
    if lacking or bool(theirs.unicast_peers) != bool(ours.unicast_peers):
        yield "unicast_peers", _addresses(theirs.unicast_peers), _addresses(ours.unicast_peers)
    for setting, value in _SEEN_BY_PEERS.items():
        if value(theirs) != value(ours):
            yield setting, value(theirs), value(ours)


# What a peer may check of the sender.
_SEEN_BY_PEERS: dict[str, t.Callable[[Instance], str]] = {
    "source_address": lambda one: _addresses(filter(None, (one.source_address,))),
    "unicast_ttl": lambda one: str(one.unicast_ttl),
    "advertise_checksum": lambda one: one.advertise_checksum.value,
    "virtual_mac": lambda one: str(one.virtual_mac).lower(),
}


def _addresses(packed: t.Iterable[bytes]) -> str:
    return ", ".join(map(text, sorted(packed))) or "none"


def _masters(hosts: t.Mapping[str, HostState]) -> t.Iterator[str]:
    """Yield the routers that are served by several hosts, or, where all of them are known, by
    none.
    """
    for name, members in _clusters(hosts):
        known = [host for host in members if host in hosts]
        serving: dict[str, list[str]] = {}
        for host in known:
            for one in hosts[host].ours:
                if one.name == name and one.addresses:
                    found = serving.setdefault(one.family.label, [])
                    found.extend([host] if router_of(one) in hosts[host].serving else [])
        for family, masters in serving.items():
            if len(masters) > 1 or (not masters and known == members):
                by = _list(masters) or "no host"
                runs = any(hosts[host].runs_keepalived or hosts[host].runs_agent for host in known)
                why = "find out why" if runs else "start keepalived"
                yield f"{name} ({family}) is served by {by}: {why} before hosts move"


def _clusters(hosts: t.Mapping[str, HostState]) -> list[tuple[str, list[str]]]:
    """Return the clusters of the hosts, each with its name and all of its hosts."""
    found = {
        (name, tuple(members)): None
        for state in hosts.values()
        for name, members in state.members.items()
    }
    return [(name, list(members)) for name, members in found]
