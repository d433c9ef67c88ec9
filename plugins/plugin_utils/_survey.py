# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The answers of all hosts about their instances, side by side: a table, and the problems.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field

from ansible_collections.failover.vrrp.plugins.module_utils._control.query import NOT_INSTALLED
from ansible_collections.failover.vrrp.plugins.module_utils._control.wait import is_out_of_service
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.control.render import (
    ONLY_ONE,
    align,
    origin_text,
)

Instance = t.Mapping[str, t.Any]
Members = t.List[t.Tuple[str, Instance]]

_COLUMNS = ("INSTANCE", "HOST", "STATE", "INTENT", "PRIORITY", "SINCE", "WHY")
_OUT = "out_of_service"
# Problems that mean that an address has two masters.
_CONTESTED = ("second_master", "several_owners", "address_in_use")
_INTENTS = {
    "master": "holds mastership by its operator's intent",
    "backup": "is drained by its operator",
}


@dataclass(frozen=True)
class Scope:
    """The extent of a survey.

    ``names`` are the instances it is about; None for all. ``clusters`` has the cluster of each host
    that is not in the unnamed one. A host in ``excused`` may have no agent yet, and one in
    ``pending`` may not answer at all, because its turn has not come. Unless the survey is
    ``complete``, the master may be a host without an answer, if all hear the same one.
    """

    names: t.Collection[str] | None = None
    clusters: t.Mapping[str, str] = field(default_factory=dict)
    excused: t.Collection[str] = ()
    pending: t.Collection[str] = ()
    complete: bool = True

    def title(self, host: str, instance: Instance, dual: t.Container[str]) -> str:
        """Return the label of a host's instance in the survey, with the name of its cluster if it
        has one; ``dual`` are the names of instances that have two families.
        """
        label, cluster = str(instance["label"]), self.clusters.get(host)
        if label in dual:
            label = f"{label}/{instance['family']}"
        return f"{label} ({cluster})" if cluster else label

    def includes(self, instance: Instance) -> bool:
        """Whether the survey is about an instance."""
        return self.names is None or instance["name"] in self.names

    def excuses(self, host: str, answer: t.Mapping[str, t.Any]) -> bool:
        """Whether a host without instances in its answer is no problem."""
        return host in self.pending or (
            host in self.excused and answer.get("code") == NOT_INSTALLED
        )


EVERYTHING = Scope()


def survey(
    answers: t.Mapping[str, t.Mapping[str, t.Any]], scope: Scope = EVERYTHING
) -> dict[str, t.Any]:
    """Return the table, the problems and the notices, from the results of ``vrrp_info`` by host.

    A host that could not be queried has ``msg`` in place of ``instances``.
    """
    groups = _groups(answers, scope)
    silent = {host: one for host, one in answers.items() if not _has_answered(one)}
    blamed = {host: one for host, one in silent.items() if not scope.excuses(host, one)}
    rows = [_row(name, host, one) for name in sorted(groups) for host, one in groups[name]]
    rows += [("-", host, "UNKNOWN", "-", "-", "-", _reason(one)) for host, one in silent.items()]
    problems = [line for name, members in groups.items() for line in _all(name, members, scope)]
    masters = _masters(groups)
    return {
        "table": align([_COLUMNS, *rows]),
        "problems": [*problems, *(_unheard(host, one) for host, one in blamed.items())],
        "notices": [
            *_notices(groups, scope),
            *_beside(answers),
            *(_unheard(h, silent[h]) for h in silent if h not in blamed),
        ],
        "asked": list(answers),
        "unanswered": list(silent),
        "masters": masters,
        "named": _titles(groups),
        "summary": [_summary(name, hosts) for name, hosts in masters.items()],
        "priorities": {
            name: {host: instance["priority"] for host, instance in members}
            for name, members in groups.items()
        },
        "addresses": _reachable(groups),
        "hosts": {host: _plain(one) for host, one in answers.items()},
    }


