# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of instances in the engine."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import SocketSpec
from _vrrp.model.family import Family
from _vrrp.wire.advertisement import Advertisement, encode
from _vrrp.wire.datagram import Datagram
from support.cluster import MS, Cluster, instance

S = 1000 * MS
CHECK = {"command": "/bin/check", "interval": 1, "timeout": 600, "weight": -60}


@pytest.mark.parametrize(
    ("priority", "weight", "effective"), [(100, -253, 1), (200, 253, 254), (255, -100, 255)]
)
def test_weights_keep_the_priority_in_1_to_254_and_an_owner_at_255(
    priority: int, weight: int, effective: int
) -> None:
    cluster = Cluster()
    interface = {"interface": "eth0" if weight > 0 else "eth9", "weight": weight}
    node = cluster.node(priority=priority, track_interfaces=[interface])
    cluster.run(5)
    assert node.status()["effective_priority"] == effective


def test_an_instance_waits_for_the_first_result() -> None:
    cluster = Cluster()
    node = cluster.node(track_scripts=[CHECK])
    cluster.run(10)
    assert node.status()["reason"] == "waits for the first result of script /bin/check"
    node.finish()
    cluster.run(5)
    assert node.state == "MASTER"


def test_a_script_added_by_a_reload_does_not_disturb_the_master() -> None:
    cluster = Cluster()
    node = cluster.node(priority=200)
    cluster.run(5)
    node.configure(instance(priority=200, track_scripts=[{**CHECK, "weight": 0}]))
    cluster.run(5)
    assert node.state == "MASTER"
    node.finish(1)
    cluster.run(5)
    assert node.state == "INITIALIZE"
    assert node.status()["reason"] == "script /bin/check: exit status 1"


def test_a_lower_priority_is_advertised_at_once_and_a_better_one_takes_over() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200, track_scripts=[CHECK])
    first.finish()
    second = cluster.node(priority=150)
    cluster.run(10)
    first.finish(1)
    cluster.run(0)
    master = second.status()["master"]
    assert master is not None
    assert master["priority"] == 140
    cluster.run(4)
    assert (first.state, second.state) == ("BACKUP", "MASTER")


def test_a_master_with_a_fault_serves_until_its_successor_is_heard() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200, track_scripts=[{**CHECK, "weight": 0}])
    first.finish()
    second = cluster.node(priority=150)
    cluster.run(10)
    first.finish(1)
    cluster.run(0.4)
    # Skew is 106/256 s: nobody has taken over yet, so the addresses are still here.
    assert first.serves()
    cluster.run(0.05)
    assert second.serves()
    cluster.run(1)
    assert (first.state, first.serves()) == ("INITIALIZE", False)


def test_a_router_starts_again_when_its_fault_ends_after_it_resigned() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200, track_scripts=[{**CHECK, "weight": 0}])
    first.finish()
    cluster.node(priority=150)
    cluster.run(10)
    first.finish(1)
    cluster.run(0.1)
    cluster.run(1)
    first.finish()
    cluster.run(10)
    assert first.state == "MASTER"


@pytest.mark.finding("C5")
def test_a_script_that_never_answers_runs_again() -> None:
    cluster = Cluster()
    node = cluster.node(track_scripts=[{**CHECK, "timeout": 3, "weight": 0}])
    cluster.run(4.9)
    assert node.status()["reason"] == "waits for the first result of script /bin/check"
    assert len(node.running) == 1
    cluster.run(0.2)
    assert len(node.running) == 2
    node.running.pop(0)
    node.finish()
    assert node.state == "BACKUP"


def test_a_router_starts_again_when_its_fault_ended_before_a_pause_completes_the_resignation() -> (
    None
):
    cluster = Cluster()
    only = cluster.node(track_scripts=[{**CHECK, "weight": 0}])
    only.finish()
    cluster.run(10)
    only.finish(1)  # It resigns, and nobody is there to take over.
    cluster.run(1)
    only.finish()  # All is well again; a resignation to stop goes through all the same.
    assert only.state == "MASTER"
    cluster.now += 10_000 * MS
    # Not a deadline but a packet ends the pause, and with it the resignation.
    peer, group = bytes([192, 0, 2, 99]), bytes([224, 0, 0, 18])
    advertisement = Advertisement(3, 51, 0, 1000 * MS, (bytes([192, 0, 2, 100]),))
    datagram = Datagram(peer, group, 255, encode(advertisement, peer, group))
    only.do(only.engine.receive_datagram(SocketSpec(7, Family.IPV4), datagram, cluster.now))
    assert only.transitions()[-2:] == ["MASTER INITIALIZE", "INITIALIZE BACKUP"]
