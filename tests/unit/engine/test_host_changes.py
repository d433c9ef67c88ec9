# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interfaces and addresses that change, and a kernel that refuses."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from _vrrp.engine.actions import (
    BUSY,
    Action,
    Install,
    OpenSockets,
    Provision,
    Remove,
    Results,
    SaveRecoveries,
    Send,
    SendFrames,
    SocketSpec,
    Transition,
)
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.engine.host.observed import Observed
from _vrrp.engine.host.resources import AddressResource
from _vrrp.model.address import parse_address
from _vrrp.model.family import Family
from _vrrp.planner.kernel import Refusal
from support.cluster import MS, Cluster, Node, instance, masters, pair

S = 1_000_000_000

UNKNOWN_PEER = bytes([192, 0, 2, 99])
GROUP = bytes([224, 0, 0, 18])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"up": False}, "eth0 is down"), ({"addresses": ()}, "eth0 has no IPv4 address")],
)
def test_a_router_takes_no_part_and_says_why_on_an_unusable_interface(
    changes: dict[str, object], reason: str
) -> None:
    cluster, first, second = pair()
    first.set_link(**changes)
    cluster.run(5)
    assert (first.state, first.status()["reason"]) == ("INITIALIZE", reason)
    assert second.state == "MASTER"


@pytest.mark.finding("G1")
@pytest.mark.parametrize(("interval", "tolerated"), [(1, 0.5), (0.1, 0.2)])
def test_an_own_address_that_is_away_for_a_moment_is_not_noticed(
    interval: float, tolerated: float
) -> None:
    cluster, first, second = pair(advertisement_interval=interval)
    cluster.run(1)
    own, virtual = first.link.addresses
    first.set_link(addresses=(virtual,))
    cluster.run(tolerated - 0.001)
    first.set_link(addresses=(own, virtual))
    cluster.run(5)
    assert (first.state, second.state) == ("MASTER", "BACKUP")
    assert first.serves()
    assert second.transitions() == ["INITIALIZE BACKUP"]


@pytest.mark.finding("G1")
def test_a_master_without_own_address_resigns_after_half_a_second() -> None:
    cluster, first, second = pair()
    cluster.run(1)
    first.set_link(addresses=first.link.addresses[1:])
    cluster.run(0.501)
    assert (first.state, first.status()["reason"]) == ("INITIALIZE", "eth0 has no IPv4 address")
    # Priority 100: a skew time of 0.61 s after priority 0, not 3.61 s after the last advertisement.
    cluster.run(0.61)
    assert second.state == "MASTER"


@pytest.mark.finding("G1")
def test_a_carrier_that_is_away_for_a_moment_is_followed_by_an_advertisement() -> None:
    cluster, first, second = pair()
    cluster.run(1)
    first.set_link(up=False)
    cluster.run(0.1)
    assert first.state == "INITIALIZE"
    first.set_link(up=True)
    cluster.settle()
    assert (first.state, first.serves()) == ("MASTER", True)
    cluster.run(5)
    assert second.transitions() == ["INITIALIZE BACKUP"]


def test_a_router_takes_part_again_when_its_interface_returns() -> None:
    cluster, first, _second = pair()
    first.do(first.engine.host_changed(Observed(), cluster.now))
    assert first.status()["reason"] == "eth0 does not exist"
    first.set_link(index=7)
    cluster.run(10)
    assert first.state == "MASTER"


def test_a_deleted_address_is_restored_without_an_election() -> None:
    cluster, first, _second = pair()
    first.set_link(addresses=first.link.addresses[:1])
    cluster.settle()
    assert first.serves()
    assert first.status()["counters"]["addresses_restored"] == 1
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_a_master_whose_address_is_deleted_again_and_again_leaves_it_to_others() -> None:
    cluster, first, second = pair()
    for _time in range(4):
        assert first.state == "MASTER"
        first.delete_foreign("192.0.2.100/24")
        cluster.run(0.2)
    cause = "192.0.2.100/24 is removed again and again by another program"
    assert (first.state, first.status()["reason"]) == ("INITIALIZE", cause)
    assert first.status()["counters"]["priority_zero_sent"] == 1
    cluster.run(1)
    assert second.serves()
    cluster.run(20)
    assert masters(cluster) == [1]


def test_a_router_that_can_not_install_its_addresses_steps_down_and_tries_again() -> None:
    cluster = Cluster()
    first = cluster.node(priority=150)
    second = cluster.node(priority=100)
    first.refused = (Install,)
    cluster.run(9)
    assert (first.state, first.status()["reason"]) == ("INITIALIZE", "refused")
    assert second.state == "MASTER"
    first.refused = ()
    cluster.run(10)
    assert masters(cluster) == [1]


