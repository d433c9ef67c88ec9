# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_survey."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import CLUSTER
from ansible_collections.failover.vrrp.plugins.plugin_utils._resolve import own_variables, resolve
from ansible_collections.failover.vrrp.plugins.plugin_utils._survey import Scope, survey


def vrrp_survey(
    hostvars: t.Mapping[str, t.Any],
    results: t.Union[str, t.Sequence[t.Mapping[str, t.Any]]],
    hosts: t.Sequence[str] = (),
    complete: bool = True,
    names: t.Sequence[str] | None = None,
) -> dict[str, t.Any]:
    """Return the survey of the results of ``vrrp_info``.

    They are those of a loop over hosts, or were registered under that name on each of the
    ``hosts``. In a loop, a host that the play has still to deploy is one of ``hosts``.
    """
    if isinstance(results, str):
        answers = {host: hostvars[host][results] for host in hosts if results in hostvars[host]}
        return survey(answers, Scope(names, _clusters(hostvars, answers), complete=complete))
    answers = {one["item"]: one for one in results}
    fresh = [host for host in answers if "__vrrp_agent" not in hostvars[host]]
    pending = [host for host in fresh if host in hosts]
    scope = Scope(names, _clusters(hostvars, answers), fresh, pending, complete)
    return survey(answers, scope)


def _clusters(hostvars: t.Mapping[str, t.Any], hosts: t.Iterable[str]) -> dict[str, str]:
    """Return the name of the cluster of each host that has one."""
    found = {host: resolve(own_variables(hostvars[host]), CLUSTER) for host in hosts}
    return {
        host: str(name) for host, name in found.items() if isinstance(name, (str, int)) and name
    }


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_survey": vrrp_survey}