def _plain(answer: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what a host has answered, or the reason why it has not."""
    if "instances" in answer:
        return {"agent": answer.get("agent"), "instances": answer["instances"]}
    return {"error": _reason(answer)}


def _beside(answers: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    for host, answer in answers.items():
        if answer.get("agent", {}).get("other_vrrp"):
            yield f"{host}: another program of the host speaks VRRP: {ONLY_ONE}"


def _groups(answers: t.Mapping[str, t.Any], scope: Scope) -> dict[str, Members]:
    groups: dict[str, Members] = {}
    dual = _dual_stack(answers)
    for host, answer in answers.items():
        for instance in answer.get("instances", []):
            if scope.includes(instance) and not instance.get("leaving"):
                one = {**instance, _OUT: is_out_of_service(instance, answer["instances"])}
                groups.setdefault(scope.title(host, instance, dual), []).append((host, one))
    return groups


def _dual_stack(answers: t.Mapping[str, t.Any]) -> frozenset[str]:
    """Return the names of instances that have two families on any host: elsewhere a host may still
    have one of them, by the name alone.
    """
    instances = [one for answer in answers.values() for one in answer.get("instances", [])]
    return frozenset(
        one["name"] for one in instances if one["label"] == f"{one['name']}/{one.get('family')}"
    )


def _has_answered(answer: t.Mapping[str, t.Any]) -> bool:
    # A host may be queried for an instance that other hosts have.
    return "instances" in answer or answer.get("code") == "unknown_instance"


def _unheard(host: str, answer: t.Mapping[str, t.Any]) -> str:
    return f"{host} could not be queried: {_reason(answer)}"


def _reason(answer: t.Mapping[str, t.Any]) -> str:
    """Return on one line why a host did not answer."""
    return " ".join(str(answer.get("msg", "it was not queried")).split())


def _summary(name: str, hosts: list[str]) -> str:
    verb = "are" if len(hosts) > 1 else "is"
    return f"{name}: {' and '.join(hosts) or 'a host that was not queried'} {verb} master"


def _row(name: str, host: str, instance: Instance) -> tuple[str, ...]:
    configured, effective = instance["priority"], instance["effective_priority"]
    priority = str(configured) if configured == effective else f"{effective} (set: {configured})"
    since = str(instance["since"]).partition(".")[0].replace("T", " ")
    state, intent = instance["state"], instance["intent"]
    return (name, host, state, intent, priority, since, instance["reason"])


def _titles(groups: t.Mapping[str, Members]) -> dict[str, list[str]]:
    """Return the titles of each instance: two for one with two families."""
    found: dict[str, list[str]] = {}
    for title, members in groups.items():
        found.setdefault(members[0][1]["name"], []).append(title)
    return found


def _masters(groups: t.Mapping[str, Members]) -> dict[str, list[str]]:
    return {
        name: [host for host, instance in members if instance["state"] == "MASTER"]
        for name, members in groups.items()
    }


def _reachable(groups: t.Mapping[str, Members]) -> list[str]:
    """Return the addresses a master serves and accepts packets for, without link-local ones."""
    return [
        address
        for members in groups.values()
        for _host, one in members
        if one["state"] == "MASTER" and one["settings"]["accept_mode"]
        for address in one["addresses"]
        if not ipaddress.ip_interface(address).is_link_local
    ]


def _all(name: str, members: Members, scope: Scope) -> list[str]:
    """Return the problems of an instance, with what its hosts say about their peers."""
    found = [*_problems(name, members, scope), *_disagreements(name, members, scope)]
    reported = {one["problem"] for _host, member in members for one in member.get("problems", ())}
    if not found and not reported.intersection(_CONTESTED):
        return []
    return [*found, *_reports(name, members)]


def _reports(name: str, members: Members) -> t.Iterator[str]:
    """Return what hosts report of their peers, such as one with another version."""
    for host, instance in members:
        for problem in instance.get("problems", ()):
            since = str(problem["since"]).partition(".")[0].replace("T", " ")
            yield f"{name}: {host} reports: {problem['text']} (since {since})"


def _problems(name: str, members: Members, scope: Scope) -> list[str]:
    masters = [(host, instance) for host, instance in members if instance["state"] == "MASTER"]
    if not masters and not scope.complete and _hear_one_master(members):
        return []
    if not masters:
        states = ", ".join(f"{host} is {one['state']} ({one['reason']})" for host, one in members)
        return [f"{name} has no master: {states}"]
    if len(masters) > 1:
        hosts = " and ".join(host for host, _instance in masters)
        return [f"{name} has {len(masters)} masters: {hosts}{_hint(masters)}"]
    return [*_unable(name, members), *_split_views(name, masters[0][1], members)]


def _hint(masters: Members) -> str:
    """Return a hint for two clusters that the inventory does not tell apart."""
    routers = {(one["vrid"], tuple(one["addresses"])) for _host, one in masters}
    how = "; if these are two clusters, give them different values of vrrp_cluster"
    return how if len(routers) > 1 else ""


def _unable(name: str, members: Members) -> t.Iterator[str]:
    """Problems of hosts that can't take part, unless a tracked check says so: then an operator may
    have taken them out.
    """
    for host, instance in members:
        if instance["state"] == "INITIALIZE" and not instance[_OUT]:
            yield f"{name}: {host} is INITIALIZE ({instance['reason']})"


def _notices(groups: t.Mapping[str, Members], scope: Scope) -> t.Iterator[str]:
    for name, members in groups.items():
        for host, instance in members:
            if instance[_OUT]:
                yield f"{name}: {host} does not take part ({instance['reason']})"
            elif instance["intent"] in _INTENTS:
                serves = instance["intent"] == "backup" and instance["state"] == "MASTER"
                although = ", and serves, as no other host does" if serves else ""
                intent = _INTENTS[instance["intent"]]
                yield f"{name}: {host} {intent}{origin_text(instance)}{although}"
            for part in instance.get("degraded", ()):
                yield f"{name}: {host} is degraded: {part['reason']}"
        if not _all(name, members, scope):
            yield from _reports(name, members)
        if any(host in scope.excused for host, _instance in members):
            yield from (f"{line}, not deployed now" for line in _differences(name, members))


def _disagreements(name: str, members: Members, scope: Scope) -> t.Iterator[str]:
    """Problems with settings of hosts that are not to be deployed later."""
    yield from _differences(name, [one for one in members if one[0] not in scope.excused])


def _differences(name: str, members: Members) -> t.Iterator[str]:
    """Settings that have to differ between hosts and do not, or have to be the same and are not."""
    if not members:
        return
    by_priority: dict[int, list[str]] = {}
    for host, instance in members:
        by_priority.setdefault(instance["priority"], []).append(host)
    for priority, hosts in by_priority.items():
        if len(hosts) > 1:
            yield f"{name}: {' and '.join(hosts)} have the same priority {priority}"
    first_host, first = members[0]
    key = "advertisement_interval"
    for host, instance in members[1:]:
        if instance[key] != first[key]:
            yield f"{name}: {key} is {first[key]:g} on {first_host} and {instance[key]:g} on {host}"


def _hear_one_master(members: Members) -> bool:
    heard = {(instance["master"] or {}).get("address") for _host, instance in members}
    return len(heard) == 1 and None not in heard


def _split_views(name: str, master: Instance, members: Members) -> list[str]:
    """Return the backups that hear another master than the one there is, or none."""
    others: list[str] = []
    for host, instance in members:
        heard = (instance["master"] or {}).get("address")
        if instance["state"] == "BACKUP" and heard != master["address"]:
            others.append(f"{name}: {host} hears {heard or 'no master'}, not the present master")
    return others
