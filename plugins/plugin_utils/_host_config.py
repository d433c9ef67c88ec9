# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The configuration of one host, built by the agent's own code.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import (
    ConfigError,
    Problem,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.config import build_config
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    INSTANCES,
    Entry,
    HostSettings,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._secrets import without_secrets

_ENTRY = re.compile(r"instances\[(\d+)\](.*)")


@dataclass(frozen=True)
class NamedProblem:
    """A problem, and the name of the instance it concerns; None when it concerns all of them."""

    name: str | None
    problem: Problem


@dataclass(frozen=True)
class HostConfig:
    """The configuration of a host without its secrets, and its instances, one for each family.

    A host with problems has no instances.
    """

    config: dict[str, t.Any]
    instances: tuple[Instance, ...]
    problems: tuple[NamedProblem, ...]


def configure(settings: HostSettings, derived: t.Mapping[str, int | None]) -> HostConfig:
    """Build the configuration of a host; ``derived`` has the priorities that follow its places.

    Instances with settings that are not known yet are left out.
    """
    known = [one for one in settings.entries if one.is_resolved]
    problems = [NamedProblem(None, problem) for problem in settings.problems]
    completed = []
    for entry in known:
        priority = derived.get(entry.name or "") if settings.priority is None else settings.priority
        completed.append(entry.with_priority(priority))
    config = {"instances": completed}
    instances: tuple[Instance, ...] = ()
    try:
        instances = build_config(config).instances
    except ConfigError as error:
        problems += [_in_inventory(problem, known) for problem in error.problems]
    shown = {"instances": [_showable(one) for one in completed]}
    return HostConfig(shown, () if problems else instances, tuple(problems))


def _showable(instance: t.Any) -> t.Any:
    return without_secrets(instance) if isinstance(instance, Mapping) else instance


def _in_inventory(problem: Problem, entries: t.Sequence[Entry]) -> NamedProblem:
    """Return a problem of the configuration with its place in the inventory."""
    found = _ENTRY.fullmatch(problem.path)
    if found is None:
        return NamedProblem(None, Problem(INSTANCES, str(problem)))
    entry = entries[int(found[1])]
    text = problem.text
    if problem.path.endswith((".True", ".False")):
        text += " (YAML reads on, off, yes and no as booleans: put the key in quotes)"
    return NamedProblem(entry.name, Problem(f"{entry.path}{found[2]}", text))
