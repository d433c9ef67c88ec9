# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts that have to make a change of packets together."""

from __future__ import annotations

from ansible_collections.failover.vrrp.plugins.plugin_utils._together import (
    HeldBack,
    missing_hosts,
)

WEB, DB, DNS = ["a", "b"], ["b", "d"], ["e", "f"]


def test_a_host_waits_for_the_hosts_of_its_cluster_that_are_not_ready() -> None:
    held_back = {"a": HeldBack([WEB]), "e": HeldBack([DNS]), "f": HeldBack([DNS])}
    assert missing_hosts(held_back, {"a", "e", "f"}) == {"a": ["b"], "e": [], "f": []}


def test_clusters_that_share_a_host_wait_for_each_other() -> None:
    # b changes web and db in one step, and web lacks a: so d, which has db alone, waits for a.
    held_back = {"b": HeldBack([WEB, DB]), "d": HeldBack([DB])}
    assert missing_hosts(held_back, {"b", "d"}) == {"b": ["a"], "d": ["a"]}


def test_a_host_that_has_made_the_change_is_not_waited_for() -> None:
    assert missing_hosts({"a": HeldBack([WEB])}, {"a", "b"}) == {"a": []}
