# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_queries."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.failover.vrrp.plugins.plugin_utils._proof import share_queries


def vrrp_queries(
    hostvars: t.Mapping[str, t.Any], hosts: t.Sequence[str], preferred: str
) -> dict[str, dict[str, t.Any]]:
    """Return the queries that prove the clusters of the ``hosts``, by the host that makes them."""
    members, answers = {}, {}
    for host in hosts:
        variables = hostvars[host]
        plan = variables.get("__vrrp_plan", {}).get(host)
        if plan is not None:
            members[host] = plan["members"]
            answers[host] = variables.get("__vrrp_agent", {})
    found = share_queries(members, answers, preferred)
    return {host: asdict(one) for host, one in found.items()}


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_queries": vrrp_queries}
