# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_survey."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._survey import survey


def vrrp_survey(
    hostvars: t.Mapping[str, t.Any],
    hosts: t.Sequence[str],
    variable: str,
    complete: bool = True,
) -> dict[str, t.Any]:
    """Return the survey of the results of ``vrrp_info`` registered as ``variable`` on the hosts."""
    answers = {host: hostvars[host][variable] for host in hosts if variable in hostvars[host]}
    return survey(answers, complete)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_survey": vrrp_survey}
