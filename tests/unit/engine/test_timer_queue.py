# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deadlines that move: nobody is woken too early, and nobody is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from _vrrp.engine.timer_queue import Agenda
from hypothesis import given
from hypothesis import strategies as st


@dataclass(eq=False)
class Sleeper:
    """Somebody with a deadline."""

    deadline: int | None
    planned_at: int | None = None


def test_the_first_is_due_first() -> None:
    agenda = Agenda()
    late, early = Sleeper(20), Sleeper(10)
    agenda.note(late)
    agenda.note(early)
    assert agenda.next() == 10
    assert agenda.due(9) == []
    assert agenda.due(20) == [early, late]
    assert agenda.next() is None


def test_a_deadline_that_moves_back_need_not_be_noted() -> None:
    agenda, sleeper = Agenda(), Sleeper(10)
    agenda.note(sleeper)
    sleeper.deadline = 30
    assert agenda.next() == 30
    assert agenda.due(29) == []
    assert agenda.due(30) == [sleeper]


def test_a_deadline_that_moves_forward_is_noted() -> None:
    agenda, sleeper = Agenda(), Sleeper(30)
    agenda.note(sleeper)
    sleeper.deadline = 10
    agenda.note(sleeper)
    assert agenda.next() == 10
    assert agenda.due(10) == [sleeper]
    assert agenda.due(30) == []  # What was noted before is no second deadline.


def test_who_has_no_deadline_any_more_is_not_woken() -> None:
    agenda, sleeper = Agenda(), Sleeper(10)
    agenda.note(sleeper)
    sleeper.deadline = None
    assert agenda.next() is None
    assert agenda.due(100) == []


changes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 4)), max_size=40)


@given(changes)
def test_those_are_due_whose_deadline_has_passed(drawn: list[tuple[int, int, int]]) -> None:
    agenda = Agenda()
    sleepers = [Sleeper(None) for _number in range(4)]
    now = 0
    for number, ahead, passing in drawn:
        sleepers[number].deadline = now + ahead
        agenda.note(sleepers[number])
        now += passing
        due = [one for one in sleepers if one.deadline is not None and one.deadline <= now]
        assert {id(one) for one in agenda.due(now)} == {id(one) for one in due}
        for one in due:
            one.deadline = None
