# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_forecast."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._forecast import forecast_inventory
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import read_host
from ansible_collections.failover.vrrp.plugins.plugin_utils._resolve import own_settings
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options


def vrrp_forecast(
    hostvars: t.Mapping[str, t.Any],
    inventory: t.Sequence[str],
    pairs: bool = False,
    addresses_max: int = 64,
) -> dict[str, t.Any]:
    """Return the forecast for the hosts of the ``inventory``, also for ``pairs`` that die."""
    options = role_options()
    hosts = {host: read_host(own_settings(hostvars[host]), options) for host in inventory}
    return forecast_inventory(hosts, pairs, addresses_max)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_forecast": vrrp_forecast}
