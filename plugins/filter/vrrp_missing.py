# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_missing."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._together import missing_hosts


def vrrp_missing(hostvars: t.Mapping[str, t.Any], hosts: t.Sequence[str]) -> dict[str, list[str]]:
    """Return for each of the ``hosts`` those that its change of packets has to wait for."""
    deployed: dict[str, t.Any] = {host: hostvars[host].get("__vrrp_agent") or {} for host in hosts}
    ready = {host for host, result in deployed.items() if "bundle" in result}
    held_back = {}
    for host in ready:
        members = hostvars[host]["__vrrp_plan"][host]["members"]
        names = deployed[host].get("held_back") or {}
        if names:
            held_back[host] = [members.get(name, [host]) for name in names]
    return missing_hosts(held_back, ready)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_missing": vrrp_missing}
