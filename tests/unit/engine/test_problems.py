# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Problems with peers, in words: in the status and in the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from _vrrp.engine.actions import ProbeAddress, SocketSpec
from _vrrp.engine.router.peer_problems import describe_discarded
from _vrrp.engine.router.problems import Problems
from _vrrp.model.config import build_config
from _vrrp.model.family import Family
from _vrrp.wire.datagram import Datagram, DropReason
from support.cluster import Cluster, Node, instance, logs

pytestmark = pytest.mark.finding("C16")

S = 1_000_000_000
VIP = bytes([192, 0, 2, 100])
ELSEWHERE = {"address": "192.0.2.100/32", "interface": "lo"}
UNICAST = {"unicast_peers": ["192.0.2.11", "192.0.2.12"]}


def problems(node: Node) -> list[str]:
    """The problems that the status shows."""
    return [one["text"] for one in node.status()["problems"]]


def since(node: Node) -> datetime:
    """The time since when the status shows the first problem."""
    return datetime.fromisoformat(node.status()["problems"][0]["since"])


def pair(ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[Node, Node]:
    """A host and its peer, which hear each other for a while."""
    cluster = Cluster()
    first, second = cluster.node(**ours), cluster.node(**theirs)
    cluster.run(10)
    return first, second


KINDS = [
    ({}, {"version": 2}, "192.0.2.12 speaks version 2, and this host version 3 (version)"),
    (
        {"version": 2},
        {"version": 2, "advertisement_interval": 2},
        "192.0.2.12 advertises every 2 s, and this host every 1 s (advertisement_interval), which "
        "have to be equal in version 2",
    ),
    (
        {"version": 2, "password": "one"},
        {"version": 2, "password": "two"},
        "192.0.2.12 has another password",
    ),
    (
        {"version": 2, "password": "one"},
        {"version": 2},
        "192.0.2.12 sends no password, and this host has one (password)",
    ),
    (
        {"version": 2},
        {"version": 2, "password": "one"},
        "192.0.2.12 sends a password, and this host has none (password)",
    ),
    (
        {},
        UNICAST,
        "192.0.2.12 sends unicast, and this host uses the multicast group (unicast_peers)",
    ),
    (
        UNICAST,
        {},
        "192.0.2.12 sends to the multicast group, and this host has unicast_peers",
    ),
    (
        {"unicast_peers": ["192.0.2.11", "192.0.2.13"]},
        {"unicast_peers": ["192.0.2.11"], "source_address": "192.0.2.12"},
        "192.0.2.12 is not among the unicast_peers of this host",
    ),
]


@pytest.mark.parametrize(("ours", "theirs", "text"), KINDS)
def test_settings_that_differ_are_named(
    ours: dict[str, Any], theirs: dict[str, Any], text: str
) -> None:
    first, _second = pair({"priority": 100, **ours}, {"priority": 200, **theirs})
    whole = f"{text}; its packets are discarded"
    assert problems(first) == [whole]
    assert logs(first).count(whole) == 1


def test_another_cluster_with_our_vrid_is_named() -> None:
    first, _second = pair({"priority": 100}, {"priority": 200, "addresses": ["192.0.2.200/24"]})
    assert first.state == "BACKUP"
    assert problems(first) == [
        "192.0.2.12 advertises other addresses than are configured here, 192.0.2.200 and not "
        "192.0.2.100: the hosts have different lists, or another cluster uses VRID 51; keepalived "
        "before 2.3.3 discards advertisements with another list"
    ]


def test_another_interval_in_version_3_is_named() -> None:
    first, _second = pair({"priority": 100}, {"priority": 200, "advertisement_interval": 2})
    assert first.state == "BACKUP"
    assert problems(first) == [
        "192.0.2.12 advertises at another interval than this host, every 2 s and not every 1 s "
        "(advertisement_interval)"
    ]


@pytest.mark.finding("G7")
def test_a_second_master_is_named_by_the_better_one() -> None:
    cluster = Cluster()
    better, worse = cluster.node(priority=200), cluster.node(priority=100)
    cluster.run(10)
    worse.hears = False
    cluster.run(10)
    assert [better.state, worse.state] == ["MASTER", "MASTER"]
    assert problems(better) == [
        "192.0.2.12 is master as well, with the lower priority 100: it does not hear this host, or "
        "has other settings"
    ]
    worse.hears = True
    cluster.run(70)
    assert problems(better) == []


def test_a_master_that_is_displaced_or_steps_down_at_once_is_no_second_one() -> None:
    cluster = Cluster()
    first, second = cluster.node(priority=100), cluster.node(priority=50)
    cluster.run(10)
    third = cluster.node(priority=200)
    cluster.run(10)
    first.set_intent("master")
    cluster.run(2)
    third.set_intent("auto")
    cluster.run(10)
    for node in (first, second, third):
        assert [one["problem"] for one in node.status()["problems"]] == []


def test_two_drained_hosts_have_the_same_priority_and_no_problem() -> None:
    cluster = Cluster()
    first, second = cluster.node(priority=100), cluster.node(priority=50)
    cluster.run(10)
    first.set_intent("backup")
    cluster.run(10)
    second.set_intent("backup", forced=True)
    cluster.run(20)
    assert problems(first) == problems(second) == []


def test_a_clone_with_the_same_address_is_named() -> None:
    node = Cluster().node(priority=100)
    message = bytes.fromhex("313364010064a802c0000264")
    own = Datagram(node.own, bytes([224, 0, 0, 18]), 255, message)
    spec = SocketSpec(7, Family.IPV4)
    node.do(node.engine.receive_datagram(spec, own, node.cluster.now))
    assert problems(node) == [
        "another host sends from 192.0.2.11, the address of this host: it is a clone, or one of "
        "the two has to get another address; its packets are discarded"
    ]


def probes(node: Node) -> list[ProbeAddress]:
    """The probes that a node has sent."""
    return [one for one in node.done if isinstance(one, ProbeAddress)]


def test_a_master_asks_for_its_address_once_a_minute() -> None:
    cluster = Cluster()
    master, backup = cluster.node(priority=200), cluster.node(priority=100)
    cluster.run(8)  # Master after 3.22 s, as its skew is 56/256 s.
    assert probes(master) == []
    cluster.run(1)
    mac = bytes([2, 0, 0, 0, 0, 1])
    assert probes(master) == [ProbeAddress("web", 7, mac, bytes(4), VIP)]
    cluster.run(120)
    assert len(probes(master)) == 3
    assert probes(backup) == []
    master.hand_over()
    cluster.run(30)
    assert len(probes(master)) == 3
    cluster.run(30)
    assert len(probes(master)) == 4


@pytest.mark.parametrize("settings", [{"virtual_mac": True}, {"addresses": [ELSEWHERE]}])
def test_an_address_that_others_share_or_have_elsewhere_is_not_asked_for(
    settings: dict[str, Any],
) -> None:
    cluster = Cluster()
    node = cluster.node(**settings)
    cluster.run(30)
    assert probes(node) == []


def test_another_host_that_answers_twice_for_the_address_is_named() -> None:
    cluster = Cluster()
    node = cluster.node()
    answered = partial(node.engine.address_answered, "web", VIP, "02:00:00:00:00:09")
    node.do(answered(cluster.now))
    cluster.run(10)
    asked = len(probes(node))
    node.do(answered(cluster.now))
    # A planned move may be under way: it is asked for again after two seconds.
    assert problems(node) == []
    cluster.run(2)
    assert len(probes(node)) == asked + 1
    node.do(answered(cluster.now))
    assert problems(node) == [
        "02:00:00:00:00:09 answers for 192.0.2.100, but no other master is heard: it serves the "
        "address and its advertisements do not arrive (a firewall?), or another program has it"
    ]
    assert logs(node) == problems(node)
    cluster.run(100)
    assert len(problems(node)) == 1
    cluster.run(21)
    assert problems(node) == []


def test_an_answer_of_this_host_or_for_another_address_is_no_problem() -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(10)
    for address, mac in ((VIP, "02:00:00:00:00:01"), (node.own, "02:00:00:00:00:09")):
        for _answer in range(3):
            node.do(node.engine.address_answered("web", address, mac, cluster.now))
            cluster.run(3)
    assert problems(node) == []


def test_the_problem_ends_when_the_router_is_no_longer_master() -> None:
    cluster = Cluster()
    node = cluster.node(priority=100)
    cluster.run(10)
    for _answer in range(2):
        node.do(node.engine.address_answered("web", VIP, "02:00:00:00:00:09", cluster.now))
        cluster.run(3)
    assert len(problems(node)) == 1
    cluster.node(priority=200)
    cluster.run(10)
    assert node.state == "BACKUP"
    assert problems(node) == []


def test_a_drain_that_is_undone_leaves_the_probes_as_they_were() -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(68)  # A probe is due at 68.6 s, in the middle of the drain.
    node.set_intent("backup")
    cluster.run(10)
    assert node.state == "MASTER"
    asked = len(probes(node))
    cluster.run(60)
    assert len(probes(node)) == asked + 1


def test_other_settings_begin_without_problems() -> None:
    first, _second = pair({"priority": 100, "version": 2}, {"priority": 200})
    assert len(problems(first)) == 1
    first.configure(instance(priority=100))
    assert problems(first) == []


def test_one_that_is_heard_as_master_is_named_once() -> None:
    cluster = Cluster()
    better, worse = cluster.node(priority=200), cluster.node(priority=100)
    worse.hears = False
    cluster.run(10)
    better.do(better.engine.address_answered("web", VIP, "02:00:00:00:00:02", cluster.now))
    assert [one["problem"] for one in better.status()["problems"]] == ["second_master"]


def test_a_problem_ends_when_the_peer_is_as_it_should_be() -> None:
    first, second = pair({"priority": 100}, {"priority": 200, "version": 2})
    assert len(problems(first)) == 1
    second.configure(instance(priority=200))
    first.cluster.run(10)
    assert problems(first) == []


def test_a_problem_has_the_time_since_when_it_is_there() -> None:
    first, second = pair({"priority": 100}, {"priority": 200, "version": 2})
    before, now = since(first), first.cluster.now
    first.cluster.run(200)
    # The time of day of the status is always the same here.
    passed = timedelta(microseconds=(first.cluster.now - now) // 1000)
    assert since(first) == before - passed
    second.connected = False
    first.cluster.run(61)
    assert problems(first) == []


@pytest.mark.parametrize("reason", DropReason)
def test_every_reason_to_discard_has_words(reason: DropReason) -> None:
    (own,) = build_config({"instances": [instance()]}).instances
    signed = bytes.fromhex("313364010064a802c0000264") + bytes([1, 7, *bytes(26)])
    datagram = Datagram(bytes([192, 0, 2, 12]), bytes([224, 0, 0, 18]), 255, signed)
    words = describe_discarded(reason, datagram, own)
    assert "192.0.2.12" in words
    assert words.endswith("its packets are discarded")


def test_a_flood_from_many_addresses_is_remembered_in_part() -> None:
    found = Problems()
    for number in range(1000):
        found.note("checksum", number.to_bytes(4, "big"), lambda: "text", S, memory=61 * S)
    assert len(found.at(S)) == 4
    assert found.note("second_master", b"peer", lambda: "text", S, memory=61 * S) == "text"
    assert found.at(62 * S) == []
    assert found.note("checksum", b"late", lambda: "text", 62 * S, memory=S) == "text"


def test_a_problem_lasts_as_long_as_its_next_note_may_take() -> None:
    found = Problems()
    found.note("checksum", b"peer", lambda: "text", S, memory=764 * S)
    assert len(found.at(764 * S)) == 1
    assert found.at(765 * S) == []


def test_the_words_are_found_again_once_a_minute() -> None:
    found = Problems()
    texts = iter(["first", "second"])
    for second in range(60):
        assert found.note("c", b"peer", lambda: next(texts), second * S, memory=S * 61) == "first"
    assert found.note("c", b"peer", lambda: next(texts), 60 * S, memory=S * 61) == "second"
    assert found.at(60 * S)[0].since == 0


def test_another_process_has_the_same_problems() -> None:
    first, _second = pair({"priority": 100}, {"priority": 200, "version": 2})
    before = first.status()["problems"]
    first.hand_over()
    assert first.status()["problems"] == before


@pytest.mark.finding("G7")
def test_another_host_that_answers_is_no_problem_any_more_when_it_is_heard() -> None:
    cluster = Cluster()
    better, worse = cluster.node(priority=200), cluster.node(priority=100)
    worse.hears = better.hears = False
    cluster.run(5)
    for _time in range(2):
        better.do(better.engine.address_answered("web", VIP, "02:00:00:00:00:02", cluster.now))
        cluster.run(2)
    assert [one["problem"] for one in better.status()["problems"]] == ["address_in_use"]
    # The firewall is mended: the other one steps down, and has a last word.
    worse.hears = better.hears = True
    cluster.run(2)
    assert (worse.state, problems(better)) == ("BACKUP", [])