@pytest.mark.finding("G3")
def test_a_router_that_can_not_send_steps_down_once_its_peers_serve() -> None:
    # The backup has priority 100: it waits for three intervals and 0.61 s.
    cluster, first, second = pair()
    second.connected = False
    first.refused = (Send,)
    cluster.run(2)
    first.refused = ()
    cluster.run(1)
    first.refused = (Send,)
    cluster.run(3)
    assert first.state == "MASTER"
    cluster.run(1)
    assert (first.state, first.serves()) == ("BACKUP", False)
    assert first.status()["reason"].startswith("could not advertise for longer than the peers")


def test_addresses_left_by_another_agent_are_removed_at_the_start() -> None:
    cluster = Cluster()
    node = Node(cluster, 1)
    cluster.nodes.append(node)
    node.add_foreign("192.0.2.100/24")
    cluster.settle()
    node.configure(instance())
    cluster.settle()
    assert not node.serves()
    assert any(isinstance(one, Remove) for one in node.done)


@pytest.mark.parametrize("length", [24, 32])
def test_a_backup_removes_virtual_addresses_added_by_other_programs(length: int) -> None:
    cluster, _first, second = pair()
    second.add_foreign(f"192.0.2.100/{length}")
    cluster.settle()
    assert not second.serves()
    removed = [one for one in second.done if isinstance(one, Remove)][-1]
    assert [str(one) for one in removed.resources] == [f"192.0.2.100/{length}"]


def test_an_address_added_while_the_interface_goes_down_is_removed() -> None:
    cluster = Cluster()
    cluster.node(priority=200)
    second = cluster.node(priority=100)
    cluster.run(5)
    second.add_foreign("192.0.2.100/24")
    second.set_link(up=False)
    cluster.settle()
    assert second.state == "INITIALIZE"
    assert not second.serves()


def test_the_owners_own_address_is_never_removed() -> None:
    cluster = Cluster()
    owner = Node(cluster, 90, instance(priority=255))
    assert owner.own == bytes([192, 0, 2, 100])
    cluster.nodes.append(owner)
    cluster.run(1)
    assert owner.state == "MASTER"
    owner.do(owner.engine.stop(cluster.now))
    cluster.run(6)
    assert owner.serves()
    assert not any(isinstance(one, Remove) for one in owner.done)


def test_a_recovery_is_saved_before_the_first_resource_is_installed() -> None:
    cluster = Cluster()
    node = cluster.node()
    kinds = [type(one) for one in node.done]
    cluster.run(5)
    assert SaveRecoveries in kinds
    recovery = [one for one in node.done if isinstance(one, SaveRecoveries)][-1].recoveries[0]
    assert recovery.interface == "eth0"
    assert [str(one) for one in recovery.resources] == ["192.0.2.100/24"]
    # Version 3, type 1, VRID 51, priority 0, one address.
    ((destination, message),) = recovery.resignations
    assert destination == GROUP
    assert message[:4].hex() == "31330001"


def test_addresses_are_announced_only_after_their_installation() -> None:
    cluster = Cluster()
    node = cluster.node(priority=100)
    cluster.run(4)
    kinds = [type(one) for one in node.done]
    assert kinds.index(Install) < kinds.index(SendFrames)
    refused = cluster.node(priority=200)
    refused.refused = (Install,)
    cluster.run(4)
    assert refused.state == "INITIALIZE"


def test_unsent_advertisements_count_as_silence_after_a_pause() -> None:
    cluster, first, _second = pair()
    first.refused = (Send,)
    cluster.run(2)
    assert first.state == "MASTER"
    first.refused = ()
    # With two that were refused, the peers have not heard it for at least 3.5 s.
    cluster.now += 1500 * MS
    first.do(first.engine.wakeup(cluster.now))
    assert first.state == "BACKUP"


def test_silence_counts_from_the_last_advertisement_sent_even_before_a_pause() -> None:
    cluster, first, _second = pair()
    cluster.run(0.5)
    # A peer of priority 254 waits for 3 s and 2/256 s. The pause is shorter, and what is sent at
    # its end is refused: the next advertisement comes 3.9 s after the last one that left.
    first.connected = False
    cluster.run(2.9)
    first.connected, first.refused = True, (Send,)
    cluster.run(0.1)
    assert first.state == "MASTER"
    first.refused = ()
    cluster.run(1)
    assert first.state == "BACKUP"
    assert first.status()["reason"].startswith("could not advertise")


@pytest.mark.finding("C13", "G3")
def test_a_router_that_may_not_send_neither_serves_nor_announces() -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(3.6)
    node.refused = (Send,)
    cluster.run(0.1)  # It would be master at 3 s and 156/256 s.
    assert node.status()["reason"] == "refused"
    node.refused = ()
    cluster.run(20)
    sent = [one for one in node.done if isinstance(one, (Send, Install, SendFrames, Transition))]
    assert [type(one) for one in sent[:3]] == [Transition, Send, Transition]
    assert node.transitions() == [
        "INITIALIZE BACKUP", "BACKUP INITIALIZE", "INITIALIZE BACKUP", "BACKUP MASTER",
    ]  # fmt: skip


