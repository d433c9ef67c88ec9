# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path against the full path."""

from __future__ import annotations

from typing import Any

from _vrrp.engine.actions import SendBatch, Transition
from hypothesis import given, settings
from support.cluster import MS, WALL
from support.completion import completed
from support.fast_path_pair import INSTANCES, FastPathPair, events, play


@settings(max_examples=300, deadline=None)
@given(events)
def test_the_fast_path_has_the_same_results_as_the_full_path(drawn: list[tuple[Any, ...]]) -> None:
    pair = FastPathPair()
    for event in drawn:
        play(pair, event)


def test_a_backup_that_hears_a_repeated_advertisement_takes_the_fast_path() -> None:
    pair = FastPathPair()
    for _time in range(10):
        pair.hear(51, 11, 200)
        pair.pass_time(pair.now + 100 * MS)
    assert pair.fast_count == 8  # After one that was new, and one that was like the last.


def masters() -> FastPathPair:
    """Three masters that took over at the same time; their second announcements are out."""
    pair = FastPathPair([{**entry, "priority": 100} for entry in INSTANCES])
    pair.pass_time(pair.now + 2000 * MS)
    return pair


def test_masters_that_are_due_together_send_together() -> None:
    pair = masters()
    action = pair.next_batch()
    assert sorted(send.router for send in action.sends) == ["i51", "i52", "i53"]
    assert pair.next_batch() is action  # What was made ready for it is still good.


def test_a_batch_is_made_again_when_one_member_leaves() -> None:
    pair = masters()
    before = pair.next_batch()
    pair.set_intent("i51", "backup")
    after = pair.next_batch()
    assert after is not before
    assert sorted(send.router for send in after.sends) == ["i52", "i53"]


def test_masters_that_took_over_at_different_times_advertise_together_soon() -> None:
    entries = [
        {**entry, "priority": priority} for entry, priority in zip(INSTANCES, (108, 104, 100))
    ]
    pair = FastPathPair(entries)
    pair.pass_time(pair.now + 2000 * MS)
    assert len(pair.next_batch().sends) == 3


def precomputed() -> FastPathPair:
    """A backup whose master has been silent for so long that it has precomputed the takeover."""
    pair = FastPathPair(INSTANCES[:1])
    for _time in range(3):
        pair.hear(51, 11, 200)
        pair.pass_time(pair.now + 100 * MS)
    lead = pair.fast.next_deadline()
    full = pair.full.next_deadline()
    assert lead is not None
    assert full is not None
    assert lead < full
    pair.now = lead
    pair.both("wakeup")
    return pair


def test_a_precomputed_takeover_is_not_used_after_a_pause() -> None:
    pair = precomputed()
    pair.now += 1000 * MS
    pair.both("wakeup")
    reasons = {one["name"]: one["reason"] for one in pair.fast.status(pair.now, WALL)["instances"]}
    assert reasons["i51"] == "was paused, listening for a master"


def test_a_precomputed_takeover_is_applied_as_of_its_deadline() -> None:
    pair = precomputed()
    deadline = pair.fast.next_deadline()
    assert deadline is not None
    at = deadline + 1 * MS
    actions = completed(pair.fast, pair.fast.wakeup(at), at)
    assert [one.at for one in actions if isinstance(one, Transition)] == [deadline]


def test_a_backup_drained_after_precomputing_takes_over_with_the_lowest_priority() -> None:
    pair = precomputed()
    pair.set_intent("i51", "backup")
    pair.pass_time(pair.now + 200 * MS)
    shown = pair.shown_by(pair.fast)["instances"][0]
    assert (shown["state"], shown["effective_priority"]) == ("MASTER", 1)
    assert shown["master"]["priority"] == 1


def test_an_intent_set_after_precomputing_is_kept() -> None:
    pair = precomputed()
    pair.set_intent("i51", "auto")  # Which it was: nothing follows from it but its number.
    pair.pass_time(pair.now + 300 * MS)
    shown = pair.shown_by(pair.fast)["instances"]
    statuses = {one["name"]: one for one in shown}
    assert statuses["i51"]["state"] == "MASTER"
    assert statuses["i51"]["intent_change"]["number"] == 1


def test_masters_whose_peers_take_over_after_one_interval_stay_on_the_full_path() -> None:
    pair = FastPathPair([{**entry, "priority": 100, "down_intervals": 1} for entry in INSTANCES])
    pair.pass_time(pair.now + 2000 * MS)
    deadline = pair.fast.next_deadline()
    assert deadline is not None
    actions = completed(pair.fast, pair.fast.wakeup(deadline), deadline)
    assert not [one for one in actions if isinstance(one, SendBatch)]
