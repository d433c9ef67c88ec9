# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Elections among whole hosts."""

from __future__ import annotations

import pytest
from support.cluster import Cluster, instance, masters, pair


@pytest.mark.finding("C15")
@pytest.mark.parametrize("phase", range(12))
def test_a_link_that_returns_does_not_bypass_the_delay_of_preemption(phase: int) -> None:
    cluster = Cluster()
    worse, better = cluster.node(priority=100), cluster.node(priority=200, preempt_delay=20)
    cluster.run(30)
    better.set_link(up=False)
    cluster.run(10 + phase / 12)
    assert worse.state == "MASTER"
    better.set_link(up=True)
    cluster.run(19.9)
    assert better.state == "BACKUP"
    cluster.run(1.2)
    assert better.state == "MASTER"


def test_the_highest_priority_is_master_and_has_the_addresses() -> None:
    cluster = Cluster()
    nodes = [cluster.node(priority=priority) for priority in (100, 200, 150)]
    cluster.run(10)
    assert masters(cluster) == [2]
    assert [node.serves() for node in nodes] == [False, True, False]


def test_equal_priorities_are_decided_by_the_address() -> None:
    cluster = Cluster()
    for _number in range(3):
        cluster.node()
    cluster.run(20)
    assert masters(cluster) == [3]


def test_a_master_that_dies_is_replaced_after_the_master_down_interval() -> None:
    cluster, first, second = pair()
    last = second.status()["counters"]["advertisements_received"]
    first.connected = False
    # At most 3 s + 156/256 s after its last advertisement, at least a second less.
    cluster.run(2.6)
    assert second.state == "BACKUP"
    cluster.run(1.02)
    assert second.state == "MASTER"
    assert second.status()["counters"]["advertisements_received"] == last


def test_a_better_router_preempts_when_it_returns() -> None:
    cluster, first, second = pair()
    first.connected = False
    cluster.run(5)
    first.plug_in_again()
    cluster.run(10)
    assert (first.state, second.state) == ("MASTER", "BACKUP")
    assert first.serves()
    assert not second.serves()


def test_a_router_with_preempt_false_does_not_preempt() -> None:
    cluster = Cluster()
    first = cluster.node(priority=100)
    cluster.run(5)
    second = cluster.node(priority=200, preempt=False)
    cluster.run(20)
    assert (first.state, second.state) == ("MASTER", "BACKUP")


def test_every_instance_has_a_state_of_its_own() -> None:
    cluster = Cluster()
    db = instance(name="db", vrid=52, addresses=["192.0.2.101/24"])
    first = cluster.node({**db, "priority": 100}, priority=150)
    second = cluster.node({**db, "priority": 150}, priority=100)
    cluster.run(10)
    assert [first.status(name)["state"] for name in ("web", "db")] == ["MASTER", "BACKUP"]
    assert [second.status(name)["state"] for name in ("web", "db")] == ["BACKUP", "MASTER"]


def test_two_routers_that_own_an_address_each_back_up_each_other() -> None:
    # RFC 9568 section 4.2.
    cluster = Cluster()
    db = instance(name="db", vrid=52, addresses=["192.0.2.101/24"])
    first = cluster.node({**db, "priority": 100}, priority=255)
    second = cluster.node({**db, "priority": 255}, priority=100)
    cluster.run(10)
    assert [first.status(name)["state"] for name in ("web", "db")] == ["MASTER", "BACKUP"]
    assert [second.status(name)["state"] for name in ("web", "db")] == ["BACKUP", "MASTER"]
    second.connected = False
    cluster.run(5)
    assert [first.status(name)["state"] for name in ("web", "db")] == ["MASTER", "MASTER"]
    second.plug_in_again()
    cluster.run(5)
    assert [first.status(name)["state"] for name in ("web", "db")] == ["MASTER", "BACKUP"]


def test_a_faster_router_of_lower_priority_gives_way_when_it_hears_the_slow_one() -> None:
    # RFC 9568 section 5.2.7: unstable for a while only.
    cluster = Cluster()
    slow = cluster.node(priority=200, advertisement_interval=10)
    cluster.run(35)
    assert slow.state == "MASTER"
    fast = cluster.node(priority=100, advertisement_interval=1)
    cluster.run(60)
    assert (slow.state, fast.state) == ("MASTER", "BACKUP")
    assert fast.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER", "MASTER BACKUP"]
    assert slow.status()["transitions"] == 2
