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


def test_the_first_is_due_first() -> None:
    agenda = TimerQueue()
    late, early = Timed(20), Timed(10)
    agenda.schedule(late)
    agenda.schedule(early)
    assert agenda.next_deadline() == 10
    assert agenda.pop_due(9) == []
    assert agenda.pop_due(20) == [early, late]
    assert agenda.next_deadline() is None


def test_a_deadline_that_moves_back_need_not_be_noted() -> None:
    agenda, sleeper = TimerQueue(), Timed(10)
    agenda.schedule(sleeper)
    sleeper.deadline = 30
    assert agenda.next_deadline() == 30
    assert agenda.pop_due(29) == []
    assert agenda.pop_due(30) == [sleeper]


def test_a_deadline_that_moves_forward_is_noted() -> None:
    agenda, sleeper = TimerQueue(), Timed(30)
    agenda.schedule(sleeper)
    sleeper.deadline = 10
    agenda.schedule(sleeper)
    assert agenda.next_deadline() == 10
    assert agenda.pop_due(10) == [sleeper]
    assert agenda.pop_due(30) == []  # What was noted before is no second deadline.


def test_who_has_no_deadline_any_more_is_not_woken() -> None:
    agenda, sleeper = TimerQueue(), Timed(10)
    agenda.schedule(sleeper)
    sleeper.deadline = None
    assert agenda.next_deadline() is None
    assert agenda.pop_due(100) == []


changes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 4)), max_size=40)


@given(changes)
def test_those_are_due_whose_deadline_has_passed(drawn: list[tuple[int, int, int]]) -> None:
    agenda = TimerQueue()
    sleepers = [Timed(None) for _number in range(4)]
    now = 0
    for number, ahead, passing in drawn:
        sleepers[number].deadline = now + ahead
        agenda.schedule(sleepers[number])
        now += passing
        due = [one for one in sleepers if one.deadline is not None and one.deadline <= now]
        assert {id(one) for one in agenda.pop_due(now)} == {id(one) for one in due}
        for one in due:
            one.deadline = None
