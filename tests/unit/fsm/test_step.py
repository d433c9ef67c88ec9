# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state machine, case by case: state, event, expected actions in order, expected state.

Router under test: version 3, priority 100, 1 s, 192.0.2.11. Its skew time is 609 375 000 ns and its
master-down interval 3 609 375 000 ns, worked out by hand.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import get_args

import pytest
from _vrrp.fsm import actions as act
from _vrrp.fsm import events as ev
from _vrrp.fsm.parameters import Parameters
from _vrrp.fsm.state import Backup, Initialize, Master, Peer, Purpose, Resigning, State
from _vrrp.fsm.step import TABLE, next_deadline, step

S = 1_000_000_000
MS = 1_000_000
NOW = 1000 * S
SKEW = 609_375_000
DOWN = 3_609_375_000
OWN = bytes([192, 0, 2, 11])
LOWER, HIGHER = bytes([192, 0, 2, 10]), bytes([192, 0, 2, 12])

ROUTER = Parameters(
    version=3,
    priority=100,
    address=OWN,
    advertisement_interval=S,
    preempt=True,
    announce_delay=5 * S,
)
OWNER = replace(ROUTER, priority=255)
POLITE = replace(ROUTER, preempt=False)
DRAINED = replace(ROUTER, priority=1)
PATIENT = replace(ROUTER, preempt_delay=10 * S)
GROUPED = replace(ROUTER, in_sync_group=True)
OUT = replace(DRAINED, forced_backup=True)

BACKUP = Backup("listening", NOW + DOWN, S)
MASTER = Master("elected", NOW + S, NOW + 5 * S)
DRAINING = Resigning("drained", Purpose.DRAIN, NOW + S, NOW + 4_500 * MS)
STOPPING = replace(DRAINING, purpose=Purpose.STOP, reason="stopping")
FOLLOWING = replace(DRAINING, purpose=Purpose.GROUP, reason="the group")

INSTALL, REMOVE, ANNOUNCE = act.InstallAddresses(), act.RemoveAddresses(), act.Announce()
RELEASE = act.Advertise(0)
TAKEOVER = [INSTALL, act.Advertise(100), ANNOUNCE]
DISPLACE = [INSTALL, ANNOUNCE, act.Advertise(100)]


def heard(priority: int, address: bytes = HIGHER, interval: int = S) -> ev.Heard:
    return ev.Heard(Peer(address, priority, interval))


def after(
    state: State, event: ev.Event, now: int = NOW, parameters: Parameters = ROUTER
) -> tuple[State, list[act.Action]]:
    return step(parameters, state, event, now)


# --- The table ------------------------------------------------------------------------------------

STATES = [Initialize("why"), BACKUP, MASTER, DRAINING, STOPPING, FOLLOWING]
EVENTS = [
    ev.Startup(),
    ev.Interrupted("cause"),
    ev.Interrupted("cause", retry=True),
    ev.Replaced("cause"),
    ev.TimerExpired(),
    heard(0),
    heard(50),
    heard(100, LOWER),
    heard(100),
    heard(200),
    heard(255),
    ev.Claim("cause"),
    ev.Resign(Purpose.DRAIN, "cause"),
    ev.Resign(Purpose.STOP, "cause"),
    ev.Resign(Purpose.GROUP, "cause"),
    ev.Elected(),
    ev.Reconfigured(),
    ev.PriorityChanged(),
    ev.AddressesLost(),
]


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(itertools.product(get_args(State), get_args(ev.Event)))


@pytest.mark.parametrize("state", STATES, ids=str)
@pytest.mark.parametrize("event", EVENTS, ids=str)
@pytest.mark.parametrize(
    "parameters", [ROUTER, OWNER, POLITE, DRAINED, OUT, PATIENT, GROUPED], ids=str
)
@pytest.mark.parametrize("late", [0, 2 * S, 4 * S, 60 * S])
def test_every_state_takes_every_event(
    state: State, event: ev.Event, parameters: Parameters, late: int
) -> None:
    reached, actions = after(state, event, NOW + late, parameters)
    serving = isinstance(reached, (Master, Resigning))
    served = isinstance(state, (Master, Resigning))
    if served and not serving:
        assert REMOVE in actions
    if serving and not served:
        assert actions[0] == INSTALL
    assert next_deadline(reached) is None or isinstance(next_deadline(reached), int)


