# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole hosts among each other: elections, moves, the operator, the kernel."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import (
    Install,
    Log,
    OpenSockets,
    Remove,
    SaveIntents,
    SaveRecoveries,
    Send,
    SendFrames,
    SocketSpec,
    Transition,
)
from _vrrp.fsm.events import Claim, Heard, Replaced
from _vrrp.fsm.state import Peer
from _vrrp.model.family import Family
from _vrrp.wire.datagram import Datagram
from cluster import MS, WALL, Cluster, Node, instance

EAR = SocketSpec(7, Family.IPV4)
STRANGER, GROUP = bytes([192, 0, 2, 99]), bytes([224, 0, 0, 18])


def pair(**settings: object) -> tuple[Cluster, Node, Node]:
    """A master of priority 150 and a backup of priority 100."""
    cluster = Cluster()
    first = cluster.node(priority=150, **settings)
    second = cluster.node(priority=100, **settings)
    cluster.run(10)
    assert (first.state, second.state) == ("MASTER", "BACKUP")
    return cluster, first, second


def masters(cluster: Cluster) -> list[int]:
    return [place for place, node in enumerate(cluster.nodes, 1) if node.state == "MASTER"]


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


def test_a_better_one_that_comes_back_preempts_without_a_gap() -> None:
    cluster, first, second = pair()
    first.connected = False
    cluster.run(5)
    first.plug_in_again()
    cluster.run(10)
    assert (first.state, second.state) == ("MASTER", "BACKUP")
    assert first.serves()
    assert not second.serves()


def test_a_polite_one_does_not_preempt() -> None:
    cluster = Cluster()
    first = cluster.node(priority=100)
    cluster.run(5)
    second = cluster.node(priority=200, preempt=False)
    cluster.run(20)
    assert (first.state, second.state) == ("MASTER", "BACKUP")


# --- The operator ---------------------------------------------------------------------------------


def test_a_drain_hands_over_and_stays_out() -> None:
    cluster, first, second = pair()
    first.want("backup")
    assert first.serves()
    cluster.run(0.6)
    assert first.state == "MASTER"
    assert first.serves()
    cluster.run(20)
    assert (first.state, second.state) == ("BACKUP", "MASTER")
    assert first.status()["effective_priority"] == 1
    assert first.status()["reason"] == "drained by the operator"


def test_a_drained_host_serves_when_there_is_nobody_else() -> None:
    cluster, first, second = pair()
    first.want("backup")
    cluster.run(10)
    second.connected = False
    cluster.run(10)
    assert first.state == "MASTER"
    assert first.status()["intent"] == "backup"


def test_a_host_that_is_forced_out_does_not() -> None:
    cluster, first, second = pair()
    first.want("backup", forced=True)
    cluster.run(10)
    second.connected = False
    cluster.run(20)
    assert first.state == "BACKUP"


def test_a_drain_that_nobody_takes_over_is_undone() -> None:
    cluster, first, second = pair()
    second.connected = False
    first.want("backup")
    cluster.run(4.4)
    assert first.status()["intent"] == "backup"
    cluster.run(0.2)
    status = first.status()
    assert (status["state"], status["intent"]) == ("MASTER", "auto")
    assert status["effective_priority"] == 150
    assert status["intent_change"]["outcome"] == "undone"
    assert first.serves()
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_the_last_claim_wins() -> None:
    cluster, first, second = pair()
    third = cluster.node(priority=50)
    cluster.run(5)
    for node in (second, third, first, third):
        assert node.want("master") == ""
        cluster.run(2)
        assert masters(cluster) == [cluster.nodes.index(node) + 1]
    assert [node.status()["intent"] for node in cluster.nodes] == ["auto", "auto", "master"]
    assert second.status()["intent_change"]["outcome"] == "superseded"


def test_a_claim_bids_just_above_the_master() -> None:
    cluster, _first, second = pair()
    second.want("master")
    cluster.run(1)
    assert second.status()["effective_priority"] == 151
    second.want("auto")
    cluster.run(10)
    assert masters(cluster) == [1]
    assert second.status()["effective_priority"] == 100


