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
_MEND = "give both the same before the move, as what peers see must not change in it"


@dataclass(frozen=True)
class HostState:
    """A host with the instances of its keepalived, and those of the agent in the inventory, one for
    each family. ``serving`` are the routers that it serves, by whichever of the two.
    ``members`` are the hosts of its clusters by the name of the instance.
    """

    theirs: t.Sequence[Instance]
    ours: t.Sequence[Instance]
    serving: t.AbstractSet[Router]
    runs_keepalived: bool
    runs_agent: bool
    members: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    problems: t.Sequence[str] = ()

    def names_served(self) -> list[str]:
        """Return the names of the agent's instances of which it serves a router."""
        names = (one.name for one in self.ours if router_of(one) in self.serving)
        return list(dict.fromkeys(names))

    def is_at(self, back: bool) -> bool:
        """Whether it has moved: runs the agent alone, or, on the way back, keepalived alone."""
        return (self.runs_agent, self.runs_keepalived) == (not back, back)


@dataclass(frozen=True)
class Moves:
    """The hosts that move ``first``, and ``last`` those that serve something: the names of these
    instances are in ``served``, and the hosts that take them over in ``takers``, by the host and
    the instance. ``problems`` stop all of it, a line each, and ``steps`` say what will happen.
    """

    first: list[str]
    last: list[str]
    served: dict[str, list[str]]
    takers: dict[str, dict[str, str]]
    steps: list[str]
    problems: list[str]


def router_of(instance: Instance) -> Router:
    """Return the virtual router of an instance on its host."""
    return instance.interface, instance.family.label, instance.vrid


def moves(hosts: t.Mapping[str, HostState], back: bool = False) -> Moves:
    """Return the moves of hosts, to keepalived for ``back``, else to the agent."""
    moving = [host for host, state in hosts.items() if not state.is_at(back)]
    first = [host for host in moving if not hosts[host].serving]
    last = [host for host in moving if hosts[host].serving]
    served = {host: hosts[host].names_served() for host in last}
    takers = {} if back else _takers(hosts, first, last)
    steps = [f"{host} serves nothing: {_EXCHANGE[back]}" for host in first]
    for host in last:
        parts = [_ANOTHER] if back else list(_taking_over(served[host], takers[host]))
        steps.append(f"{host} serves {_list(served[host])}: {', '.join(parts)}; {_EXCHANGE[back]}")
    return Moves(first, last, served, takers, steps, [*_problems(hosts, moving), *_masters(hosts)])


def _takers(
    hosts: t.Mapping[str, HostState], first: t.Sequence[str], last: t.Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return the hosts that take over what each of the last ones serves: of those that have moved
    by then, that of the highest priority. The owner of addresses can't be displaced.
    """
    ready = [host for host in hosts if host in first or hosts[host].is_at(back=False)]
    found: dict[str, dict[str, str]] = {}
    for host in last:
        found[host] = {}
        for name in hosts[host].names_served():
            able = [one for one in hosts[host].members.get(name, ()) if one in ready]
            if able and not _is_owner(hosts[host], name):
                found[host][name] = max(able, key=lambda one: _priority(hosts[one], name))
        ready.append(host)
    return found


def _is_owner(state: HostState, name: str) -> bool:
    routers = {router_of(one) for one in state.ours if one.name == name}
    return any(one.is_owner for one in state.theirs if router_of(one) in routers)


def _priority(state: HostState, name: str) -> int:
    return max((one.priority for one in state.ours if one.name == name), default=0)


def _taking_over(served: t.Sequence[str], takers: t.Mapping[str, str]) -> t.Iterator[str]:
    for other in dict.fromkeys(takers.values()):
        yield f"{other} takes over {_list(name for name in takers if takers[name] == other)}"
    left = [name for name in served if name not in takers]
    if left:
        yield f"nobody with the agent can take over {_list(left)}, {_AWAY}"


def _list(words: t.Iterable[str]) -> str:
    return " and ".join(words)


_ANOTHER = "another host takes over"
_AWAY = "so that it is away as long as a stop of keepalived takes"
_EXCHANGE = {
    False: "keepalived stops and is disabled, and the agent is installed",
    True: "the agent is removed, and keepalived is enabled and starts",
}


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
    if not state.theirs:
        yield "keepalived has no instance: leave it out, or name its file (vrrp_keepalived_config)"
    ours = {router_of(one): one for one in state.ours}
    for theirs in state.theirs:
        own = ours.pop(router_of(theirs), None)
        if own is None:
            yield f"keepalived has {_which(theirs)}, and vrrp_instances has not: add it"
            continue
        for setting, there, here in (*differences(theirs, own), *_further(theirs, own)):
            values = f"{there} in keepalived, and {here} in the inventory" if there else "differ"
            yield f"{_which(theirs)}: {setting}: {values}: {_MEND}"
    for own in ours.values():
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
                yield f"{name} ({family}) is served by {by}: find out why before hosts move"


def _clusters(hosts: t.Mapping[str, HostState]) -> list[tuple[str, list[str]]]:
    """Return the clusters of the hosts, each with its name and all of its hosts."""
    found = {
        (name, tuple(members)): None
        for state in hosts.values()
        for name, members in state.members.items()
    }
    return [(name, list(members)) for name, members in found]
