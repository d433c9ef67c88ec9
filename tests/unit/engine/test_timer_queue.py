# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deadlines that move: nobody is woken too early, and nobody is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from _vrrp.engine.timer_queue import TimerQueue
from hypothesis import given
from hypothesis import strategies as st


@dataclass(eq=False)
class Timed:
    """Somebody with a deadline."""

    deadline: int | None
    queued_at: int | None = None


def test_the_earliest_deadline_is_due_first() -> None:
    timers = TimerQueue()
    late, early = Timed(20), Timed(10)
    timers.schedule(late)
    timers.schedule(early)
    assert timers.next_deadline() == 10
    assert timers.pop_due(9) == []
    assert timers.pop_due(20) == [early, late]
    assert timers.next_deadline() is None


def test_a_later_deadline_needs_no_call() -> None:
    timers, timed = TimerQueue(), Timed(10)
    timers.schedule(timed)
    timed.deadline = 30
    assert timers.next_deadline() == 30
    assert timers.pop_due(29) == []
    assert timers.pop_due(30) == [timed]


def test_an_object_scheduled_again_for_an_earlier_deadline_is_due_once() -> None:
    timers, timed = TimerQueue(), Timed(30)
    timers.schedule(timed)
    timed.deadline = 10
    timers.schedule(timed)
    assert timers.next_deadline() == 10
    assert timers.pop_due(10) == [timed]
    assert timers.pop_due(30) == []  # What was noted before is no second deadline.


def test_an_object_without_a_deadline_is_not_due() -> None:
    timers, timed = TimerQueue(), Timed(10)
    timers.schedule(timed)
    timed.deadline = None
    assert timers.next_deadline() is None
    assert timers.pop_due(100) == []


changes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 4)), max_size=40)


@given(changes)
def test_objects_are_due_when_their_deadline_has_passed(drawn: list[tuple[int, int, int]]) -> None:
    timers = TimerQueue()
    entries = [Timed(None) for _number in range(4)]
    now = 0
    for number, ahead, passing in drawn:
        entries[number].deadline = now + ahead
        timers.schedule(entries[number])
        now += passing
        due = [one for one in entries if one.deadline is not None and one.deadline <= now]
        assert {id(one) for one in timers.pop_due(now)} == {id(one) for one in due}
        for one in due:
            one.deadline = None
