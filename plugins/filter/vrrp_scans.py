# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_scans."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._scans import join_scans

# Where the role keeps the result of a host.
_SCAN = "__vrrp_scan"


def vrrp_scans(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Iterable[str]
) -> dict[str, t.Any]:
    """Return the scans of those of the ``hosts`` that have made one, side by side."""
    made = {host: hostvars[host].get(_SCAN, {}) for host in hosts}
    kept = ("senders", "answers", "malformed", "clashes")
    return join_scans(
        {host: {key: one[key] for key in kept} for host, one in made.items() if "clashes" in one}
    )


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_scans": vrrp_scans}