def test_a_holder_is_not_preempted() -> None:
    cluster, first, second = pair()
    second.want("master")
    cluster.run(1)
    first.configure(instance(priority=200))
    cluster.run(20)
    assert masters(cluster) == [2]
    assert second.status()["effective_priority"] == 201
    assert second.status()["intent"] == "master"


def test_the_neighbour_in_the_inventory_is_no_claim() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200)
    second = cluster.node(priority=199)
    first.connected = False
    cluster.run(10)
    assert second.state == "MASTER"
    second.want("master")
    cluster.run(5)
    first.plug_in_again()
    cluster.run(10)
    assert masters(cluster) == [2]
    assert second.status()["intent"] == "master"


def test_an_owner_preempts_whatever_it_was_told() -> None:
    cluster = Cluster()
    owner = cluster.node(priority=255, preempt=False)
    cluster.node(priority=100)
    cluster.run(5)
    owner.want("backup")
    cluster.run(10)
    assert masters(cluster) == [2]
    owner.want("auto")
    cluster.run(10)
    assert masters(cluster) == [1]


def test_a_holder_yields_to_the_owner_of_the_addresses() -> None:
    cluster, first, second = pair()
    second.want("master")
    cluster.run(1)
    first.configure(instance(priority=255))
    cluster.run(20)
    assert masters(cluster) == [1]


def test_what_no_priority_can_displace_is_refused() -> None:
    cluster = Cluster()
    cluster.node(priority=100)
    owner = cluster.node(priority=255)
    cluster.run(5)
    assert cluster.nodes[0].want("master") == "address_owner"
    owner.configure(instance(priority=254))
    cluster.run(5)
    assert cluster.nodes[0].want("master") == "outbid"
    assert cluster.nodes[0].want("master", name="nothing") == "unknown_instance"
    assert cluster.nodes[0].status()["intent"] == "auto"


def test_intents_are_kept_and_auto_is_not_worth_keeping() -> None:
    cluster, first, _second = pair()
    first.want("master")
    first.want("auto")
    kept = [one.intents for one in first.done if isinstance(one, SaveIntents)]
    assert [sorted(intents) for intents in kept] == [["web"], []]
    cluster.run(1)


def test_a_stop_serves_until_a_successor_is_heard() -> None:
    cluster, first, second = pair()
    first.do(first.engine.stop(cluster.now))
    cluster.run(0.6)
    assert first.serves()
    assert not first.engine.stopped
    cluster.run(0.1)
    assert first.engine.stopped
    assert not first.serves()
    assert second.serves()


# --- The configuration ----------------------------------------------------------------------------


def test_a_new_priority_does_not_move_the_master() -> None:
    cluster, first, _second = pair()
    first.configure(instance(priority=160))
    cluster.run(5)
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_addresses_come_and_go_on_a_master() -> None:
    cluster, first, _second = pair()
    first.configure(instance(priority=150, addresses=["192.0.2.101/24", "192.0.2.100/24"]))
    cluster.settle()
    assert first.serves("192.0.2.101")
    first.configure(instance(priority=150, addresses=["192.0.2.101/24"]))
    cluster.settle()
    assert not first.serves("192.0.2.100")
    assert first.serves("192.0.2.101")
    assert first.state == "MASTER"


def test_an_instance_that_leaves_hands_over() -> None:
    cluster, first, second = pair()
    first.configure()
    assert first.serves()
    cluster.run(1)
    assert not first.serves()
    assert second.serves()
    assert first.engine.status(cluster.now, WALL)["instances"] == []


def test_a_new_name_keeps_mastership() -> None:
    cluster, first, _second = pair()
    first.configure(instance(priority=150, name="www"))
    cluster.run(5)
    assert first.status("www")["state"] == "MASTER"
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_another_vrid_is_another_router() -> None:
    cluster, first, second = pair()
    first.configure(instance(priority=150, vrid=52))
    cluster.settle()
    assert not first.serves()
    cluster.run(1)
    assert second.serves()