@pytest.mark.finding("C13", "G3")
def test_a_better_router_that_may_not_send_leaves_the_master_alone() -> None:
    cluster = Cluster()
    first = cluster.node(priority=100)
    cluster.run(10)
    better = cluster.node(priority=200)
    better.refused = (Send,)
    attempts = []
    while cluster.now < 2000 * S:
        before = len(better.done)
        cluster.run(1)
        if any(isinstance(one, Send) for one in better.done[before:]):
            attempts.append(cluster.now // S)
    assert not [one for one in better.done if isinstance(one, (Install, SendFrames))]
    assert masters(cluster) == [1]
    # It waits 10, 20, 40, 80, 160, 320 s, and each time for 3 s and 56/256 s as a backup.
    pauses = [after - before for before, after in itertools.pairwise(attempts)]
    assert pauses == pytest.approx([13, 23, 43, 83, 163, 323, 323], abs=1)
    better.refused = ()
    cluster.run(330)
    assert masters(cluster) == [2]
    assert first.state == "BACKUP"


def test_a_full_queue_does_not_keep_a_router_from_serving() -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(3.6)
    node.refused, node.refusal = (Send,), BUSY
    cluster.run(0.1)
    node.refused = ()
    cluster.run(10)
    assert node.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_unsent_advertisements_of_an_earlier_mastership_do_not_count() -> None:
    cluster = Cluster()
    first = cluster.node(priority=100)
    cluster.run(10)
    second = cluster.node(priority=200)
    cluster.run(2.2)
    first.refused = (Send,)
    cluster.run(1)  # The last advertisement before the other takes over, at 3 s and 56/256 s.
    first.refused = ()
    cluster.run(60)
    assert masters(cluster) == [2]
    second.connected = False
    first.done.clear()
    cluster.run(3.7)
    first.refused = (Send,)
    cluster.run(2)
    first.refused = ()
    cluster.run(10)
    assert first.transitions() == ["BACKUP MASTER"]


def test_a_master_whose_address_is_removed_at_once_leaves_mastership_to_others() -> None:
    cluster = Cluster()
    first, second = cluster.node(priority=200), cluster.node(priority=100)
    cluster.run(10)
    perform = first.kernel.perform

    def remove_at_once(action: Action) -> list[Refusal]:
        refusals = perform(action)
        if isinstance(action, Install):
            first.kernel.remove(AddressResource("eth0", parse_address("192.0.2.100/24")))
        return refusals

    first.kernel.perform = remove_at_once  # type: ignore[method-assign]
    first.delete_foreign("192.0.2.100/24")
    served = 0
    for _second in range(60):
        cluster.run(1)
        first.host_changed()
        served += first.serves() or second.serves()
    assert served >= 45


def test_an_address_that_comes_late_is_announced() -> None:
    cluster = Cluster()
    late = {"address": "198.51.100.5/24", "interface": "eth1", "track": False}
    node = cluster.node(addresses=["192.0.2.100/24", late], announce_delay=0)
    cluster.run(30)
    assert node.state == "MASTER"
    node.done.clear()
    own = LinkAddress(bytes([198, 51, 100, 1]), 24)
    node.kernel.add_link(Link(9, "eth1", True, bytes([2, 0, 0, 0, 1, 1]), (own,)))
    node.host_changed()
    cluster.run(1)
    assert node.kernel.links["eth1"].has(bytes([198, 51, 100, 5]))
    assert {one.index for one in node.done if isinstance(one, SendFrames)} == {7, 9}


def test_a_router_without_its_socket_listens_before_it_takes_part_again() -> None:
    cluster = Cluster()
    tracked = {"track_files": [{"path": "/run/fault", "weight": 0}]}
    node = cluster.node(priority=200, **tracked)
    node.do(node.engine.files_changed({"/run/fault": "0"}, cluster.now))
    listen = OpenSockets(frozenset((SocketSpec(7, Family.IPV4),)))
    node.do(node.engine.completed(Results([(listen, "no room for it")]), cluster.now))
    assert node.state == "INITIALIZE"
    node.do(node.engine.files_changed({"/run/fault": "1"}, cluster.now))
    node.done.clear()
    node.do(node.engine.files_changed({"/run/fault": "0"}, cluster.now))
    kinds = [type(one) for one in node.done]
    assert node.state == "BACKUP"
    assert kinds.index(OpenSockets) < kinds.index(Transition)


def test_a_macvlan_that_is_deleted_before_it_was_seen_is_created_again() -> None:
    cluster = Cluster()
    node = cluster.node(virtual_mac=True)
    cluster.run(10)
    assert node.state == "MASTER"
    without = replace(node.kernel.observed(), links={"eth0": node.link})
    asked = []
    for _time in range(2):
        actions = node.engine.host_changed(without, cluster.now)
        provided = [one for one in actions if isinstance(one, Provision)]
        asked.append(any(one.macvlans - one.postponed for one in provided))
    assert asked == [True, True]
