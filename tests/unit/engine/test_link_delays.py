# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings ``link_up_delay`` and ``link_down_delay``."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.engine.host.links import Link
from support.cluster import Cluster, Node, instance

pytestmark = pytest.mark.finding("C11")


def master(**settings: Any) -> Node:
    """A master, with these settings."""
    cluster = Cluster()
    node = cluster.node(**settings)
    cluster.run(10)
    assert node.state == "MASTER"
    return node


def test_a_master_outlasts_a_short_loss_of_its_carrier() -> None:
    node = master(link_down_delay=2)
    node.set_link(up=False)
    node.cluster.run(1.9)
    node.set_link(up=True)
    node.cluster.run(10)
    assert node.status()["transitions"] == 2
    assert node.state == "MASTER"


def test_a_loss_that_lasts_counts_when_the_delay_is_over() -> None:
    node = master(link_down_delay=2)
    node.set_link(up=False)
    node.cluster.run(1.99)
    assert node.state == "MASTER"
    node.cluster.run(0.02)
    assert (node.state, node.status()["reason"]) == ("INITIALIZE", "eth0 is down")


def test_several_short_losses_are_not_added_up() -> None:
    node = master(link_down_delay=2)
    for _flap in range(5):
        node.set_link(up=False)
        node.cluster.run(1.5)
        node.set_link(up=True)
        node.cluster.run(0.1)
    assert node.status()["transitions"] == 2


def test_an_interface_that_is_set_down_counts_at_once() -> None:
    node = master(link_down_delay=2)
    node.set_link(up=False, admin_up=False)
    node.cluster.run(0.01)
    assert node.state == "INITIALIZE"


def test_a_backup_takes_no_part_at_once_when_its_link_is_down() -> None:
    cluster = Cluster()
    cluster.node(priority=200)
    node = cluster.node(priority=100, link_down_delay=60)
    cluster.run(10)
    node.set_link(up=False)
    cluster.run(0.01)
    assert node.state == "INITIALIZE"


def test_an_interface_that_is_up_again_counts_after_its_delay() -> None:
    node = master(link_up_delay=5)
    node.set_link(up=False)
    node.cluster.run(1)
    node.set_link(up=True)
    node.cluster.run(3)
    node.set_link(up=False)
    node.cluster.run(1)
    node.set_link(up=True)
    node.cluster.run(4.99)
    assert node.state == "INITIALIZE"
    assert node.status()["reason"] == "eth0 is up again, waits for link_up_delay"
    node.cluster.run(0.02)
    assert node.state == "BACKUP"
    node.cluster.run(10)
    assert node.state == "MASTER"


def test_a_start_with_an_interface_that_is_up_needs_no_delay() -> None:
    cluster = Cluster()
    node = cluster.node(link_up_delay=60)
    cluster.run(0.01)
    assert node.state == "BACKUP"


def test_a_tracked_interface_has_the_same_delays() -> None:
    cluster = Cluster()
    node = cluster.node()
    node.kernel.add_link(Link(8, "eth1", True, bytes(6)))
    node.host_changed()
    tracks = {"track_interfaces": [{"interface": "eth1", "weight": -50}]}
    node.configure(instance(priority=150, link_down_delay=2, link_up_delay=3, **tracks))
    cluster.run(10)
    node.kernel.set_link("eth1", up=False)
    node.host_changed()
    cluster.run(1.99)
    assert node.status()["effective_priority"] == 150
    assert node.status()["tracked"][0]["why"] == "down, waits for link_down_delay"
    cluster.run(0.02)
    assert node.status()["effective_priority"] == 100
    node.kernel.set_link("eth1", up=True)
    node.host_changed()
    cluster.run(2.99)
    assert node.status()["effective_priority"] == 100
    cluster.run(0.02)
    assert node.status()["effective_priority"] == 150


def test_both_delays_count_where_a_backup_lost_its_link_for_a_moment() -> None:
    cluster = Cluster()
    cluster.node(priority=200)
    node = cluster.node(priority=100, link_up_delay=5, link_down_delay=5)
    cluster.run(10)
    node.set_link(up=False)
    cluster.run(1)
    node.set_link(up=True)
    cluster.run(4.9)
    assert node.state == "INITIALIZE"
    cluster.run(0.2)
    assert node.state == "BACKUP"


def test_a_delay_goes_on_in_another_process_and_after_a_reload() -> None:
    node = master(link_down_delay=10)
    node.set_link(up=False)
    node.cluster.run(4)
    node.hand_over()
    node.cluster.run(1)
    node.configure(instance(link_down_delay=10, link_up_delay=3))
    node.cluster.run(4.9)
    assert node.state == "MASTER"
    node.cluster.run(0.2)
    assert node.state == "INITIALIZE"
    node.set_link(up=True)
    node.cluster.run(1)
    node.hand_over()
    node.cluster.run(1.9)
    assert node.state == "INITIALIZE"
    node.cluster.run(0.2)
    assert node.state == "BACKUP"
