# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""Instances that nobody would serve while some hosts are drained."""

from __future__ import annotations

import typing as t

Answers = t.Mapping[str, t.Mapping[str, t.Any]]
# The hosts of the cluster of each instance, by name.
Clusters = t.Mapping[str, t.Sequence[str]]


def outages(
    targets: t.Sequence[str],
    clusters: t.Mapping[str, Clusters],
    answers: Answers,
    instance: str | None = None,
) -> list[str]:
    """Return a problem for each instance that nobody would serve while the targets are drained.

    ``clusters`` are those of each target, ``answers`` the results of vrrp_info by host. With an
    ``instance`` the drain is of that alone.
    """
    problems: list[str] = []
    for host in targets:
        for name, members in clusters[host].items():
            if instance not in (None, name) or _is_drained(answers.get(host, {}), name):
                continue
            others = [one for one in members if one not in targets]
            reasons = [_why_not(answers.get(one, {}), name) for one in others]
            if all(reasons):
                listed = ", ".join(f"{one} {why}" for one, why in zip(others, reasons))
                why = listed or "no other host has it, or all of them are to be drained"
                problems.append(f"{name}: nobody would serve it while {host} is drained: {why}")
    return problems


def _routers(answer: t.Mapping[str, t.Any], name: str) -> list[t.Mapping[str, t.Any]]:
    return [one for one in answer.get("instances", ()) if one["name"] == name]


def _is_drained(answer: t.Mapping[str, t.Any], name: str) -> bool:
    routers = _routers(answer, name)
    return bool(routers) and all(one["intent"] == "backup" for one in routers)


def _why_not(answer: t.Mapping[str, t.Any], name: str) -> str:
    """Return why a host would not serve an instance; empty when it would."""
    routers = _routers(answer, name)
    if not routers:
        return "does not answer for it"
    if any(one["intent"] == "backup" for one in routers):
        return "is drained"
    unable = [one["reason"] for one in routers if one["state"] == "INITIALIZE"]
    return f"is INITIALIZE ({unable[0]})" if unable else ""
