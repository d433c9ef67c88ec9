# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delays, counts, and sync groups."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.fsm import actions as act
from _vrrp.fsm import events as ev
from _vrrp.fsm.state import Backup, Initialize, Master, Purpose
from _vrrp.fsm.step import next_deadline
from support.machine import (
    ANNOUNCE,
    BACKUP,
    DISPLACE,
    DOWN,
    GROUPED,
    INSTALL,
    MASTER,
    MS,
    NOW,
    OWNER,
    PATIENT,
    RELEASE,
    REMOVE,
    ROUTER,
    TAKEOVER,
    S,
    after,
    confirmed,
    heard,
)


def test_a_backup_waits_four_intervals_when_four_advertisements_may_be_missed() -> None:
    patient = replace(ROUTER, down_intervals=4)
    reached, _actions = after(BACKUP, heard(200), parameters=patient)
    assert isinstance(reached, Backup)
    assert reached.master_down_at == NOW + 4_609_375_000


def test_a_start_up_delay_prevents_a_takeover() -> None:
    delayed = replace(ROUTER, startup_delay=60 * S)
    started, actions = after(Initialize("why"), ev.Startup(), parameters=delayed)
    assert actions == [REMOVE]
    assert isinstance(started, Backup)
    assert started.master_down_at == NOW + 60 * S
    resigned, _none = after(started, heard(0), NOW + 10 * S, delayed)
    assert next_deadline(resigned) == NOW + 60 * S
    late, _none = after(started, heard(200), NOW + 59 * S, delayed)
    assert next_deadline(late) == NOW + 59 * S + DOWN
    reached, actions = confirmed(resigned, ev.TimerExpired(), NOW + 60 * S, delayed)
    assert isinstance(reached, Master)
    assert actions == TAKEOVER


def test_an_owner_waits_for_its_start_up_delay_too() -> None:
    delayed = replace(OWNER, startup_delay=60 * S)
    started, _actions = after(Initialize("why"), ev.Startup(), parameters=delayed)
    assert isinstance(started, Backup)
    assert next_deadline(started) == NOW + 60 * S


@pytest.mark.finding("C11")
def test_no_router_takes_over_before_the_boot_delay_of_its_host_is_over() -> None:
    # The monotonic clock counts from the start of the host.
    for parameters in (ROUTER, OWNER):
        delayed = replace(parameters, boot_delay=NOW + 60 * S, startup_delay=10 * S)
        started, _actions = after(Initialize("why"), ev.Startup(), parameters=delayed)
        assert next_deadline(started) == NOW + 60 * S
        late, _actions = after(Initialize("why"), ev.Startup(), NOW + 55 * S, delayed)
        assert next_deadline(late) == NOW + 65 * S


def test_an_owner_whose_host_runs_for_long_does_not_wait() -> None:
    delayed = replace(OWNER, boot_delay=NOW)
    reached, _actions = confirmed(Initialize("why"), ev.Startup(), NOW, delayed)
    assert isinstance(reached, Master)


def test_preemption_is_delayed_once_and_exactly() -> None:
    waiting, actions = after(BACKUP, heard(50), NOW, PATIENT)
    assert actions == []
    assert isinstance(waiting, Backup)
    # Until the delay is over Preempt_Mode is off: the worse master resets the timer.
    assert (waiting.preempt_at, waiting.master_down_at) == (NOW + 10 * S, NOW + DOWN)
    waiting, _actions = after(waiting, heard(50), NOW + S, PATIENT)
    assert isinstance(waiting, Backup)
    assert (waiting.preempt_at, waiting.master_down_at) == (NOW + 10 * S, NOW + S + DOWN)
    waiting = replace(waiting, master_down_at=NOW + 12 * S)
    assert next_deadline(waiting) == NOW + 10 * S
    reached, actions = confirmed(waiting, ev.TimerExpired(), NOW + 10 * S, PATIENT)
    assert isinstance(reached, Master)
    assert actions == DISPLACE


def test_a_dead_master_is_replaced_without_the_preemption_delay() -> None:
    waiting, _actions = after(BACKUP, heard(50), NOW, PATIENT)
    reached, actions = confirmed(waiting, ev.TimerExpired(), NOW + DOWN, PATIENT)
    assert isinstance(reached, Master)
    assert actions == TAKEOVER
    assert reached.reason == "192.0.2.12 was not heard for 3.61 s"


