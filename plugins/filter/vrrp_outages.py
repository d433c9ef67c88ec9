# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter vrrp_outages."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._outages import outages


def vrrp_outages(
    plans: t.Mapping[str, t.Any],
    results: t.Sequence[t.Mapping[str, t.Any]],
    targets: t.Sequence[str],
    instance: str | None = None,
) -> list[str]:
    """Return what nobody would serve if the targets were drained, by their plans and the results of
    a loop of vrrp_info over the hosts of their clusters.
    """
    clusters = {host: plans[host]["members"] for host in targets}
    return outages(targets, clusters, {one["item"]: one for one in results}, instance)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_outages": vrrp_outages}