def test_names_can_swap_their_vrids() -> None:
    cluster = Cluster()
    only = cluster.node()
    other = instance(name="db", vrid=52, addresses=["192.0.2.101/24"])
    only.configure(instance(), other)
    cluster.run(5)
    only.configure(instance(vrid=52), {**other, "vrid": 51})
    cluster.run(5)
    assert only.status("web")["vrid"] == 52
    assert only.status("db")["vrid"] == 51
    assert only.serves("192.0.2.100")
    assert only.serves("192.0.2.101")


# --- The kernel and the network -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"up": False}, "eth0 is down"), ({"addresses": ()}, "eth0 has no IPv4 address")],
)
def test_what_makes_a_host_unfit(changes: dict[str, object], reason: str) -> None:
    cluster, first, second = pair()
    first.set_link(**changes)
    cluster.run(5)
    assert (first.state, first.status()["reason"]) == ("INITIALIZE", reason)
    assert second.state == "MASTER"


def test_an_interface_that_goes_and_comes() -> None:
    cluster, first, _second = pair()
    first.do(first.engine.links_changed({}, cluster.now))
    assert first.status()["reason"] == "eth0 does not exist"
    first.set_link(index=7)
    cluster.run(10)
    assert first.state == "MASTER"


def test_a_deleted_address_comes_back_without_an_election() -> None:
    cluster, first, _second = pair()
    first.set_link(addresses=first.link.addresses[:1])
    cluster.settle()
    assert first.serves()
    assert first.status()["counters"]["addresses_restored"] == 1
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_a_host_that_can_not_install_leaves_it_to_another_and_tries_again() -> None:
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


def test_a_host_that_can_not_speak_steps_down_after_three_attempts() -> None:
    cluster, first, second = pair()
    second.connected = False
    first.refused = (Send,)
    cluster.run(2)
    assert first.state == "MASTER"
    first.refused = ()
    cluster.run(1)
    first.refused = (Send,)
    cluster.run(2)
    assert first.state == "MASTER"
    cluster.run(1)
    assert first.state == "INITIALIZE"
    assert not first.serves()


def test_what_another_agent_left_is_removed_at_start() -> None:
    cluster = Cluster()
    node = Node(cluster, 1)
    cluster.nodes.append(node)
    stale = instance()["addresses"][0].partition("/")[0]
    packed = bytes(int(part) for part in stale.split("."))
    node.set_link(addresses=(*node.link.addresses, type(node.link.addresses[0])(packed, 24)))
    cluster.settle()
    node.configure(instance())
    cluster.settle()
    assert not node.serves()
    assert any(isinstance(one, Remove) for one in node.done)


@pytest.mark.parametrize("length", [24, 32])
def test_a_backup_has_no_virtual_address_whoever_put_it_there(length: int) -> None:
    cluster, _first, second = pair()
    stray = type(second.link.addresses[0])(bytes([192, 0, 2, 100]), length)
    second.set_link(addresses=(*second.link.addresses, stray))
    cluster.settle()
    assert not second.serves()
    removed = [one for one in second.done if isinstance(one, Remove)][-1]
    assert [str(one) for one in removed.resources] == [f"192.0.2.100/{length}"]


def test_an_address_that_comes_while_the_interface_goes_is_removed() -> None:
    cluster = Cluster()
    cluster.node(priority=200)
    second = cluster.node(priority=100)
    cluster.run(5)
    stray = type(second.link.addresses[0])(bytes([192, 0, 2, 100]), 24)
    second.set_link(up=False, addresses=(*second.link.addresses, stray))
    cluster.settle()
    assert second.state == "INITIALIZE"
    assert not second.serves()


def test_the_address_of_an_owner_is_never_taken_from_it() -> None:
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


def test_recovery_is_known_before_there_is_anything_to_recover() -> None:
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


def test_discarded_packets_are_counted_and_told_once_a_minute() -> None:
    cluster, first, _second = pair()
    bad = Datagram(STRANGER, GROUP, 254, bytes.fromhex("3133640100640000c0000264"))
    for _count in range(3):
        first.do(first.engine.receive_datagram(EAR, bad, cluster.now))
    notes = [one for one in first.done if isinstance(one, Log)]
    assert first.status()["counters"]["invalid_checksum"] == 3
    assert [one.text for one in notes] == [
        "discards a packet of 192.0.2.99: invalid_checksum (counted; told once a minute)"
    ]
    cluster.run(61)
    first.do(first.engine.receive_datagram(EAR, bad, cluster.now))
    assert len([one for one in first.done if isinstance(one, Log)]) == 2