@pytest.mark.parametrize("event", [heard(100), heard(200), heard(0)], ids=str)
def test_a_delayed_preemption_is_cancelled_by_a_master_that_is_not_worse_or_resigns(
    event: ev.Event,
) -> None:
    waiting, _actions = after(BACKUP, heard(50), NOW, PATIENT)
    reached, _actions = after(waiting, event, NOW + S, PATIENT)
    assert isinstance(reached, Backup)
    assert reached.preempt_at is None


def test_a_delayed_preemption_is_forgotten_when_the_master_is_no_longer_worse() -> None:
    waiting, _actions = after(BACKUP, heard(50), NOW, PATIENT)
    assert isinstance(waiting, Backup)
    waiting = replace(waiting, master_down_at=NOW + 11 * S)
    lowered = replace(PATIENT, priority=40)
    reached, actions = after(waiting, ev.TimerExpired(), NOW + 10 * S, lowered)
    assert actions == []
    assert next_deadline(reached) == NOW + 11 * S


def test_a_master_announces_its_addresses_periodically() -> None:
    often = replace(ROUTER, announce_refresh=30 * S)
    again = replace(MASTER, adver_at=NOW + 100 * S, announce_at=(NOW,))
    state, actions = after(again, ev.TimerExpired(), NOW, often)
    assert actions == [ANNOUNCE]
    assert isinstance(state, Master)
    assert state.refresh_at == NOW + 30 * S
    state, actions = after(state, ev.TimerExpired(), NOW + 30 * S, often)
    assert actions == [act.Announce(refresh=True)]
    assert isinstance(state, Master)
    assert state.refresh_at == NOW + 60 * S


def test_a_new_priority_is_advertised_at_once() -> None:
    lowered = replace(ROUTER, priority=40)
    state, actions = after(MASTER, ev.PriorityChanged(), NOW + 300 * MS, lowered)
    assert actions == [act.Advertise(40)]
    assert isinstance(state, Master)
    assert state.adver_at == NOW + 300 * MS + S


def test_a_member_of_a_group_is_ready_and_waits() -> None:
    state, actions = after(BACKUP, ev.TimerExpired(), NOW + DOWN, GROUPED)
    assert actions == []
    assert isinstance(state, Backup)
    assert state.ready
    assert state.master_down_at == NOW + 2 * DOWN
    reached, actions = confirmed(state, ev.Elected(), NOW + DOWN + S, GROUPED)
    assert isinstance(reached, Master)
    assert actions == TAKEOVER


@pytest.mark.parametrize("event", [heard(100), heard(0)], ids=str)
def test_readiness_ends_when_a_master_that_is_not_worse_or_resigns_is_heard(
    event: ev.Event,
) -> None:
    ready = replace(BACKUP, ready=True)
    state, _actions = after(ready, event, NOW + S, GROUPED)
    assert isinstance(state, Backup)
    assert not state.ready


def test_a_worse_master_does_not_end_readiness_and_is_displaced() -> None:
    ready = replace(BACKUP, ready=True)
    state, _actions = after(ready, heard(50), NOW + S, GROUPED)
    reached, actions = confirmed(state, ev.Elected(), NOW + S, GROUPED)
    assert isinstance(reached, Master)
    assert actions == DISPLACE


def test_a_member_that_resigns_with_its_group_becomes_backup_without_a_successor() -> None:
    resigning, actions = after(MASTER, ev.Resign(Purpose.GROUP, "the group"), NOW)
    assert actions == [RELEASE]
    alone, actions = after(resigning, ev.TimerExpired(), NOW + 4_500 * MS)
    assert isinstance(alone, Backup)
    assert actions == [REMOVE]


def test_a_preempting_backup_with_a_virtual_mac_advertises_before_it_announces() -> None:
    virtual = replace(ROUTER, virtual_mac=True)
    _state, actions = confirmed(BACKUP, ev.Claim("cause"), NOW, virtual)
    assert actions == [INSTALL, act.Advertise(100), ANNOUNCE]
