# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts that have to make a change of packets together."""

from __future__ import annotations

from typing import Any

from ansible_collections.failover.vrrp.plugins.filter.vrrp_missing import vrrp_missing
from ansible_collections.failover.vrrp.plugins.plugin_utils._together import missing_hosts

WEB, DB, DNS = ["a", "b"], ["b", "d"], ["e", "f"]


def test_a_host_waits_for_the_hosts_of_its_cluster_that_are_not_ready() -> None:
    held_back = {"a": [WEB], "e": [DNS], "f": [DNS]}
    assert missing_hosts(held_back, {"a", "e", "f"}) == {"a": ["b"], "e": [], "f": []}


def test_clusters_that_share_a_host_wait_for_each_other() -> None:
    # b changes web and db in one step, and web lacks a: so d, which has db alone, waits for a.
    held_back = {"b": [WEB, DB], "d": [DB]}
    assert missing_hosts(held_back, {"b", "d"}) == {"b": ["a"], "d": ["a"]}


def test_a_host_that_has_made_the_change_is_not_waited_for() -> None:
    assert missing_hosts({"a": [WEB]}, {"a", "b"}) == {"a": []}


def test_the_filter_reads_what_the_role_has_registered() -> None:
    plan = {"members": {"web": WEB}}
    hostvars: dict[str, Any] = {
        "a": {
            "__vrrp_plan": {"a": plan},
            "__vrrp_agent": {"bundle": "1", "held_back": {"web": []}},
        },
        "b": {"__vrrp_plan": {"b": plan}, "__vrrp_agent": {}},
    }
    assert vrrp_missing(hostvars, ["a", "b"]) == {"a": ["b"]}
    hostvars["b"]["__vrrp_agent"] = {"bundle": "1", "held_back": {}}
    assert vrrp_missing(hostvars, ["a", "b"]) == {"a": []}