def remarks(node: Node) -> list[str]:
    return [one.text for one in node.done if isinstance(one, Log)]


# In version 3. 3133+6401+00c8+c000+0264 = 15860, folded 5861, inverted a79e.
OTHERS = [
    ("3133640100c8a79ec0000264", "advertises in another interval than ours"),
    ("313364010064a801c0000265", "lists other addresses than are configured here"),
    ("313364010064a802c0000264", "has the same priority: the higher address decides"),
]


@pytest.mark.parametrize(("message", "said"), OTHERS)
def test_what_differs_from_ours_is_counted_and_told_once_a_minute(message: str, said: str) -> None:
    cluster = Cluster()
    node = cluster.node(priority=100)
    heard = Datagram(STRANGER, GROUP, 255, bytes.fromhex(message))
    for _count in range(3):
        node.do(node.engine.receive_datagram(EAR, heard, cluster.now))
    assert node.status()["counters"]["advertisements_received"] == 3
    assert remarks(node).count(f"192.0.2.99 {said}") == 1
    cluster.run(61)
    node.do(node.engine.receive_datagram(EAR, heard, cluster.now))
    assert remarks(node).count(f"192.0.2.99 {said}") == 2


def test_an_equal_priority_is_told() -> None:
    cluster = Cluster()
    backup, master = (cluster.node(priority=100) for _number in range(2))
    cluster.run(10)
    assert master.state == "MASTER"
    said = "192.0.2.12 has the same priority: the higher address decides"
    assert remarks(backup).count(said) == 1
    assert backup.status()["counters"]["priority_equal"] > 1


def test_an_owner_that_hears_another_router_tells() -> None:
    cluster = Cluster()
    owner = cluster.node(priority=255, addresses=["192.0.2.11/24"])
    cluster.run(1)
    # Priority 255 from 192.0.2.99: 3133+ff01+0064+c000+020b = 1f2a3, folded f2a4, inverted 0d5b.
    rival = Datagram(STRANGER, GROUP, 255, bytes.fromhex("3133ff0100640d5bc000020b"))
    owner.do(owner.engine.receive_datagram(EAR, rival, cluster.now))
    assert "192.0.2.99 advertises, and this host owns the addresses" in remarks(owner)
    assert owner.state == "BACKUP"


def test_flapping_is_told() -> None:
    cluster = Cluster()
    node = cluster.node(priority=100)
    # Priority 200 from 192.0.2.99: 3133+c801+0064+c000+0264 = 1bbfc, folded bbfd, inverted 4402.
    better = Datagram(STRANGER, GROUP, 255, bytes.fromhex("3133c80100644402c0000264"))
    for transitions in (2, 4, 6):
        assert not any("has changed" in one for one in remarks(node))
        cluster.run(5)
        node.do(node.engine.receive_datagram(EAR, better, cluster.now))
        assert node.status()["transitions"] == transitions + 1
    assert [one for one in remarks(node) if one.startswith("has changed 6 times within a minute")]


def test_nothing_is_announced_before_the_addresses_are_there() -> None:
    cluster = Cluster()
    node = cluster.node(priority=100)
    cluster.run(4)
    kinds = [type(one) for one in node.done]
    assert kinds.index(Install) < kinds.index(SendFrames)
    refused = cluster.node(priority=200)
    refused.refused = (Install,)
    cluster.run(4)
    assert refused.state == "INITIALIZE"


def test_what_could_not_be_sent_counts_as_silence_after_a_pause() -> None:
    cluster, first, _second = pair()
    first.refused = (Send,)
    cluster.run(2)
    assert first.state == "MASTER"
    first.refused = ()
    # With two that were refused, the peers have not heard it for at least 3.5 s.
    cluster.now += 1500 * MS
    first.do(first.engine.wakeup(cluster.now))
    assert first.state == "BACKUP"


