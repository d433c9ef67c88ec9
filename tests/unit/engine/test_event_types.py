# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reasons of transitions, by the names of RFC 8347 and those that it lacks."""

from __future__ import annotations

from _vrrp.engine.actions import Send, SendBatch, SocketSpec, Transition
from _vrrp.model.family import Family
from _vrrp.wire.advertisement import Advertisement, encode
from _vrrp.wire.datagram import Datagram
from support.cluster import MS, Cluster, Node, instance, pair

CHECK = {"command": "/bin/check", "interval": 1, "timeout": 600, "weight": 0}


SOCKET = SocketSpec(7, Family.IPV4)


def advertisement_of(node: Node, priority: int) -> Datagram:
    """An advertisement of a node, as another one receives it."""
    group, addresses = bytes([224, 0, 0, 18]), (bytes([192, 0, 2, 100]),)
    message = Advertisement(3, 51, priority, 1000 * MS, addresses)
    return Datagram(node.own, group, 255, encode(message, node.own, group))


def reasons(node: Node) -> list[str]:
    """Return the state and the reason of each transition of a node."""
    return [f"{one.new} {one.event_type.value}" for one in moves(node)]


def moves(node: Node) -> list[Transition]:
    """Return the transitions of a node."""
    return [one for one in node.done if isinstance(one, Transition)]


def test_a_first_master_has_started_and_heard_nobody() -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(5)
    assert reasons(node) == ["BACKUP startup", "MASTER master-timeout"]


def test_an_owner_preempts_at_its_start() -> None:
    cluster = Cluster()
    node = cluster.node(priority=255)
    cluster.run(1)
    assert reasons(node) == ["BACKUP startup", "MASTER owner-preempt"]


def test_a_better_router_preempts_and_the_other_steps_down() -> None:
    cluster = Cluster()
    worse = cluster.node(priority=100)
    cluster.run(5)
    better = cluster.node(priority=200)
    cluster.run(5)
    assert reasons(better)[1:] == ["MASTER lower-priority-master"]
    assert reasons(worse)[2:] == ["BACKUP higher-priority-backup"]


def test_a_delayed_preemption_has_a_reason_of_its_own() -> None:
    cluster = Cluster()
    cluster.node(priority=100)
    cluster.run(5)
    better = cluster.node(priority=200, preempt_delay=3)
    cluster.run(10)
    assert reasons(better)[1:] == ["MASTER preempt-hold-timeout"]


def test_a_stop_hands_over() -> None:
    cluster, first, second = pair()
    first.do(first.engine.stop(cluster.now))
    cluster.run(5)
    assert reasons(first)[2:] == ["INITIALIZE shutdown"]
    assert reasons(second)[1:] == ["MASTER master-resigned"]


def test_an_operator_moves_mastership() -> None:
    cluster, first, second = pair()
    first.set_intent("backup")
    cluster.run(5)
    assert reasons(first)[2:] == ["BACKUP operator"]
    assert reasons(second)[1:] == ["MASTER master-resigned"]
    second.set_intent("auto")
    cluster.run(5)
    first.set_intent("master")
    cluster.run(5)
    assert reasons(first)[3:] == ["MASTER operator"]


def test_an_interface_that_goes_down_and_returns() -> None:
    cluster, first, second = pair()
    first.set_link(up=False)
    cluster.run(5)
    first.set_link(up=True)
    cluster.run(5)
    assert reasons(first)[2:4] == ["INITIALIZE interface-down", "BACKUP interface-up"]
    assert reasons(second)[1:2] == ["MASTER master-timeout"]


def test_a_short_loss_of_the_carrier_ends_in_mastership_for_the_same_reason() -> None:
    cluster, first, _second = pair()
    cluster.run(1)
    first.set_link(up=False)
    cluster.run(0.1)
    first.set_link(up=True)
    cluster.settle()
    assert reasons(first)[2:] == [
        "INITIALIZE interface-down",
        "BACKUP interface-up",
        "MASTER interface-up",
    ]


