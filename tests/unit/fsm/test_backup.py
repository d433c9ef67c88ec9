# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup, case by case (RFC 9568 section 6.4.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.fsm import events as ev
from _vrrp.fsm.state import Backup, Initialize, Master, Purpose
from support.machine import (
    BACKUP,
    DISPLACE,
    DOWN,
    HIGHER,
    LOWER,
    MS,
    NOW,
    OUT,
    POLITE,
    ROUTER,
    SKEW,
    TAKEOVER,
    S,
    after,
    confirmed,
    heard,
)


def test_backup_takes_over_when_the_timer_expires() -> None:
    state, actions = confirmed(BACKUP, ev.TimerExpired(), NOW + DOWN)
    at = NOW + DOWN
    reason = "no master was heard for 3.61 s"
    assert state == Master(reason, at + S, (at + 5 * S,))
    assert actions == TAKEOVER


def test_backup_waits_until_the_last_nanosecond() -> None:
    assert after(BACKUP, ev.TimerExpired(), NOW + DOWN - 1) == (BACKUP, [])


@pytest.mark.parametrize("peer", [heard(100, LOWER), heard(100), heard(101), heard(255)])
def test_backup_accepts_a_master_of_its_priority_or_better(peer: ev.Heard) -> None:
    state, actions = after(BACKUP, peer, NOW + S)
    assert isinstance(state, Backup)
    assert (state.master_down_at, state.master) == (NOW + S + DOWN, peer.peer)
    assert actions == []


def test_backup_learns_the_interval_and_its_skew() -> None:
    # 100 cs learned as 300 cs: skew 156 * 3 s / 256 = 1 828 125 000 ns, down 10 828 125 000 ns.
    state, _actions = after(BACKUP, heard(200, interval=3 * S))
    assert isinstance(state, Backup)
    assert state.master_adver_interval == 3 * S
    assert state.master_down_at == NOW + 10_828_125_000


def test_backup_keeps_its_timer_running_for_a_worse_master() -> None:
    state, actions = after(BACKUP, heard(99), NOW + S)
    assert isinstance(state, Backup)
    assert state.master_down_at == NOW + DOWN
    assert state.master_adver_interval == S
    assert actions == []


def test_backup_that_does_not_preempt_accepts_a_worse_master() -> None:
    state, _actions = after(BACKUP, heard(1), NOW + S, POLITE)
    assert isinstance(state, Backup)
    assert state.master_down_at == NOW + S + DOWN


def test_preemption_announces_before_the_old_master_stops() -> None:
    hearing, _actions = after(BACKUP, heard(50))
    state, actions = confirmed(hearing, ev.TimerExpired(), NOW + DOWN)
    assert isinstance(state, Master)
    assert state.reason == "preempts 192.0.2.12, which has priority 50"
    assert actions == DISPLACE


def test_priority_zero_shortens_the_timer_and_its_interval_is_not_learned() -> None:
    slow = replace(BACKUP, master_adver_interval=2 * S)
    state, _actions = after(slow, heard(0, interval=5 * S), NOW + S)
    assert isinstance(state, Backup)
    assert state.master_adver_interval == 2 * S
    assert state.master_down_at == NOW + S + 2 * SKEW
    master, actions = confirmed(state, ev.TimerExpired(), NOW + S + 2 * SKEW)
    assert isinstance(master, Master)
    assert master.reason == "192.0.2.12 resigned"
    assert actions == TAKEOVER


def test_backup_that_shuts_down_sends_nothing() -> None:
    state, actions = after(BACKUP, ev.Resign(Purpose.STOP, "stopping"))
    assert (state, actions) == (Initialize("stopping"), [])


def test_backup_listens_again_after_a_pause() -> None:
    # The timer expired a whole master-down interval ago, and nobody woke us.
    state, actions = after(BACKUP, ev.TimerExpired(), NOW + 2 * DOWN + 1)
    assert state == Backup("was paused, listening for a master", NOW + 3 * DOWN + 1, S)
    assert actions == []


def test_backup_that_is_merely_late_takes_over() -> None:
    assert isinstance(confirmed(BACKUP, ev.TimerExpired(), NOW + 2 * DOWN)[0], Master)


def test_a_claim_displaces_the_master() -> None:
    state, actions = confirmed(BACKUP, ev.Claim("wanted"))
    # Three of the five announcements that others can ask for are used up.
    assert state == Master("wanted", NOW + S, (NOW + 5 * S,), paid_at=NOW + 3 * S)
    assert actions == DISPLACE


def test_backup_with_a_forced_drain_stays_out() -> None:
    # Priority 1: skew 255/256 s = 996 093 750 ns, down 3 996 093 750 ns.
    backup = Backup("drained", NOW, S)
    state, actions = after(backup, ev.TimerExpired(), NOW, OUT)
    assert state == Backup("drained; no other master is heard", NOW + 3_996_093_750, S)
    assert actions == []


def test_priority_zero_of_another_router_than_the_master_says_nothing() -> None:
    following, _actions = after(BACKUP, heard(150, HIGHER))
    assert after(following, heard(0, LOWER), NOW + 100 * MS) == (following, [])
    resigned, _actions = after(following, heard(0, HIGHER), NOW + 100 * MS)
    assert isinstance(resigned, Backup)
    assert resigned.master_down_at == NOW + 100 * MS + SKEW
    again, _actions = after(resigned, heard(0, LOWER), NOW + 200 * MS)
    assert isinstance(again, Backup)
    assert again.master_down_at == NOW + 200 * MS + SKEW


BETTER, WORSE = heard(200), heard(150, LOWER)


@pytest.mark.parametrize("own", [100, 180])
def test_the_last_word_of_a_router_that_lost_makes_it_no_master(own: int) -> None:
    parameters = replace(ROUTER, priority=own)
    follows, _nothing = after(BACKUP, BETTER, NOW, parameters)
    # Also when it arrived before, and is handled late.
    still, actions = after(follows, WORSE, NOW + 499 * MS, parameters)
    assert isinstance(still, Backup)
    assert (still.master, actions) == (BETTER.peer, [])
    other, _nothing = after(follows, WORSE, NOW + 501 * MS, parameters)
    assert isinstance(other, Backup)
    assert other.master == WORSE.peer


def test_a_worse_router_is_master_when_the_better_one_resigned_or_lowered_its_priority() -> None:
    follows, _nothing = after(BACKUP, BETTER, NOW)
    for event in (heard(0), heard(120)):
        before, _nothing = after(follows, event, NOW + MS)
        found, _nothing = after(before, WORSE, NOW + 2 * MS)
        assert isinstance(found, Backup)
        assert found.master == WORSE.peer
