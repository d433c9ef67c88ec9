# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants after all faults and elections: one master, and the right one."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from _vrrp.engine.host.observed import MARK
from simulation.demands import demand
from simulation.host import Host
from simulation.scenario import Cluster
from simulation.unpack import Served, routes_of, rules_of, virtual_of
from simulation.world import S

Status = Mapping[str, Any]
SETTLED_FOR = 5 * S


def check_convergence(cluster: Cluster) -> None:
    """Everything that is promised of a quiet network."""
    recent = [
        one for one in cluster.checkers.transitions if one[0] > cluster.world.now - SETTLED_FOR
    ]
    demand(not recent, f"still changing: {recent}")
    for place in range(len(cluster.hosts[0].entries)):
        check_instance(cluster, place)
    if cluster.grouped:
        check_groups(cluster)
    for host in cluster.hosts:
        check_resources(host)


def statuses(cluster: Cluster, place: int) -> list[tuple[Host, Status]]:
    """The status of one instance on every host that runs."""
    return [(host, host.status()[place]) for host in cluster.hosts if host.alive]


def masters_of(cluster: Cluster, place: int) -> list[Host]:
    """The hosts that are master of an instance."""
    return [host for host, one in statuses(cluster, place) if one["state"] == "MASTER"]


def check_instance(cluster: Cluster, place: int) -> None:
    """Exactly one master, which all hear, and addresses there and nowhere else."""
    found = statuses(cluster, place)
    masters = [(host, one) for host, one in found if one["state"] == "MASTER"]
    shown = {host.number: (one["state"], one["intent"], one["reason"]) for host, one in found}
    demand(all(one["state"] != "INITIALIZE" for _host, one in found), f"one is left out: {shown}")
    if all(one["intent_forced"] for _host, one in found):
        demand(not masters, f"all are out by force, and yet {shown}")
        return
    demand(len(masters) == 1, f"not one master: {shown}")
    (master, status) = masters[0]
    for host, one in found:
        entry = host.entries[place]
        if host is master:
            demand(host.machine.serves(entry), f"{host.number} is master and does not serve")
            continue
        demand(
            not host.machine.has_any(entry), f"{host.number} has addresses and is {one['state']}"
        )
        demand(
            host.reported_state(one["name"]) == one["state"], f"{host.number} told another state"
        )
        if one["state"] == "BACKUP":
            heard = (one["master"] or {}).get("address")
            demand(heard == status["address"], f"{host.number} hears {heard}: {shown}")
    _check_choice(cluster, place, master, status, found)


def _check_choice(
    cluster: Cluster,
    place: int,
    master: Host,
    status: Status,
    found: list[tuple[Host, Status]],
) -> None:
    """The master is the one that the operator, or else the election, wants."""
    fit = [(host, one) for host, one in found if not one["intent_forced"]]
    if any(one["priority"] == 255 for _host, one in found):
        return  # An owner has the last word, whatever is wanted of others.
    holders = [
        host.number
        for host, one in fit
        if one["intent"] == "master" and _is_healthy(host.status() if cluster.grouped else [one])
    ]
    if (
        holders and status["effective_priority"] < 254
    ):  # Nobody can outbid the highest priority there is.
        demand(master.number in holders, f"{master.number} is master, and {holders} hold")
        return
    if any(len({entry["priority"] for entry in host.entries}) > 1 for host, _one in found):
        return  # Where one host has several priorities in a group, the group has no best host.
    for host, one in fit:
        if one["intent"] == "backup":
            continue
        entry = host.entries[place]
        better = one["effective_priority"] > status["effective_priority"]
        demand(
            not (better and entry["preempt"]),
            f"{host.number} is better than {master.number} ({status['intent']}) and does nothing",
        )


def _is_healthy(shown: Sequence[Status]) -> bool:
    """Whether nothing keeps a hold waiting: a check that is down, or a part that is missing."""
    checks = [check for one in shown for check in one["tracked"]]
    is_down = any(check["up"] is False or check["adjustment"] < 0 for check in checks)
    return not is_down and not any(one["degraded"] for one in shown)


def check_groups(cluster: Cluster) -> None:
    """All members of a group are master together, or none is."""
    for host in cluster.hosts:
        masters = [one["state"] == "MASTER" for one in host.status()]
        demand(len(set(masters)) == 1, f"{host.number} is master of a part of its group")


def check_resources(host: Host) -> None:
    """The host has exactly what its masters want, and nothing else with the agent's mark."""
    observed = host.machine.observed()
    masters = {one["name"] for one in host.status() if one["state"] == "MASTER"}
    entries = [entry for entry in host.entries if entry["name"] in masters]
    if host.machine.refuses_extras:
        return  # There is a master, and it serves: that is all that can be expected.
    routes = {route for one in entries for route in routes_of(one)}
    # IPv6 has no room for a route beside its like of another program.
    blocked = {
        one.key for one in host.machine.foreign_routes if len(one.route.destination.packed) > 4
    }
    routes = {one for one in routes if one.key not in blocked}
    for one in host.status():
        degraded = one["state"] == "MASTER" and not blocked and one["degraded"]
        demand(not degraded, f"{host.number} is degraded for no cause: {degraded}")
    rules = {rule.rule for one in entries for rule in rules_of(one)}
    served = {address for one in entries for address in virtual_of(one)}
    demand(observed.routes == routes, f"{host.number} has the routes {observed.routes}: {routes}")
    demand(rules <= observed.rules.keys(), f"{host.number} lacks a rule of {rules}")
    marked = {rule for rule, is_marked in observed.rules.items() if is_marked}
    demand(marked <= rules, f"{host.number} has the rules {marked}, and wants {rules}")
    demand(all(map(host.machine.has, served)), f"{host.number} lacks one of {served}")
    addresses = {
        Served(link.name, one.packed, one.prefix_length)
        for link in observed.links.values()
        for one in link.addresses
        if one.protocol == MARK
    }
    demand(addresses <= served, f"{host.number} has {addresses}, and wants {served}")
