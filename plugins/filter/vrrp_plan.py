# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_plan."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError, AnsibleUndefinedVariable
from ansible_collections.failover.vrrp.plugins.plugin_utils._inventory import InventoryError, plan

_VARIABLES = ("vrrp_instances", "vrrp_priority")
_RESOLVED = "__vrrp_resolved"


def vrrp_plan(
    hostvars: t.Mapping[str, t.Any], hosts: t.Sequence[str], instances: t.Any = None
) -> dict[str, t.Any]:
    """The configuration of each of the hosts.

    ``instances`` are those of every host when none of them has any in its variables: that is so
    where they are given to the role as parameters.
    """
    variables = {host: _variables_of(hostvars[host]) for host in hosts}
    if all(own["vrrp_instances"] is None for own in variables.values()):
        variables = {host: {**own, "vrrp_instances": instances} for host, own in variables.items()}
    try:
        return plan(variables)
    except InventoryError as error:
        raise AnsibleFilterError(f"the inventory is not right:\n{error}") from None


def _variables_of(host: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What a host's variables say, as the host itself has resolved it in the role.

    A host that is not in the play has resolved nothing, and variables that look at other hosts
    can't be resolved for it: it keeps its place, and there is nothing to compare.
    """
    resolved = host.get(_RESOLVED)
    if resolved is not None:
        return {name: resolved.get(name) for name in _VARIABLES}
    try:
        return {name: host.get(name) for name in _VARIABLES}
    except AnsibleUndefinedVariable:
        return dict.fromkeys(_VARIABLES)


class FilterModule:
    """Names the filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file."""
        return {"vrrp_plan": vrrp_plan}
