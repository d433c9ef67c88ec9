# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The queries that prove that each instance has one master: which host makes which.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.failover.vrrp.plugins.plugin_utils._survey import Scope, survey

Answers = t.Mapping[str, t.Mapping[str, t.Any]]
Members = t.Mapping[str, t.Sequence[str]]


@dataclass
class Queries:
    """The queries of one host: ``hosts`` about the instances ``names``.

    What is proven without a query has only its ``summary``, and the ``addresses`` that a master
    serves.
    """

    hosts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


def share_queries(
    members: t.Mapping[str, Members], answers: Answers, preferred: str
) -> dict[str, Queries]:
    """Return the queries of each host that makes any.

    ``members`` are all hosts of the clusters of each host of the play, by the names of its
    instances. The hosts in ``answers`` have returned their status already. Each cluster has one
    host that queries it: the ``preferred`` one if it is a member, else the first that is of the
    play.
    """
    shared: dict[str, Queries] = {}
    for host, own in members.items():
        for name, hosts in own.items():
            inquirer = (
                preferred if preferred in hosts else next(one for one in hosts if one in members)
            )
            if inquirer == host:
                _add(shared.setdefault(host, Queries()), name, hosts, answers)
    return shared


def _add(queries: Queries, name: str, hosts: t.Sequence[str], answers: Answers) -> None:
    returned = {host: answers[host] for host in hosts if "instances" in answers.get(host, {})}
    found = survey(returned, Scope([name]))
    if len(returned) == len(hosts) and not found["problems"] and not found["notices"]:
        queries.summary += found["summary"]
        queries.addresses += found["addresses"]
        return
    queries.names.append(name)
    queries.hosts += [host for host in hosts if host not in queries.hosts]
