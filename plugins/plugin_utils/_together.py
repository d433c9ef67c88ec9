# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The hosts that have to make a change of packets together.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t

# All hosts of each cluster whose packets a host would change.
Clusters = t.Sequence[t.Sequence[str]]


def missing_hosts(
    held_back: t.Mapping[str, Clusters], ready: t.Collection[str]
) -> dict[str, list[str]]:
    """Return the hosts for which each host has to wait, because they are not ``ready``.

    A host makes all of its change at once, so clusters that share such a host change together.
    """
    groups: list[set[str]] = []
    for host, clusters in held_back.items():
        _join(groups, {host}.union(*clusters))
    of_host = {host: group for group in groups for host in group}
    return {host: sorted(of_host[host].difference(ready)) for host in held_back}


def _join(groups: list[set[str]], hosts: set[str]) -> None:
    """Add hosts that change together, with all groups that have one of them."""
    overlapping = [group for group in groups if not group.isdisjoint(hosts)]
    groups[:] = [group for group in groups if group.isdisjoint(hosts)]
    groups.append(hosts.union(*overlapping))
