# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The queries that prove that each instance has one master."""

from __future__ import annotations

from typing import Any

from ansible_collections.failover.vrrp.plugins.plugin_utils._proof import Queries, share_queries

WEB = {"web": ["lb1", "lb2", "lb3"]}
DB = {"db": ["db1", "db2"]}


def asked(found: dict[str, Queries]) -> dict[str, list[str]]:
    return {host: one.hosts for host, one in found.items()}


def test_one_host_of_each_cluster_queries_all_of_its_hosts() -> None:
    members = {"lb2": WEB, "lb3": WEB, "db1": DB, "db2": DB}
    assert asked(share_queries(members, {}, "lb2")) == {
        "lb2": ["lb1", "lb2", "lb3"],
        "db1": ["db1", "db2"],
    }


def test_the_preferred_host_queries_its_own_clusters() -> None:
    both = {**WEB, "dns": ["lb3", "dns1"]}
    found = share_queries({"lb2": WEB, "lb3": both, "dns1": {"dns": ["lb3", "dns1"]}}, {}, "lb3")
    assert asked(found) == {"lb3": ["lb1", "lb2", "lb3", "dns1"]}
    assert found["lb3"].names == ["web", "dns"]


def status(state: str, number: int) -> dict[str, Any]:
    """Return the status that the role returned for the host 192.0.2.<number>."""
    web = {
        "name": "web", "label": "web", "vrid": 51, "state": state, "intent": "auto",
        "reason": "why", "master": {"address": "192.0.2.1"}, "priority": 201 - number,
        "effective_priority": 201 - number, "address": f"192.0.2.{number}",
        "advertisement_interval": 1.0, "since": "2026-11-22T12:00:00.000+00:00",
        "sync_group": None, "tracked": [], "addresses": ["192.0.2.100/24"],
        "settings": {"accept_mode": True},
    }  # fmt: skip
    return {"instances": [web]}


def test_a_cluster_of_which_nothing_was_changed_is_proven_without_a_query() -> None:
    members = {host: WEB for host in WEB["web"]}
    returned = {
        "lb1": status("MASTER", 1),
        "lb2": status("BACKUP", 2),
        "lb3": status("BACKUP", 3),
    }
    found = share_queries(members, returned, "lb1")
    assert found == {"lb1": Queries([], [], ["web: lb1 is master"], ["192.0.2.100/24"])}
    changed = {**returned, "lb2": {}}
    assert asked(share_queries(members, changed, "lb1")) == {"lb1": ["lb1", "lb2", "lb3"]}
    troubled = status("BACKUP", 2)
    troubled["instances"][0]["problems"] = [{"problem": "x", "text": "why", "since": "now"}]
    noticed = {**returned, "lb2": troubled}
    assert asked(share_queries(members, noticed, "lb1")) == {"lb1": ["lb1", "lb2", "lb3"]}
    two_masters = {**returned, "lb2": status("MASTER", 2)}
    assert asked(share_queries(members, two_masters, "lb1")) == {"lb1": ["lb1", "lb2", "lb3"]}


def test_a_host_outside_the_play_is_queried() -> None:
    returned = {"lb1": status("MASTER", 1)}
    assert asked(share_queries({"lb1": WEB}, returned, "lb1")) == {"lb1": ["lb1", "lb2", "lb3"]}
