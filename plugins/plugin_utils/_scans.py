# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The scans of several hosts side by side.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.control.render import align

_COLUMNS = (
    "HEARD BY",
    "ON",
    "VRID",
    "VERSION",
    "FROM",
    "PRIORITY",
    "INTERVAL",
    "AUTH",
    "ADDRESSES",
)


def join_scans(scans: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return a table of all senders, and all clashes, each once, from the results of ``vrrp_scan``
    by host.
    """
    clashes = [line for one in scans.values() for line in one["clashes"]]
    rows = [row for host, one in scans.items() for row in _rows(host, one["senders"])]
    table = align([_COLUMNS, *rows]) if rows else "no VRRP was heard"
    return {"hosts": dict(scans), "table": table, "clashes": list(dict.fromkeys(clashes))}


def _rows(host: str, senders: t.Iterable[t.Mapping[str, t.Any]]) -> t.Iterator[tuple[str, ...]]:
    for one in senders:
        yield (
            host,
            f"{one['interface']} {one['family']}",
            str(one["vrid"]),
            str(one["version"]),
            one["source"],
            str(one["priority"]),
            f"{one['advertisement_interval']:g} s",
            one["authentication"],
            " ".join(one["addresses"]),
        )
