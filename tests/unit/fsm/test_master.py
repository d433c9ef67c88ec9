# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A master, case by case (RFC 9568 section 6.4.3), and after a pause."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.fsm import actions as act
from _vrrp.fsm import events as ev
from _vrrp.fsm.parameters import Parameters
from _vrrp.fsm.state import Backup, Initialize, Master, State
from _vrrp.fsm.step import next_deadline
from support.machine import (
    ANNOUNCE,
    BACKUP,
    DOWN,
    GROUPED,
    HIGHER,
    LOWER,
    MASTER,
    MS,
    NOW,
    RELEASE,
    REMOVE,
    ROUTER,
    SERVE_ON,
    SILENT,
    TAKEOVER,
    S,
    after,
    confirmed,
    heard,
)


def test_a_master_advertises_at_a_constant_interval() -> None:
    state, actions = after(MASTER, ev.TimerExpired(), NOW + S + 3 * MS)
    assert state == replace(MASTER, adver_at=NOW + 2 * S)
    assert actions == [act.Advertise(100)]


def test_master_announces_once_more() -> None:
    beating = replace(MASTER, adver_at=NOW + 5_500 * MS)
    state, actions = after(beating, ev.TimerExpired(), NOW + 5 * S)
    assert state == replace(beating, announce_at=())
    assert actions == [ANNOUNCE]


def test_a_master_without_announce_delay_does_not_announce_again() -> None:
    state, _actions = confirmed(
        BACKUP, ev.TimerExpired(), NOW + DOWN, replace(ROUTER, announce_delay=0)
    )
    assert isinstance(state, Master)
    assert state.announce_at == ()


@pytest.mark.parametrize("peer", [heard(101, LOWER), heard(100, HIGHER), heard(255, LOWER)])
def test_master_steps_down_for_a_better_one(peer: ev.Heard) -> None:
    state, actions = after(MASTER, peer)
    assert isinstance(state, Backup)
    assert (state.master_down_at, state.master) == (NOW + DOWN, peer.peer)
    assert actions == [act.Advertise(100), REMOVE]


def test_master_that_steps_down_learns_the_interval() -> None:
    state, _actions = after(MASTER, heard(200, interval=3 * S))
    assert isinstance(state, Backup)
    assert state.master_down_at == NOW + 10_828_125_000


@pytest.mark.parametrize("peer", [heard(99), heard(100, LOWER), heard(1)])
def test_master_answers_a_lower_priority_at_once_and_does_not_reset_its_timer(
    peer: ev.Heard,
) -> None:
    state, actions = after(MASTER, peer, NOW + 400 * MS)
    assert isinstance(state, Master)
    assert state.adver_at == MASTER.adver_at
    # The other announced the addresses: announce at once, as soon as it surely has announced, and
    # after the delay of this router's own takeover, which is late enough.
    assert actions == [act.Advertise(100), ANNOUNCE]
    assert state.announce_at == (NOW + 450 * MS, NOW + 5 * S)
    state, actions = after(state, ev.TimerExpired(), NOW + 450 * MS)
    assert isinstance(state, Master)
    assert state.announce_at == (NOW + 5 * S,)
    assert actions == [ANNOUNCE]


def test_a_master_announces_again_a_second_after_it_has_heard_a_lower_priority() -> None:
    state, _actions = after(replace(MASTER, announce_at=()), heard(99))
    assert isinstance(state, Master)
    assert state.announce_at == (NOW + 50 * MS, NOW + S)


def test_a_master_whose_advertisements_are_refused_takes_no_clients_back() -> None:
    # The other one serves, and can't hear that it has to give up; this one is about to withdraw.
    refused = replace(ROUTER, silent_since=NOW - 2 * S)
    state, actions = after(MASTER, heard(99), parameters=refused)
    assert (state, actions) == (MASTER, [act.Advertise(100)])


@pytest.mark.finding("B5")
def test_masters_of_lower_priority_draw_every_answer_and_few_announcements() -> None:
    state: State = replace(MASTER, announce_at=(), adver_at=NOW + 100 * S)
    drawn: list[int] = []
    for hundredth in range(1000):
        at = NOW + hundredth * 10 * MS
        if (next_deadline(state) or at + 1) <= at:
            state, actions = after(state, ev.TimerExpired(), at)
            drawn += [hundredth] if ANNOUNCE in actions else []
        state, actions = after(state, heard(50), at)
        assert actions[0] == act.Advertise(100)
        drawn += [hundredth] if ANNOUNCE in actions else []
    # Five soon: several backups may have taken over. Then one a second, postponed, not dropped.
    assert drawn == [0, 1, 5, 6, 100, 100, 200, 300, 400, 500, 600, 700, 800, 900]


def test_addresses_compare_unsigned() -> None:
    low, high = bytes([10, 0, 0, 1]), bytes([192, 0, 2, 1])
    router = replace(ROUTER, address=low)
    assert isinstance(after(MASTER, heard(100, high), parameters=router)[0], Backup)
    router = replace(ROUTER, address=high)
    assert isinstance(after(MASTER, heard(100, low), parameters=router)[0], Master)


