# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Announcements: at once as far as the interface has room, and in portions."""

from __future__ import annotations

import json

import pytest
from _vrrp.engine.actions import BUSY, Results, SendFrames
from _vrrp.engine.announcements import Announcements
from _vrrp.engine.router.rendering import Announcing
from support.cluster import Cluster

NOW, S, MS = 1000 * 1_000_000_000, 1_000_000_000, 1_000_000
A, B, C = b"a", b"b", b"c"


def sent(actions: list[SendFrames]) -> list[bytes]:
    return [frame for one in actions for frame in one.frames]


def test_each_frame_is_sent_once_before_any_is_repeated() -> None:
    announcements = Announcements()
    first = announcements.begin(Announcing("web", 2, (A, B), 3), NOW)
    assert first == SendFrames("web", 2, (A, B))
    assert announcements.next_deadline() == NOW
    assert sent(announcements.due(NOW)) == [A, B, A, B]
    assert announcements.next_deadline() is None
    assert announcements.due(NOW) == []


def test_repetitions_come_in_portions_and_each_router_has_its_turn() -> None:
    announcements = Announcements()
    for router in ("web", "db"):
        announcements.begin(Announcing(router, 2, (A,) * 100, 2), NOW)
    turns = []
    while announcements.next_deadline() is not None:
        turns.append([(one.router, len(one.frames)) for one in announcements.due(NOW)])
    assert turns == [[("web", 64)], [("db", 64)], [("web", 36), ("db", 36)]]


def test_a_pause_is_kept_between_the_frames() -> None:
    announcements = Announcements()
    first = announcements.begin(Announcing("web", 2, (A, B), 2, pause=10 * MS), NOW)
    assert first.frames == (A,)
    at, found = NOW, []
    while (deadline := announcements.next_deadline()) is not None:
        at = deadline
        found.append((at - NOW, sent(announcements.due(at))))
    assert found == [(10 * MS, [B]), (20 * MS, [A]), (30 * MS, [B])]


@pytest.mark.finding("B3")
def test_frames_without_room_are_sent_again_later_and_before_the_others() -> None:
    announcements = Announcements()
    announcements.begin(Announcing("web", 2, (A, B, C), 2), NOW)
    announcements.refused(SendFrames("web", 2, (C,)), NOW)
    assert announcements.due(NOW) == []
    assert announcements.next_deadline() == NOW + 10 * MS
    assert sent(announcements.due(NOW + 10 * MS)) == [C, A, B, C]


def test_a_later_announcement_takes_the_place_of_an_earlier_one() -> None:
    announcements = Announcements()
    announcements.begin(Announcing("web", 2, (A,), 5), NOW)
    announcements.begin(Announcing("web", 2, (B,), 2), NOW)
    assert sent(announcements.due(NOW)) == [B]


def test_another_process_goes_on_with_the_frames_that_are_left() -> None:
    announcements, successor = Announcements(), Announcements()
    announcements.begin(Announcing("web", 2, (A, B), 2, pause=10 * MS), NOW)
    announcements.due(NOW + 10 * MS)
    successor.restore(json.loads(json.dumps(announcements.export())))
    assert successor.next_deadline() == NOW + 20 * MS
    assert sent(successor.due(NOW + 20 * MS)) == [A]


def test_a_router_that_is_no_longer_master_announces_nothing_more() -> None:
    cluster = Cluster()
    node = cluster.node(announce_count=3, announce_interval=0.5)
    cluster.run(3.7)
    assert node.state == "MASTER"
    before = len([one for one in node.done if isinstance(one, SendFrames)])
    cluster.node(priority=250)
    cluster.run(10)
    assert node.state == "BACKUP"
    after = [one for one in node.done if isinstance(one, SendFrames)]
    assert len(after) - before <= 2
    node.set_intent("master")
    cluster.run(3)
    assert len([one for one in node.done if isinstance(one, SendFrames)]) >= len(after) + 3


@pytest.mark.finding("B3")
def test_an_announcement_without_room_is_no_failure_of_the_router() -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(5)
    frames = next(one for one in node.done if isinstance(one, SendFrames))
    node.done.clear()
    assert node.engine.completed(Results([(frames, BUSY)]), cluster.now) == []
    cluster.run(0.1)
    assert [one for one in node.done if isinstance(one, SendFrames)] == [frames]
    assert node.state == "MASTER"


def test_a_backup_does_not_announce_later_what_had_no_room() -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(5)
    frames = next(one for one in node.done if isinstance(one, SendFrames))
    cluster.node(priority=250)
    cluster.run(5)
    assert node.state == "BACKUP"
    node.done.clear()
    assert node.engine.completed(Results([(frames, BUSY)]), cluster.now) == []
    cluster.run(5)
    assert [one for one in node.done if isinstance(one, SendFrames)] == []
