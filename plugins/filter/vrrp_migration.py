# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_migration."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._migration import migration_files

# Where the playbook keeps the result of a host.
_READING = "__vrrp_keepalived"


def vrrp_migration(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Iterable[str], group: str = "vrrp"
) -> dict[str, t.Any]:
    """Return the files of an inventory from the readings of those of the ``hosts`` that have
    one.
    """
    found = {host: hostvars[host].get(_READING, {}) for host in hosts}
    return migration_files({host: one for host, one in found.items() if "verdicts" in one}, group)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_migration": vrrp_migration}
