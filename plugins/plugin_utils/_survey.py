# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The answers of all hosts about their instances, side by side: a table, and the problems.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.control.render import align

Instance = t.Mapping[str, t.Any]

_COLUMNS = ("INSTANCE", "HOST", "STATE", "INTENT", "PRIORITY", "SINCE", "WHY")


def survey(
    answers: t.Mapping[str, t.Mapping[str, t.Any]], complete: bool = True
) -> dict[str, t.Any]:
    """Return the table and the problems, from the results of ``vrrp_info`` on each host.

    A host that could not be queried has ``msg`` in place of ``instances``. Unless the answers are
    ``complete``, the master may be a host without an answer, if all hear the same one.
    """
    groups: dict[str, list[tuple[str, Instance]]] = {}
    silent: list[tuple[str, str]] = []
    for host, answer in answers.items():
        if answer.get("code") == "unknown_instance":
            continue  # It was queried for an instance that other hosts have.
        if "instances" not in answer:
            silent.append((host, str(answer.get("msg", "it was not queried"))))
        for instance in answer.get("instances", []):
            groups.setdefault(instance["label"], []).append((host, instance))
    rows = [_row(host, one) for name in sorted(groups) for host, one in groups[name]]
    rows += [("-", host, "UNKNOWN", "-", "-", "-", why) for host, why in silent]
    problems = [
        line
        for name, members in groups.items()
        for line in (*_problems(name, members, complete), *_disagreements(name, members))
    ]
    problems += [f"{host} could not be queried: {why}" for host, why in silent]
    masters = _masters(groups)
    return {
        "table": align([_COLUMNS, *rows]),
        "problems": problems,
        "asked": list(answers),
        "unanswered": [host for host, _why in silent],
        "masters": masters,
        "named": _labels(groups),
        "summary": [_summary(name, hosts) for name, hosts in masters.items()],
        "priorities": {
            name: {host: instance["priority"] for host, instance in members}
            for name, members in groups.items()
        },
    }


def _summary(name: str, hosts: list[str]) -> str:
    verb = "are" if len(hosts) > 1 else "is"
    return f"{name}: {' and '.join(hosts) or 'a host that was not queried'} {verb} master"


def _row(host: str, instance: Instance) -> tuple[str, ...]:
    configured, effective = instance["priority"], instance["effective_priority"]
    priority = str(configured) if configured == effective else f"{effective} (set: {configured})"
    since = str(instance["since"]).partition(".")[0].replace("T", " ")
    state, intent = instance["state"], instance["intent"]
    return (instance["label"], host, state, intent, priority, since, instance["reason"])


def _labels(groups: t.Mapping[str, list[tuple[str, Instance]]]) -> dict[str, list[str]]:
    """Return the labels of each instance: two for one with two families."""
    found: dict[str, list[str]] = {}
    for label, members in groups.items():
        found.setdefault(members[0][1]["name"], []).append(label)
    return found


def _masters(groups: t.Mapping[str, list[tuple[str, Instance]]]) -> dict[str, list[str]]:
    return {
        name: [host for host, instance in members if instance["state"] == "MASTER"]
        for name, members in groups.items()
    }


def _problems(name: str, members: list[tuple[str, Instance]], complete: bool) -> list[str]:
    masters = [(host, instance) for host, instance in members if instance["state"] == "MASTER"]
    if not masters and not complete and _hear_one_master(members):
        return []
    if not masters:
        states = ", ".join(f"{host} is {one['state']} ({one['reason']})" for host, one in members)
        return [f"{name} has no master: {states}"]
    if len(masters) > 1:
        hosts = " and ".join(host for host, _instance in masters)
        return [f"{name} has {len(masters)} masters: {hosts}"]
    return _split_views(name, masters[0][1], members)


def _disagreements(name: str, members: list[tuple[str, Instance]]) -> t.Iterator[str]:
    """Problems with settings that have to differ between hosts, or have to be the same."""
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


def _hear_one_master(members: list[tuple[str, Instance]]) -> bool:
    heard = {(instance["master"] or {}).get("address") for _host, instance in members}
    return len(heard) == 1 and None not in heard


def _split_views(name: str, master: Instance, members: list[tuple[str, Instance]]) -> list[str]:
    """Return the backups that hear another master than the one there is, or none."""
    others: list[str] = []
    for host, instance in members:
        heard = (instance["master"] or {}).get("address")
        if instance["state"] == "BACKUP" and heard != master["address"]:
            others.append(f"{name}: {host} hears {heard or 'no master'}, not the present master")
    return others