# --- Initialize (RFC 9568 section 6.4.1) ----------------------------------------------------------


def test_startup_listens() -> None:
    state, actions = after(Initialize("starting"), ev.Startup())
    assert state == Backup("started, listening for a master", NOW + DOWN, S)
    assert actions == [REMOVE]


def test_startup_of_an_owner_serves_at_once() -> None:
    state, actions = after(Initialize("starting"), ev.Startup(), parameters=OWNER)
    assert state == Master("owns the addresses", NOW + S, NOW + 5 * S)
    assert actions == [INSTALL, act.Advertise(255), ANNOUNCE]


def test_initialize_hears_nothing() -> None:
    state = Initialize("eth0 is down")
    assert after(state, heard(200)) == (state, [])


# --- Backup (RFC 9568 section 6.4.2) --------------------------------------------------------------


def test_backup_takes_over_when_the_timer_expires() -> None:
    state, actions = after(BACKUP, ev.TimerExpired(), NOW + DOWN)
    assert state == Master("no master was heard for 3.61 s", NOW + DOWN + S, NOW + DOWN + 5 * S)
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


def test_backup_lets_the_timer_run_on_for_a_worse_master() -> None:
    state, actions = after(BACKUP, heard(99), NOW + S)
    assert isinstance(state, Backup)
    assert state.master_down_at == NOW + DOWN
    assert state.master_adver_interval == S
    assert actions == []


def test_backup_that_does_not_preempt_accepts_a_worse_master() -> None:
    state, _actions = after(BACKUP, heard(1), NOW + S, POLITE)
    assert isinstance(state, Backup)
    assert state.master_down_at == NOW + S + DOWN


def test_preemption_tells_the_clients_before_the_old_master_stops() -> None:
    hearing, _actions = after(BACKUP, heard(50))
    state, actions = after(hearing, ev.TimerExpired(), NOW + DOWN)
    assert isinstance(state, Master)
    assert state.reason == "preempts 192.0.2.12, which has priority 50"
    assert actions == DISPLACE


def test_priority_zero_shortens_the_timer_and_teaches_nothing() -> None:
    slow = replace(BACKUP, master_adver_interval=2 * S)
    state, _actions = after(slow, heard(0, interval=5 * S), NOW + S)
    assert isinstance(state, Backup)
    assert state.master_adver_interval == 2 * S
    assert state.master_down_at == NOW + S + 2 * SKEW
    master, actions = after(state, ev.TimerExpired(), NOW + S + 2 * SKEW)
    assert isinstance(master, Master)
    assert master.reason == "192.0.2.12 resigned"
    assert actions == TAKEOVER


def test_backup_that_shuts_down_says_nothing() -> None:
    state, actions = after(BACKUP, ev.Resign(Purpose.STOP, "stopping"))
    assert (state, actions) == (Initialize("stopping"), [])


def test_backup_that_was_asleep_listens_once_more() -> None:
    # The timer expired a whole master-down interval ago, and nobody woke us.
    state, actions = after(BACKUP, ev.TimerExpired(), NOW + 2 * DOWN + 1)
    assert state == Backup("was paused, listening for a master", NOW + 3 * DOWN + 1, S)
    assert actions == []


def test_backup_that_is_merely_late_takes_over() -> None:
    assert isinstance(after(BACKUP, ev.TimerExpired(), NOW + 2 * DOWN)[0], Master)


def test_a_claim_displaces_the_master() -> None:
    state, actions = after(BACKUP, ev.Claim("wanted"))
    assert state == Master("wanted", NOW + S, NOW + 5 * S)
    assert actions == DISPLACE


def test_forced_out_it_stays_out() -> None:
    # Priority 1: skew 255/256 s = 996 093 750 ns, down 3 996 093 750 ns.
    backup = Backup("drained", NOW, S)
    state, actions = after(backup, ev.TimerExpired(), NOW, OUT)
    assert state == Backup("drained; no other master is heard", NOW + 3_996_093_750, S)
    assert actions == []


