# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets that are discarded, counted and logged."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import Log, SocketSpec
from _vrrp.model.family import Family
from _vrrp.wire.datagram import Datagram
from support.cluster import WALL, Cluster, logs, pair

SPEC = SocketSpec(7, Family.IPV4)
UNKNOWN_PEER = bytes([192, 0, 2, 99])
GROUP = bytes([224, 0, 0, 18])


def test_discarded_packets_are_counted_and_logged_once_a_minute() -> None:
    cluster, first, _second = pair()
    bad = Datagram(UNKNOWN_PEER, GROUP, 254, bytes.fromhex("3133640100640000c0000264"))
    for _count in range(3):
        first.do(first.engine.receive_datagram(SPEC, bad, cluster.now))
    notes = [one for one in first.done if isinstance(one, Log)]
    assert first.status()["counters"]["invalid_checksum"] == 3
    assert [one.text for one in notes] == [
        "192.0.2.99 sends packets with a wrong checksum: they are changed on their way, or its "
        "software errs; its packets are discarded"
    ]
    cluster.run(61)
    first.do(first.engine.receive_datagram(SPEC, bad, cluster.now))
    assert len([one for one in first.done if isinstance(one, Log)]) == 2


# In version 3. 3133+6401+00c8+c000+0264 = 15860, folded 5861, inverted a79e.
OTHERS = [
    (
        "3133640100c8a79ec0000264",
        "advertises at another interval than this host, every 2 s and not every 1 s "
        "(advertisement_interval)",
    ),
    (
        "313364010064a801c0000265",
        "advertises other addresses than are configured here, 192.0.2.101 and not 192.0.2.100: the "
        "hosts have different lists, or another cluster uses VRID 51; keepalived before 2.3.3 "
        "discards advertisements with another list",
    ),
    ("313364010064a802c0000264", "has the same priority: the higher address decides"),
]


@pytest.mark.parametrize(("message", "text"), OTHERS)
def test_an_anomaly_of_an_accepted_packet_is_logged_once_a_minute(message: str, text: str) -> None:
    cluster = Cluster()
    node = cluster.node(priority=100)
    heard = Datagram(UNKNOWN_PEER, GROUP, 255, bytes.fromhex(message))
    for _count in range(3):
        node.do(node.engine.receive_datagram(SPEC, heard, cluster.now))
    assert node.status()["counters"]["advertisements_received"] == 3
    assert logs(node).count(f"192.0.2.99 {text}") == 1
    cluster.run(61)
    node.do(node.engine.receive_datagram(SPEC, heard, cluster.now))
    assert logs(node).count(f"192.0.2.99 {text}") == 2


@pytest.mark.finding("D7")
def test_two_owners_are_named_by_a_backup() -> None:
    cluster = Cluster()
    owners = [cluster.node(priority=255) for _number in range(2)]
    backup = cluster.node(priority=100)
    for owner in owners:
        owner.hears = False
    cluster.run(1)
    assert backup.status()["problems"] == []  # The owner may have moved.
    cluster.run(9)
    texts = [
        f"192.0.2.{one} owns the addresses (priority 255), and 192.0.2.{other} does, too: only one "
        "router of a network may"
        for one, other in ((11, 12), (12, 11))
    ]
    assert sorted(one["text"] for one in backup.status()["problems"]) == texts
    assert sum(logs(backup).count(one) for one in texts) >= 1
    assert backup.status()["counters"]["several_owners"] > 3
    owners[1].connected = False
    cluster.run(70)
    assert backup.status()["problems"] == []


def test_an_equal_priority_is_logged() -> None:
    cluster = Cluster()
    backup, master = (cluster.node(priority=100) for _number in range(2))
    cluster.run(10)
    assert master.state == "MASTER"
    text = "192.0.2.12 has the same priority: the higher address decides"
    assert logs(backup).count(text) == 1
    assert backup.status()["counters"]["priority_equal"] > 1


def test_an_owner_logs_another_router_that_it_hears() -> None:
    cluster = Cluster()
    owner = cluster.node(priority=255, addresses=["192.0.2.11/24"])
    cluster.run(1)
    # Priority 255 from 192.0.2.99: 3133+ff01+0064+c000+020b = 1f2a3, folded f2a4, inverted 0d5b.
    rival = Datagram(UNKNOWN_PEER, GROUP, 255, bytes.fromhex("3133ff0100640d5bc000020b"))
    text = "192.0.2.99 advertises although this host owns the addresses"
    owner.do(owner.engine.receive_datagram(SPEC, rival, cluster.now))
    assert text not in logs(owner)  # It may be the last advertisement of a master that gives way.
    cluster.run(2)
    owner.do(owner.engine.receive_datagram(SPEC, rival, cluster.now))
    assert text in logs(owner)
    assert owner.state == "BACKUP"


def test_a_flapping_router_is_logged() -> None:
    cluster = Cluster()
    node = cluster.node(priority=100)
    # Priority 200 from 192.0.2.99: 3133+c801+0064+c000+0264 = 1bbfc, folded bbfd, inverted 4402.
    better = Datagram(UNKNOWN_PEER, GROUP, 255, bytes.fromhex("3133c80100644402c0000264"))
    for transitions in (2, 4, 6):
        assert not any("has changed" in one for one in logs(node))
        cluster.run(5)
        node.do(node.engine.receive_datagram(SPEC, better, cluster.now))
        assert node.status()["transitions"] == transitions + 1
    assert [one for one in logs(node) if one.startswith("changed state 6 times within a minute")]


def test_a_vrid_belongs_to_one_interface() -> None:
    _cluster, first, _second = pair()
    good = Datagram(UNKNOWN_PEER, GROUP, 255, bytes.fromhex("313364010064a802c0000264"))
    first.do(first.engine.receive_datagram(SocketSpec(8, Family.IPV4), good, 0))
    assert first.engine.status(0, WALL)["counters"]["unknown_vrid"] == 1
    assert "advertisements_received" not in first.status()["counters"]


def test_packets_without_a_router_are_counted() -> None:
    cluster, first, _second = pair()
    first.do(
        first.engine.receive_datagram(
            SPEC, Datagram(UNKNOWN_PEER, GROUP, 255, b"\x31\x07"), cluster.now
        )
    )
    first.do(
        first.engine.receive_datagram(SPEC, Datagram(UNKNOWN_PEER, GROUP, 255, b"1"), cluster.now)
    )
    counters = first.engine.status(cluster.now, WALL)["counters"]
    assert counters == {"unknown_vrid": 1, "truncated": 1, "dropped": 0}
