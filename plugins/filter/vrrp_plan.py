# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_plan."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, replace

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import Problem
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    INSTANCES,
    PRIORITY,
    VARIABLES,
    HostSettings,
    is_resolved,
    read_host,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._plan import plan
from ansible_collections.failover.vrrp.plugins.plugin_utils._resolve import (
    RESOLVED,
    own_settings,
    own_variables,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options

Variables = t.Mapping[str, t.Any]


def vrrp_plan(
    hostvars: t.Mapping[str, t.Any],
    hosts: t.Sequence[str],
    inventory: t.Sequence[str],
    limit: str | None = None,
) -> dict[str, dict[str, t.Any]]:
    """Return the plan of each of the ``hosts``, computed among all hosts of the ``inventory``.

    With a ``limit``, instances have to be variables of the inventory: those that a play gives to
    the role are known for its hosts alone.
    """
    variables = {host: own_settings(hostvars[host]) for host in dict.fromkeys([*inventory, *hosts])}
    settings = {host: read_host(one, role_options()) for host, one in variables.items()}
    if limit is not None:
        for host in hosts:
            settings[host] = _with_hidden_hosts(settings[host], hostvars[host])
    forged = [text for host in variables for text in _forged(host, hostvars[host])]
    return {
        host: {
            **asdict(one),
            "problems": [*forged, *one.problems],
            "is_resolved": _is_resolved(variables[host], hostvars[host]),
        }
        for host, one in plan(settings, hosts).items()
    }


def _is_resolved(own: Variables, variables: Variables) -> bool:
    """Whether the inventory's variables are known. Those of an earlier play may be outdated."""
    return own_variables(variables) is variables and is_resolved(own)


def _forged(host: str, variables: Variables) -> list[str]:
    """Return a problem for each setting of the inventory that a host has returned as a fact, which
    would count instead: whoever is root on one host must not decide about others, which its absence
    from a cluster does, too.
    """
    returned = sorted({*VARIABLES, RESOLVED} & {*variables.get("ansible_facts", ())})
    what = "the host has returned it as a fact, which would count before the inventory"
    how = "clear its facts (the cache, too), and look at who is root there"
    return [f"{host}: {name}: {what}: {how}" for name in returned]


def _with_hidden_hosts(settings: HostSettings, variables: t.Mapping[str, t.Any]) -> HostSettings:
    """Add a problem if the limit may hide hosts that have the same instances."""
    if not settings.entries or settings.priority is not None or INSTANCES in variables:
        return settings
    what = "the play gives them to the role, and the limit hides its other hosts"
    how = f"put them into the inventory, such as group_vars, or set {PRIORITY}"
    problem = Problem(INSTANCES, f"{what}: {how}")
    return replace(settings, problems=(*settings.problems, problem))


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_plan": vrrp_plan}