# --- Master (RFC 9568 section 6.4.3) --------------------------------------------------------------


def test_master_advertises_and_keeps_its_rhythm() -> None:
    state, actions = after(MASTER, ev.TimerExpired(), NOW + S + 3 * MS)
    assert state == replace(MASTER, adver_at=NOW + 2 * S)
    assert actions == [act.Advertise(100)]


def test_master_announces_once_more() -> None:
    beating = replace(MASTER, adver_at=NOW + 5_500 * MS)
    state, actions = after(beating, ev.TimerExpired(), NOW + 5 * S)
    assert state == replace(beating, announce_at=None)
    assert actions == [ANNOUNCE]


def test_no_second_announcement_where_none_is_wanted() -> None:
    state, _actions = after(
        BACKUP, ev.TimerExpired(), NOW + DOWN, replace(ROUTER, announce_delay=0)
    )
    assert isinstance(state, Master)
    assert state.announce_at is None


@pytest.mark.parametrize("peer", [heard(101, LOWER), heard(100, HIGHER), heard(255, LOWER)])
def test_master_steps_down_for_a_better_one(peer: ev.Heard) -> None:
    state, actions = after(MASTER, peer)
    assert isinstance(state, Backup)
    assert (state.master_down_at, state.master) == (NOW + DOWN, peer.peer)
    assert actions == [REMOVE]


def test_master_that_steps_down_learns_the_interval() -> None:
    state, _actions = after(MASTER, heard(200, interval=3 * S))
    assert isinstance(state, Backup)
    assert state.master_down_at == NOW + 10_828_125_000


@pytest.mark.parametrize("peer", [heard(99), heard(100, LOWER), heard(1)])
def test_master_asserts_itself_at_once_and_does_not_reset_its_timer(peer: ev.Heard) -> None:
    state, actions = after(MASTER, peer, NOW + 400 * MS)
    assert isinstance(state, Master)
    assert state.adver_at == MASTER.adver_at
    # The other announced the addresses: announce before it hears us, and an interval later.
    assert actions == [ANNOUNCE, act.Advertise(100)]
    assert state.announce_at == NOW + 400 * MS + S


def test_addresses_compare_unsigned() -> None:
    low, high = bytes([10, 0, 0, 1]), bytes([192, 0, 2, 1])
    router = replace(ROUTER, address=low)
    assert isinstance(after(MASTER, heard(100, high), parameters=router)[0], Backup)
    router = replace(ROUTER, address=high)
    assert isinstance(after(MASTER, heard(100, low), parameters=router)[0], Master)


def test_master_answers_priority_zero_and_resets_its_timer() -> None:
    state, actions = after(MASTER, heard(0), NOW + 400 * MS)
    assert state == replace(MASTER, adver_at=NOW + 1_400 * MS)
    assert actions == [act.Advertise(100)]


def test_an_address_that_is_lost_comes_back() -> None:
    assert after(MASTER, ev.AddressesLost()) == (MASTER, [INSTALL, ANNOUNCE])


def test_an_interface_that_goes_down() -> None:
    state, actions = after(MASTER, ev.Interrupted("eth0 is down"))
    assert (state, actions) == (Initialize("eth0 is down"), [REMOVE])


def test_a_kernel_that_refuses_is_asked_again_in_ten_seconds() -> None:
    state, actions = after(MASTER, ev.Interrupted("cannot add", retry=True, notify_peers=True))
    assert state == Initialize("cannot add", NOW + 10 * S)
    assert actions == [RELEASE, REMOVE]


def test_a_router_that_is_replaced_tells_the_peers() -> None:
    assert after(MASTER, ev.Replaced("moved")) == (Initialize("moved"), [RELEASE, REMOVE])


def test_other_settings_are_told_at_once() -> None:
    state, actions = after(MASTER, ev.Reconfigured(), NOW + 400 * MS)
    assert state == replace(MASTER, adver_at=NOW + 1_400 * MS)
    assert actions == TAKEOVER


# --- A pause --------------------------------------------------------------------------------------

# Last advertisement at NOW; a peer of priority 254 takes over 3 007 812 500 ns later.
SILENT = 3_007_812_500


