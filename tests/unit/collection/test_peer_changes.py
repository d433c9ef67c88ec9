# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of a configuration that peers see in the packets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install.peer_changes import (
    changes_seen_by_peers,
)

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
KEYS = [{"id": 1, "secret": "x" * 32}, {"id": 2, "secret": "y" * 32}]


def text(*instances: dict[str, Any]) -> str:
    return json.dumps({"instances": list(instances)})


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ({}, {"vrid": 52}, ["vrid"]),
        ({}, {"addresses": ["192.0.2.100/24", "192.0.2.101/24"]}, ["addresses"]),
        ({}, {"version": 2}, ["version", "advertisement_interval"]),
        ({"version": 2}, {"version": 2, "advertisement_interval": 2}, ["advertisement_interval"]),
        ({"version": 2}, {"version": 2, "password": "tulip"}, ["password"]),
        ({}, {"unicast_peers": ["192.0.2.12"]}, ["unicast_peers"]),
        ({"hmac": {"keys": KEYS[:1]}}, {"hmac": {"keys": KEYS}}, ["hmac"]),
        ({}, {"advertisement_interval": 0.5}, []),
        ({}, {"priority": 7, "preempt": False, "interface": "eth1"}, []),
        (
            {"addresses": ["192.0.2.100/24", "192.0.2.101/24"]},
            {"addresses": ["192.0.2.101/24", "192.0.2.100/32"]},
            [],
        ),
    ],
)
def test_only_what_changes_the_packets_is_seen(
    before: dict[str, Any], after: dict[str, Any], seen: list[str]
) -> None:
    found = changes_seen_by_peers(text({**WEB, **before}), text({**WEB, **after}))
    assert found == ({"web": seen} if seen else {})


def test_instances_that_come_and_go_are_no_change_of_packets() -> None:
    other = {**WEB, "name": "db", "vrid": 52, "addresses": ["192.0.2.101/24"]}
    assert changes_seen_by_peers(text(WEB), text(other)) == {}


def test_a_configuration_that_no_agent_can_have_counts_as_none() -> None:
    assert changes_seen_by_peers(None, text(WEB)) == {}
    assert changes_seen_by_peers("{", text(WEB)) == {}


def test_another_file_of_a_secret_is_a_change_that_peers_may_see() -> None:
    def text(path: str) -> str:
        hmac = {"keys": [{"id": 1, "secret_file": path}]}
        entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.1/24"]}
        return json.dumps({"instances": [{**entry, "hmac": hmac}]})

    assert changes_seen_by_peers(text("/a"), text("/a")) == {}
    assert changes_seen_by_peers(text("/a"), text("/b")) == {"web": ["hmac"]}
