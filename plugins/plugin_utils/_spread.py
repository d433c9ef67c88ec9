# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""Priorities that share the masters of several instances among their hosts.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from collections import Counter

# A host that takes an instance over from the hosts before it gets a priority above all of theirs.
_UPWARDS_FROM = 200
# Leaves room for an operator's intent to bid above.
_PLACES_MAX = 50

Hosts = t.Sequence[str]


def spread_masters(
    inventory: t.Iterable[str], units: t.Mapping[str, Hosts]
) -> dict[str, dict[str, int]]:
    """Return the priority of each host that is to be master of a unit, by unit, if that is not its
    first host.

    A unit is an instance, or a sync group; ``units`` has the hosts of each, in the order of the
    ``inventory``. The hosts come one after the other, and each takes units from those that have
    most, until none of them has two more than it has. So a host that is added at the end changes no
    priority of another one, and moves only what it takes.
    """
    masters: dict[str, str] = {}
    taken: dict[str, dict[str, int]] = {}
    for host in inventory:
        for unit in (one for one, hosts in units.items() if hosts[0] == host):
            masters[unit] = host
        while (wanted := _next_to_take(host, units, masters)) is not None:
            masters[wanted] = host
            taken.setdefault(wanted, {})[host] = _UPWARDS_FROM + units[wanted].index(host)
    return taken


def _next_to_take(
    host: str, units: t.Mapping[str, Hosts], masters: t.Mapping[str, str]
) -> str | None:
    """Return the unit that a host takes from the one that has most; None when it has its share."""
    load = Counter(masters.values())
    open_to = [
        unit
        for unit, master in masters.items()
        if host in units[unit][1:_PLACES_MAX] and load[master] > load[host] + 1
    ]
    most = max((load[masters[unit]] for unit in open_to), default=0)
    return next((unit for unit in reversed(open_to) if load[masters[unit]] == most), None)