def test_master_after_a_pause_steps_down_and_says_nothing() -> None:
    state, actions = after(MASTER, ev.TimerExpired(), NOW + SILENT + 1)
    assert isinstance(state, Backup)
    assert state.reason == "was paused longer than the peers wait for a master"
    assert state.master_down_at == NOW + SILENT + 1 + DOWN
    assert actions == [REMOVE]


@pytest.mark.parametrize("event", [heard(50), heard(0), heard(200), ev.Reconfigured()])
def test_whatever_wakes_it_it_does_not_speak_first(event: ev.Event) -> None:
    state, actions = after(MASTER, event, NOW + SILENT + 1)
    assert isinstance(state, Backup)
    assert actions == [REMOVE]


def test_master_that_is_merely_late_goes_on() -> None:
    assert isinstance(after(MASTER, ev.TimerExpired(), NOW + SILENT)[0], Master)


# --- Resigning ------------------------------------------------------------------------------------


def test_resigning_says_so_and_serves_on() -> None:
    state, actions = after(MASTER, ev.Resign(Purpose.DRAIN, "drained"))
    assert state == Resigning("drained", Purpose.DRAIN, NOW + S, NOW + 4_500 * MS)
    assert actions == [RELEASE]


def test_resigning_repeats_priority_zero() -> None:
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


def test_another_that_resigns_is_no_successor() -> None:
    assert after(DRAINING, heard(0)) == (DRAINING, [])


def test_a_drain_without_successor_is_undone() -> None:
    waiting = replace(DRAINING, adver_at=NOW + 5 * S)
    state, actions = after(waiting, ev.TimerExpired(), NOW + 4_500 * MS)
    assert isinstance(state, Master)
    assert state.reason == "drain undone: no other master was heard for 4.50 s"
    assert actions == [act.DrainUndone("no other master was heard for 4.50 s")]


def test_a_forced_drain_goes_through() -> None:
    waiting = replace(DRAINING, adver_at=NOW + 5 * S)
    state, actions = after(waiting, ev.TimerExpired(), NOW + 4_500 * MS, OUT)
    assert isinstance(state, Backup)
    assert state.reason == "drained; nobody took over"
    assert actions == [REMOVE]


def test_a_stop_without_successor_goes_through() -> None:
    waiting = replace(STOPPING, adver_at=NOW + 5 * S)
    state, actions = after(waiting, ev.TimerExpired(), NOW + 4_500 * MS)
    assert (state, actions) == (Initialize("stopping"), [REMOVE])


def test_a_stop_overtakes_a_drain() -> None:
    state, actions = after(DRAINING, ev.Resign(Purpose.STOP, "stopping"), NOW + S)
    assert state == replace(DRAINING, purpose=Purpose.STOP, reason="stopping")
    assert actions == []


def test_a_drain_can_be_called_off_and_a_stop_can_not() -> None:
    state, actions = after(DRAINING, ev.Claim("called off"))
    assert isinstance(state, Master)
    assert actions == TAKEOVER
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


# --- Delays and counts ----------------------------------------------------------------------------


def test_four_intervals_where_four_may_be_missed() -> None:
    patient = replace(ROUTER, down_intervals=4)
    reached, _actions = after(BACKUP, heard(200), parameters=patient)
    assert isinstance(reached, Backup)
    assert reached.master_down_at == NOW + 4_609_375_000


def test_a_start_up_delay_keeps_it_from_taking_over() -> None:
    delayed = replace(ROUTER, startup_delay=60 * S)
    started, actions = after(Initialize("why"), ev.Startup(), parameters=delayed)
    assert actions == [REMOVE]
    assert isinstance(started, Backup)
    assert started.master_down_at == NOW + 60 * S
    resigned, _none = after(started, heard(0), NOW + 10 * S, delayed)
    assert next_deadline(resigned) == NOW + 60 * S
    late, _none = after(started, heard(200), NOW + 59 * S, delayed)
    assert next_deadline(late) == NOW + 59 * S + DOWN
    reached, actions = after(resigned, ev.TimerExpired(), NOW + 60 * S, delayed)
    assert isinstance(reached, Master)
    assert actions == TAKEOVER


