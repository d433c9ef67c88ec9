# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_plan."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.failover.vrrp.plugins.plugin_utils._inventory import InventoryError, plan

_VARIABLES = ("vrrp_instances", "vrrp_priority")


def vrrp_plan(
    hostvars: t.Mapping[str, t.Any], hosts: t.Sequence[str], instances: t.Any = None
) -> dict[str, t.Any]:
    """The configuration of each of the hosts; ``instances`` where a host has none of its own."""
    variables: dict[str, dict[str, t.Any]] = {}
    for host in hosts:
        own = {name: hostvars[host].get(name) for name in _VARIABLES}
        if own["vrrp_instances"] is None:
            own["vrrp_instances"] = instances
        variables[host] = own
    try:
        return plan(variables)
    except InventoryError as error:
        raise AnsibleFilterError(f"the inventory is not right:\n{error}") from None


class FilterModule:
    """Names the filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file."""
        return {"vrrp_plan": vrrp_plan}