def test_an_own_address_that_is_lost_and_returns() -> None:
    cluster, first, _second = pair()
    before = first.link.addresses
    first.set_link(addresses=())
    cluster.run(5)
    first.set_link(addresses=before[:1])
    cluster.run(5)
    assert reasons(first)[2:4] == ["INITIALIZE no-primary-ip-address", "BACKUP primary-ip-address"]


def test_a_virtual_address_that_is_removed_again_and_again() -> None:
    cluster, first, _second = pair()
    for _time in range(4):
        first.delete_foreign("192.0.2.100/24")
        cluster.run(0.2)
    cluster.run(20)
    assert reasons(first)[2:4] == [
        "INITIALIZE no-virtual-ip-addresses",
        "BACKUP virtual-ip-addresses",
    ]


def test_a_tracked_script_that_fails_and_recovers() -> None:
    cluster = Cluster()
    node = cluster.node(track_scripts=[CHECK])
    node.finish()
    cluster.run(5)
    node.finish(1)
    cluster.run(10)
    node.finish()
    cluster.run(5)
    assert reasons(node) == [
        "BACKUP startup",
        "MASTER master-timeout",
        "INITIALIZE tracking-down",
        "BACKUP tracking-up",
        "MASTER master-timeout",
    ]


def test_the_other_members_of_a_group_follow() -> None:
    cluster = Cluster()
    db = instance(name="db", vrid=52, addresses=["192.0.2.101/24"], track_scripts=[CHECK])
    node = cluster.node({**db, "sync_group": "site"}, sync_group="site")
    node.finish()
    cluster.run(10)
    node.finish(1)
    cluster.run(10)
    by_name = [(one.instance, one.event_type.value) for one in moves(node)]
    assert by_name[-2:] == [("db", "tracking-down"), ("web", "tracking-down")]


def test_a_paused_master_steps_down() -> None:
    cluster, first, _second = pair()
    cluster.now += 20_000 * MS
    cluster.run(1)
    assert reasons(first)[2:3] == ["BACKUP paused"]


def test_a_master_that_hears_a_worse_one_after_a_pause_was_paused() -> None:
    cluster, first, second = pair()
    first.connected = False
    cluster.run(10)
    assert second.state == "MASTER"
    first.connected = True
    first.do(first.engine.receive_datagram(SOCKET, advertisement_of(second, 100), cluster.now))
    assert reasons(first)[2:3] == ["BACKUP paused"]


def test_a_master_that_can_not_send_says_so_when_it_hears_its_successor() -> None:
    cluster, first, _second = pair()
    first.refused = (Send, SendBatch)
    cluster.run(10)
    assert reasons(first)[2].split()[1] == "not-sending"


def test_a_delayed_preemption_of_a_sync_group_has_its_reason() -> None:
    cluster = Cluster()
    db = {"name": "db", "vrid": 52, "addresses": ["192.0.2.101/24"], "sync_group": "site"}
    cluster.node(instance(**db), priority=100, sync_group="site")
    cluster.run(10)
    better = cluster.node(
        instance(**db, priority=200, preempt_delay=3),
        priority=200, preempt_delay=3, sync_group="site",
    )  # fmt: skip
    cluster.run(20)
    assert [one for one in reasons(better) if "MASTER" in one] == [
        "MASTER preempt-hold-timeout"
    ] * 2


def test_a_first_start_with_a_virtual_mac_is_a_startup() -> None:
    cluster = Cluster()
    node = cluster.node(virtual_mac=True)
    cluster.run(5)
    assert reasons(node) == ["BACKUP startup", "MASTER master-timeout"]


def test_an_instance_that_is_removed() -> None:
    cluster, first, _second = pair()
    first.configure()
    cluster.run(5)
    assert reasons(first)[2:] == ["INITIALIZE reconfigured"]


def test_the_status_counts_transitions_by_reason() -> None:
    cluster, first, _second = pair()
    first.set_intent("backup")
    cluster.run(5)
    shown = first.status()
    assert shown["transition_counts"] == [
        {"state": "BACKUP", "event_type": "startup", "count": 1},
        {"state": "MASTER", "event_type": "master-timeout", "count": 1},
        {"state": "BACKUP", "event_type": "operator", "count": 1},
    ]
    assert shown["transitions"] == 3
