# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The VRRP settings of one host, out of its variables.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import Problem
from ansible_collections.failover.vrrp.plugins.plugin_utils._coercion import Spec, coerce

INSTANCES, OVERRIDES, PRIORITY = "vrrp_instances", "vrrp_overrides", "vrrp_priority"
CLUSTER, AGENT_STATE, SPREAD = "vrrp_cluster", "vrrp_agent_state", "vrrp_spread"
_PEERS = "unicast_peers"
VARIABLES = (INSTANCES, OVERRIDES, PRIORITY, CLUSTER, AGENT_STATE, SPREAD)


class _Unresolved:
    """A value that can't be known yet, because its template refers to something undefined."""

    def __repr__(self) -> str:
        return "(not known)"


UNRESOLVED = _Unresolved()


@dataclass(frozen=True)
class Entry:
    """One instance as the inventory has it; ``path`` is its place in the variables of the host.

    It is not ``is_complete`` when more may be said of it elsewhere, which can't be known yet.
    """

    path: str
    settings: t.Any
    is_complete: bool = True

    @property
    def name(self) -> str | None:
        """The name of the instance; None when it has none that can be used."""
        name = self.settings.get("name") if isinstance(self.settings, Mapping) else None
        return name if isinstance(name, str) else None

    @property
    def is_resolved(self) -> bool:
        """Whether all of its settings are known."""
        return self.is_complete and is_resolved(self.settings)

    @property
    def lacks_priority(self) -> bool:
        """Whether it has no priority of its own, although it has a name."""
        return self.name is not None and "priority" not in self.settings

    def with_priority(self, priority: t.Any) -> t.Any:
        """Return the settings with a priority, if they have none of their own."""
        if priority is None or not isinstance(self.settings, Mapping):
            return self.settings
        return {"priority": priority, **self.settings}


@dataclass(frozen=True)
class HostSettings:
    """The VRRP settings of a host: ``priority`` is None when it is to be derived, so that masters
    are shared if it ``spreads`` them; ``is_member`` is False for a host from which the agent is
    removed.
    """

    entries: tuple[Entry, ...] = ()
    cluster: str = ""
    priority: t.Any = None
    is_member: bool = True
    spreads: bool = False
    problems: tuple[Problem, ...] = ()


def read_host(variables: t.Mapping[str, t.Any], options: t.Mapping[str, Spec]) -> HostSettings:
    """Read the variables of a host, whose types are those of the role's ``options``."""
    problems: list[Problem] = []
    named = list(_entries(variables.get(INSTANCES), problems))
    entries = _overridden(named, variables.get(OVERRIDES), problems)
    instance = {"type": "dict", "options": options[INSTANCES]["options"]}
    cluster, priority = variables.get(CLUSTER), variables.get(PRIORITY)
    is_complete = is_resolved([priority, cluster])
    return HostSettings(
        tuple(
            Entry(
                one.path, _normal(coerce(instance, one.settings)), one.is_complete and is_complete
            )
            for one in entries
        ),
        "" if cluster is None else str(cluster),
        None if priority is UNRESOLVED else coerce(options[PRIORITY], priority),
        variables.get(AGENT_STATE) != "absent",
        coerce(options[SPREAD], variables.get(SPREAD)) is True,
        tuple(problems),
    )


def _entries(value: t.Any, problems: list[Problem]) -> t.Iterator[Entry]:
    if isinstance(value, Mapping):
        for key, settings in value.items():
            yield from _by_name(key, settings, problems)
    elif isinstance(value, list):
        for index, settings in enumerate(value):
            yield Entry(f"{INSTANCES}[{index}]", _with_text_as_name(settings))
    elif value is not None and value is not UNRESOLVED:
        example = f"as an extra variable, -e '{{\"{INSTANCES}\": [...]}}'"
        what = f"{value!r} is neither a list of instances nor a mapping by name ({example})"
        problems.append(Problem(INSTANCES, what))


def _with_text_as_name(settings: t.Any) -> t.Any:
    """Return settings whose name is text, which YAML reads as a number if it looks like one."""
    if isinstance(settings, Mapping) and _is_number(settings.get("name")):
        return {**settings, "name": str(settings["name"])}
    return settings


def _is_number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _by_name(key: t.Any, settings: t.Any, problems: list[Problem]) -> t.Iterator[Entry]:
    path = f"{INSTANCES}.{key}"
    if not isinstance(key, str) and not _is_number(key):
        problems.append(Problem(path, f"a name has to be text: put {key} in quotes"))
    elif settings is UNRESOLVED:
        yield Entry(path, {"name": str(key)}, is_complete=False)
    elif not isinstance(settings, Mapping):
        problems.append(Problem(path, f"{settings!r} is not a mapping of settings"))
    elif str(settings.get("name", key)) != str(key):
        what = f"{settings['name']!r} is not the key {key}; leave it out"
        problems.append(Problem(f"{path}.name", what))
    else:
        yield Entry(path, {**settings, "name": str(key)})


def _overridden(entries: list[Entry], overrides: t.Any, problems: list[Problem]) -> list[Entry]:
    """Return the entries with the host's own settings in place of theirs."""
    if overrides is None:
        return entries
    if overrides is UNRESOLVED:
        return [Entry(one.path, one.settings, is_complete=False) for one in entries]
    if not isinstance(overrides, Mapping):
        problems.append(Problem(OVERRIDES, f"{overrides!r} is not a mapping by instance name"))
        return entries
    named = {str(name): settings for name, settings in overrides.items()}
    known = {one.name for one in entries if one.name is not None}
    for name, settings in named.items():
        if name not in known:
            has = ", ".join(sorted(known)) or "none"
            what = f"the host has no instance of that name; its instances: {has}"
            problems.append(Problem(f"{OVERRIDES}.{name}", what))
        elif not isinstance(settings, Mapping) and settings is not UNRESOLVED:
            what = f"{settings!r} is not a mapping of settings"
            problems.append(Problem(f"{OVERRIDES}.{name}", what))
    return [_with_override(one, named.get(one.name or "")) for one in entries]


def _with_override(entry: Entry, settings: t.Any) -> Entry:
    if settings is UNRESOLVED:
        return Entry(entry.path, entry.settings, is_complete=False)
    if not isinstance(settings, Mapping):
        return entry
    return Entry(entry.path, {**entry.settings, **settings}, entry.is_complete)


def is_resolved(value: t.Any) -> bool:
    """Whether a value, and all that it holds, is known."""
    if isinstance(value, Mapping):
        return all(map(is_resolved, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_resolved, value))
    return value is not UNRESOLVED


def _normal(settings: t.Any) -> t.Any:
    """Return the settings of an instance in one form, so that they do not seem to change."""
    normal = _without_none(settings)
    peers = normal.get(_PEERS) if isinstance(normal, dict) else None
    if isinstance(peers, list) and all(isinstance(one, str) for one in peers):
        # Filters such as difference() return them in an order that is different in each run.
        return {**normal, _PEERS: sorted(peers)}
    return normal


def _without_none(value: t.Any) -> t.Any:
    """Return the settings without those that are None, which count as left out."""
    if isinstance(value, Mapping):
        return {key: _without_none(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_none(one) for one in value]
    return value