def test_master_answers_priority_zero_and_resets_its_timer() -> None:
    state, actions = after(MASTER, heard(0), NOW + 400 * MS)
    assert isinstance(state, Master)
    assert state.adver_at == NOW + 1_400 * MS
    # The other one has served: its clients have to find this one.
    assert actions == [act.Advertise(100), ANNOUNCE]
    assert state.announce_at == (NOW + 450 * MS, *MASTER.announce_at)


def test_a_master_announces_restored_addresses_as_after_a_takeover() -> None:
    state, actions = after(MASTER, ev.Unannounced(), NOW + 400 * MS)
    at = NOW + 400 * MS
    assert state == replace(MASTER, announce_at=(at + 5 * S,))
    assert actions == [ANNOUNCE]


def test_a_master_without_its_interface_enters_initialize() -> None:
    state, actions = after(MASTER, ev.Interrupted("eth0 is down"))
    assert (state, actions) == (Initialize("eth0 is down"), [REMOVE])


def test_a_router_refused_by_the_kernel_tries_again_after_ten_seconds() -> None:
    state, actions = after(
        MASTER, ev.Interrupted("cannot add", retry_after=10 * S, notify_peers=True)
    )
    assert state == Initialize("cannot add", NOW + 10 * S)
    assert actions == [RELEASE, REMOVE]


def test_a_replaced_master_sends_priority_zero() -> None:
    assert after(MASTER, ev.Replaced("moved")) == (Initialize("moved"), [RELEASE, REMOVE])


def test_a_master_advertises_new_settings_at_once() -> None:
    state, actions = confirmed(MASTER, ev.Reconfigured(), NOW + 400 * MS)
    at = NOW + 400 * MS
    assert state == replace(MASTER, adver_at=at + S, announce_at=(at + 5 * S,))
    assert actions == SERVE_ON


# Last advertisement at NOW; a peer of the same priority takes over 3 609 375 000 ns later.


def test_master_after_a_pause_steps_down_and_sends_nothing() -> None:
    state, actions = after(MASTER, ev.TimerExpired(), NOW + SILENT + 1)
    assert isinstance(state, Backup)
    assert state.reason == "was paused longer than the peers wait for a master"
    assert state.master_down_at == NOW + SILENT + 1 + DOWN
    assert actions == [REMOVE]


@pytest.mark.parametrize("event", [heard(50), heard(0), heard(200), ev.Reconfigured()])
def test_master_after_a_pause_sends_nothing_whatever_event_comes_first(event: ev.Event) -> None:
    state, actions = after(MASTER, event, NOW + SILENT + 1)
    assert isinstance(state, Backup)
    assert actions == [REMOVE]


def test_master_that_is_merely_late_stays_master() -> None:
    assert isinstance(after(MASTER, ev.TimerExpired(), NOW + SILENT)[0], Master)


@pytest.mark.finding("B6")
@pytest.mark.parametrize(
    ("priority", "tolerated"),
    # At 100 ms: one interval, and the skew time (156/256, 2/256) or half an interval.
    [(100, 160_937_500), (254, 150_000_000)],
)
def test_a_single_interval_to_wait_tolerates_what_no_peer_would_notice(
    priority: int, tolerated: int
) -> None:
    hasty = replace(ROUTER, priority=priority, advertisement_interval=100 * MS, down_intervals=1)
    master = replace(MASTER, adver_at=NOW + 100 * MS, announce_at=())
    for silence, kind in ((tolerated, Master), (tolerated + 1, Backup)):
        assert isinstance(after(master, ev.TimerExpired(), NOW + silence, hasty)[0], kind)


@pytest.mark.finding("G1")
def test_a_master_that_was_cut_off_for_a_moment_goes_on() -> None:
    # Heard last at NOW; a peer of priority 254 takes over 3 s and 2/256 s of skew later.
    cut, _actions = after(MASTER, ev.Interrupted("eth0 is down", resumable=True), NOW + 100 * MS)
    assert cut == Initialize("eth0 is down", resume_by=NOW + 3_007_812_500)
    waiting, _actions = after(cut, ev.Interrupted("eth0 has no IPv4 address"), NOW + 200 * MS)
    state, actions = confirmed(waiting, ev.Startup(), NOW + 3 * S)
    assert isinstance(state, Master)
    assert state.reason == (
        "goes on as master after less time than peers wait; before: eth0 has no IPv4 address"
    )
    assert actions == TAKEOVER


@pytest.mark.parametrize(
    ("parameters", "event", "at"),
    [
        pytest.param(ROUTER, ev.Interrupted("x", resumable=True), 3_007_812_500, id="too long"),
        pytest.param(ROUTER, ev.Interrupted("x"), 100 * MS, id="another cause"),
        pytest.param(
            ROUTER, ev.Interrupted("x", notify_peers=True, resumable=True), 100 * MS, id="resigned"
        ),
        pytest.param(GROUPED, ev.Interrupted("x", resumable=True), 100 * MS, id="group"),
        pytest.param(
            replace(ROUTER, silent_since=NOW - 3 * S),
            ev.Interrupted("x", resumable=True),
            100 * MS,
            id="unsent before",
        ),
    ],
)
def test_a_master_that_may_have_been_replaced_meanwhile_listens(
    parameters: Parameters, event: ev.Interrupted, at: int
) -> None:
    cut, _actions = after(MASTER, event, NOW + 50 * MS, parameters)
    state, _actions = after(cut, ev.Startup(), NOW + at, parameters)
    assert isinstance(state, Backup)
