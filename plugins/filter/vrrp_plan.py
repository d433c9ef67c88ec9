# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_plan."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleUndefinedVariable
from ansible_collections.failover.vrrp.plugins.plugin_utils._coercion import coerce_options
from ansible_collections.failover.vrrp.plugins.plugin_utils._inventory import InventoryError, plan
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options

_VARIABLES = ("vrrp_instances", "vrrp_priority")
_RESOLVED = "__vrrp_resolved"


def vrrp_plan(
    hostvars: t.Mapping[str, t.Any], hosts: t.Sequence[str], instances: t.Any = None
) -> dict[str, t.Any]:
    """Return the configuration of each of the hosts, or the problems of the inventory.

    ``instances`` are those of every host when none of them has any in its variables: they were
    given to the role as parameters.
    """
    variables = {host: _variables_of(hostvars[host]) for host in hosts}
    if all(own["vrrp_instances"] is None for own in variables.values()):
        variables = {host: {**own, "vrrp_instances": instances} for host, own in variables.items()}
    options = role_options()
    coerced = {host: coerce_options(options, own) for host, own in variables.items()}
    try:
        return {"configs": plan(coerced), "problems": []}
    except InventoryError as error:
        return {"configs": {}, "problems": str(error).splitlines()}


def _variables_of(host: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return a host's variables as the host itself has resolved them in the role.

    The variables of a host outside the play are not resolved, and some can't be: such a host keeps
    its place, and is not compared.
    """
    resolved = host.get(_RESOLVED)
    if resolved is not None:
        return {name: resolved.get(name) for name in _VARIABLES}
    try:
        return {name: host.get(name) for name in _VARIABLES}
    except AnsibleUndefinedVariable:
        return dict.fromkeys(_VARIABLES)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_plan": vrrp_plan}