def test_an_owner_waits_for_its_start_up_delay_too() -> None:
    delayed = replace(OWNER, startup_delay=60 * S)
    started, _actions = after(Initialize("why"), ev.Startup(), parameters=delayed)
    assert isinstance(started, Backup)
    assert next_deadline(started) == NOW + 60 * S


def test_preemption_is_delayed_once_and_to_the_moment() -> None:
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
    reached, actions = after(waiting, ev.TimerExpired(), NOW + 10 * S, PATIENT)
    assert isinstance(reached, Master)
    assert actions == DISPLACE


def test_a_dead_master_is_replaced_without_the_preemption_delay() -> None:
    waiting, _actions = after(BACKUP, heard(50), NOW, PATIENT)
    reached, actions = after(waiting, ev.TimerExpired(), NOW + DOWN, PATIENT)
    assert isinstance(reached, Master)
    assert actions == TAKEOVER
    assert reached.reason == "192.0.2.12 was not heard for 3.61 s"


@pytest.mark.parametrize("event", [heard(100), heard(200), heard(0)], ids=str)
def test_what_calls_a_delayed_preemption_off(event: ev.Event) -> None:
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


def test_addresses_are_announced_again_and_again() -> None:
    often = replace(ROUTER, announce_refresh=30 * S)
    again = replace(MASTER, adver_at=NOW + 100 * S, announce_at=NOW)
    state, actions = after(again, ev.TimerExpired(), NOW, often)
    assert actions == [ANNOUNCE]
    assert isinstance(state, Master)
    assert state.announce_at == NOW + 30 * S
    state, actions = after(state, ev.TimerExpired(), NOW + 30 * S, often)
    assert actions == [act.Announce(refresh=True)]
    assert isinstance(state, Master)
    assert state.announce_at == NOW + 60 * S


def test_another_priority_is_told_at_once() -> None:
    lowered = replace(ROUTER, priority=40)
    state, actions = after(MASTER, ev.PriorityChanged(), NOW + 300 * MS, lowered)
    assert actions == [act.Advertise(40)]
    assert isinstance(state, Master)
    assert state.adver_at == NOW + 300 * MS + S


# --- Sync groups ----------------------------------------------------------------------------------


def test_a_member_of_a_group_is_ready_and_waits() -> None:
    state, actions = after(BACKUP, ev.TimerExpired(), NOW + DOWN, GROUPED)
    assert actions == []
    assert isinstance(state, Backup)
    assert state.ready
    assert state.master_down_at == NOW + 2 * DOWN
    reached, actions = after(state, ev.Elected(), NOW + DOWN + S, GROUPED)
    assert isinstance(reached, Master)
    assert actions == TAKEOVER


@pytest.mark.parametrize("event", [heard(100), heard(0)], ids=str)
def test_a_master_that_is_heard_ends_readiness(event: ev.Event) -> None:
    ready = replace(BACKUP, ready=True)
    state, _actions = after(ready, event, NOW + S, GROUPED)
    assert isinstance(state, Backup)
    assert not state.ready


def test_a_worse_master_does_not_end_readiness_and_is_displaced() -> None:
    ready = replace(BACKUP, ready=True)
    state, _actions = after(ready, heard(50), NOW + S, GROUPED)
    reached, actions = after(state, ev.Elected(), NOW + S, GROUPED)
    assert isinstance(reached, Master)
    assert actions == DISPLACE


def test_who_leaves_with_its_group_is_backup_whether_or_not_anybody_takes_over() -> None:
    resigning, actions = after(MASTER, ev.Resign(Purpose.GROUP, "the group"), NOW)
    assert actions == [RELEASE]
    alone, actions = after(resigning, ev.TimerExpired(), NOW + 4_500 * MS)
    assert isinstance(alone, Backup)
    assert actions == [REMOVE]


def test_with_a_virtual_mac_the_advertisement_moves_the_traffic_so_it_goes_first() -> None:
    virtual = replace(ROUTER, virtual_mac=True)
    _state, actions = after(BACKUP, ev.Claim("cause"), NOW, virtual)
    assert actions == TAKEOVER