def test_every_instance_has_a_state_of_its_own() -> None:
    cluster = Cluster()
    db = instance(name="db", vrid=52, addresses=["192.0.2.101/24"])
    first = cluster.node({**db, "priority": 100}, priority=150)
    second = cluster.node({**db, "priority": 150}, priority=100)
    cluster.run(10)
    assert [first.status(name)["state"] for name in ("web", "db")] == ["MASTER", "BACKUP"]
    assert [second.status(name)["state"] for name in ("web", "db")] == ["BACKUP", "MASTER"]


def test_a_vrid_is_of_one_interface() -> None:
    _cluster, first, _second = pair()
    good = Datagram(STRANGER, GROUP, 255, bytes.fromhex("313364010064a802c0000264"))
    first.do(first.engine.receive_datagram(SocketSpec(8, Family.IPV4), good, 0))
    assert first.engine.status(0, WALL)["counters"]["unknown_vrid"] == 1
    assert "advertisements_received" not in first.status()["counters"]


def test_packets_for_nobody_are_counted() -> None:
    cluster, first, _second = pair()
    first.do(
        first.engine.receive_datagram(EAR, Datagram(STRANGER, GROUP, 255, b"\x31\x07"), cluster.now)
    )
    first.do(first.engine.receive_datagram(EAR, Datagram(STRANGER, GROUP, 255, b"1"), cluster.now))
    counters = first.engine.status(cluster.now, WALL)["counters"]
    assert counters == {"unknown_vrid": 1, "truncated": 1}


def test_an_owner_that_comes_and_goes_at_once_does_not_take_our_address_for_its_own() -> None:
    cluster = Cluster()
    owner = cluster.node(priority=255)
    cluster.run(5)
    router = next(iter(owner.engine._routers))
    # Overruled and master again, before the kernel has told that the address is off.
    for event in (Heard(Peer(STRANGER, 255, 1000 * MS)), Claim("cause")):
        actions, _undone = router.step(event, cluster.now)
    assert isinstance(actions[0], Install)
    (removed,) = (one for one in router.step(Replaced("cause"), cluster.now)[0]
                  if isinstance(one, Remove))  # fmt: skip
    assert [str(one) for one in removed.resources] == ["192.0.2.100/24"]


def test_who_leaves_and_can_not_say_so_is_forgotten() -> None:
    cluster = Cluster()
    node = cluster.node(priority=200)
    cluster.run(5)
    assert node.state == "MASTER"
    node.refused = (Send,)
    node.configure(instance(name="other", vrid=52, addresses=["192.0.2.101/24"]))
    cluster.run(3.5)
    node.refused = ()
    cluster.run(20)
    assert [one["name"] for one in node.engine.status(cluster.now, WALL)["instances"]] == ["other"]
    deadline = node.engine.next_deadline()
    assert deadline is not None
    assert deadline > cluster.now


def test_who_could_not_listen_listens_before_it_takes_part_again() -> None:
    cluster = Cluster()
    tracked = {"track_files": [{"path": "/run/fault", "weight": 0}]}
    node = cluster.node(priority=200, **tracked)
    node.do(node.engine.files_changed({"/run/fault": "0"}, cluster.now))
    listen = OpenSockets(frozenset((SocketSpec(7, Family.IPV4),)))
    node.do(node.engine.failed(listen, "no room for it", cluster.now))
    assert node.state == "INITIALIZE"
    node.do(node.engine.files_changed({"/run/fault": "1"}, cluster.now))
    node.done.clear()
    node.do(node.engine.files_changed({"/run/fault": "0"}, cluster.now))
    kinds = [type(one) for one in node.done]
    assert node.state == "BACKUP"
    assert kinds.index(OpenSockets) < kinds.index(Transition)


def test_who_stops_does_not_take_its_own_addresses_for_those_of_another() -> None:
    cluster = Cluster()
    node = cluster.node(priority=200)
    cluster.run(5)
    node.do(node.engine.stop(cluster.now))
    cluster.run(6)
    assert node.state == "INITIALIZE"
    assert remarks(node) == []
