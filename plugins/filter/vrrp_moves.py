# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_moves."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.failover.vrrp.plugins.plugin_utils._host_config import HostConfig
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import read_host
from ansible_collections.failover.vrrp.plugins.plugin_utils._move_states import (
    host_state,
    with_likely_masters,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._moves import moves
from ansible_collections.failover.vrrp.plugins.plugin_utils._plan import configure_all, plan
from ansible_collections.failover.vrrp.plugins.plugin_utils._resolve import own_settings
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options

# Where the playbook keeps the results of a host.
_READING = "__vrrp_keepalived"
_STATUS = "__vrrp_status"
_NOTHING = HostConfig({}, (), ())


def vrrp_moves(
    hostvars: t.Mapping[str, t.Any],
    hosts: t.Sequence[str],
    inventory: t.Sequence[str],
    back: bool = False,
) -> dict[str, t.Any]:
    """Return the moves of the ``hosts`` from keepalived to the agent, or ``back``, with the
    configurations that they have among all hosts of the ``inventory``.
    """
    variables = {host: own_settings(hostvars[host]) for host in dict.fromkeys([*inventory, *hosts])}
    settings = {host: read_host(one, role_options()) for host, one in variables.items()}
    configs, plans = configure_all(settings), plan(settings, list(hosts))
    states = {
        host: host_state(
            hostvars[host].get(_READING, {}),
            hostvars[host].get(_STATUS, {}),
            configs.get(host, _NOTHING),
            plans[host].members,
        )
        for host in hosts
    }
    return asdict(moves(with_likely_masters(states), back))


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_moves": vrrp_moves}
