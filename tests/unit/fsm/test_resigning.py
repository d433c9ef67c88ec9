# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A master that resigns, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.fsm import actions as act
from _vrrp.fsm import events as ev
from _vrrp.fsm.state import Backup, Initialize, Master, Peer, Purpose, Resigning
from support.machine import (
    ANNOUNCE,
    DRAINING,
    HIGHER,
    MASTER,
    MS,
    NOW,
    OUT,
    RELEASE,
    REMOVE,
    ROUTER,
    SERVE_ON,
    SILENT,
    SKEW,
    STOPPING,
    S,
    after,
    confirmed,
    heard,
)


def test_a_resigning_master_sends_priority_zero_and_serves() -> None:
    state, actions = after(MASTER, ev.Resign(Purpose.DRAIN, "drained"))
    assert state == Resigning("drained", Purpose.DRAIN, NOW + S, NOW + 4_500 * MS)
    assert actions == [RELEASE]


def test_a_resigning_master_repeats_priority_zero() -> None:
    state, actions = after(DRAINING, ev.TimerExpired(), NOW + S)
    assert state == replace(DRAINING, adver_at=NOW + 2 * S)
    assert actions == [RELEASE]


@pytest.mark.parametrize("priority", [1, 100, 255])
def test_any_successor_ends_the_wait_and_the_addresses_stay_a_little(priority: int) -> None:
    peer = heard(priority)
    state, actions = after(DRAINING, peer, NOW + SKEW)
    assert isinstance(state, Resigning)
    assert (state.successor, state.give_up_at) == (peer.peer, NOW + SKEW + 50 * MS)
    assert actions == []
    state, actions = after(state, ev.TimerExpired(), NOW + SKEW + 50 * MS)
    assert isinstance(state, Backup)
    assert (state.reason, state.master) == ("drained", peer.peer)
    assert actions == [REMOVE]


def test_another_resigning_router_is_no_successor() -> None:
    assert after(DRAINING, heard(0)) == (DRAINING, [])


def test_a_drain_without_successor_is_undone() -> None:
    waiting = replace(DRAINING, adver_at=NOW + 5 * S)
    state, actions = after(waiting, ev.TimerExpired(), NOW + 4_500 * MS)
    assert isinstance(state, Master)
    assert state.reason == "drain undone: no other master was heard for 4.50 s"
    assert actions == [act.DrainUndone("no other master was heard for 4.50 s")]


def test_a_forced_drain_completes_without_a_successor() -> None:
    waiting = replace(DRAINING, adver_at=NOW + 5 * S)
    state, actions = after(waiting, ev.TimerExpired(), NOW + 4_500 * MS, OUT)
    assert isinstance(state, Backup)
    assert state.reason == "drained; nobody took over"
    assert actions == [REMOVE]


def test_a_stop_without_successor_completes() -> None:
    waiting = replace(STOPPING, adver_at=NOW + 5 * S)
    state, actions = after(waiting, ev.TimerExpired(), NOW + 4_500 * MS)
    assert (state, actions) == (Initialize("stopping"), [REMOVE])


def test_a_stop_overtakes_a_drain() -> None:
    state, actions = after(DRAINING, ev.Resign(Purpose.STOP, "stopping"), NOW + S)
    assert state == replace(DRAINING, purpose=Purpose.STOP, reason="stopping")
    assert actions == []


def test_a_drain_can_be_cancelled_and_a_stop_can_not() -> None:
    state, actions = confirmed(DRAINING, ev.Claim("called off"))
    assert isinstance(state, Master)
    assert actions == SERVE_ON
    assert after(STOPPING, ev.Claim("called off")) == (STOPPING, [])


def test_a_pause_while_resigning_is_final() -> None:
    late = NOW + SILENT + 1
    assert after(STOPPING, ev.TimerExpired(), late) == (Initialize("stopping"), [REMOVE])
    state, actions = after(DRAINING, ev.TimerExpired(), late)
    assert isinstance(state, Backup)
    assert actions == [REMOVE]


def test_at_ten_milliseconds_the_wait_for_the_addresses_is_no_pause() -> None:
    fast = replace(ROUTER, advertisement_interval=10 * MS)
    resigning = Resigning(
        "stopping", Purpose.STOP, NOW + 10 * MS, NOW + 50 * MS, Peer(HIGHER, 50, 10 * MS)
    )
    state, actions = after(resigning, ev.TimerExpired(), NOW + 50 * MS, fast)
    assert (state, actions) == (Initialize("stopping"), [REMOVE])


def test_a_reinstated_router_is_master_again_at_once() -> None:
    state, actions = confirmed(STOPPING, ev.Reinstated(), NOW + 400 * MS)
    at = NOW + 400 * MS
    assert state == Master("is configured again", at + S, (at + 5 * S,))
    assert actions == SERVE_ON


def test_a_reinstated_router_leaves_mastership_to_its_successor() -> None:
    peer = heard(50)
    state, _actions = after(STOPPING, peer, NOW + SKEW)
    state, actions = after(state, ev.Reinstated(), NOW + SKEW + 10 * MS)
    assert isinstance(state, Backup)
    assert (state.master, actions) == (peer.peer, [REMOVE])


def test_a_resigning_master_announces_what_was_restored() -> None:
    assert after(DRAINING, ev.Unannounced()) == (DRAINING, [ANNOUNCE])


def test_a_resigning_master_with_a_successor_announces_nothing() -> None:
    state, _actions = after(DRAINING, heard(50), NOW + SKEW)
    assert after(state, ev.Unannounced(), NOW + SKEW) == (state, [])
