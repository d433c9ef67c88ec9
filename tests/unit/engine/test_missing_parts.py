# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routers that lack a part, such as a route."""

from __future__ import annotations

from support.cluster import Cluster


def test_a_backup_remembers_that_the_interface_of_its_route_is_missing() -> None:
    cluster = Cluster()
    route = {"destination": "203.0.113.0/24", "interface": "eth9"}
    first = cluster.node(priority=200, virtual_routes=[route], degraded_weight=60)
    second = cluster.node(priority=150)
    cluster.run(10)
    # It can't try the route as a backup, and would take over and lose again and again.
    assert (first.state, second.state) == ("BACKUP", "MASTER")
    assert first.status()["effective_priority"] == 140
    before = first.status()["transitions"]
    cluster.run(120)
    assert (first.status()["transitions"], first.status()["effective_priority"]) == (before, 140)
