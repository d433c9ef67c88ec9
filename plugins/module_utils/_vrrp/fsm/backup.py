# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Transitions of a backup (RFC 9568 section 6.4.2)."""

from __future__ import annotations

from dataclasses import replace

from ..base.constants import PRIORITY_RESIGN
from ..base.units import Nanoseconds, describe
from ..model.family import text
from .events import Claim, Elected, Event, Heard, Interrupted, Replaced, Resign, TimerExpired
from .parameters import Parameters
from .state import Backup, Initialize, Peer, Purpose
from .transitions import Result, restart_listening, take_over, to_initialize


def due_at(state: Backup) -> Nanoseconds:
    """Return the time at which the backup decides whether to become master."""
    if state.preempt_at is None:
        return state.master_down_at
    return min(state.master_down_at, state.preempt_at)


def timer_expired(
    parameters: Parameters, state: Backup, event: TimerExpired, now: Nanoseconds
) -> Result:
    """Take over when the Master_Down_Timer fires (RFC 9568 section 6.4.2), unless something
    else has to be awaited.
    """
    if now < due_at(state):
        return state, []
    waited = parameters.master_down_interval(state.master_adver_interval)
    if now - due_at(state) > waited:
        # So late a wake-up means that the process was paused: it may have missed advertisements.
        after = restart_listening(parameters, now, "was paused, listening for a master")
        return replace(after, not_before=state.not_before), []
    if now < state.master_down_at and not _is_worse(parameters, state.master):
        return replace(state, preempt_at=None), []
    if parameters.forced_backup:
        return restart_listening(parameters, now, "drained; no other master is heard"), []
    if parameters.in_sync_group:
        ready = replace(state, master_down_at=now + waited, preempt_at=None, ready=True)
        return replace(ready, was_delayed=state.preempt_at is not None), []
    return _take_over(parameters, state, event, now)


def elected(parameters: Parameters, state: Backup, event: Elected, now: Nanoseconds) -> Result:
    """Take over together with the rest of the sync group."""
    return _take_over(parameters, state, event, now)


def _take_over(parameters: Parameters, state: Backup, event: Event, now: Nanoseconds) -> Result:
    # While preemption is delayed, any live master restarts the timer.
    master_is_dead = state.preempt_at is not None and now >= state.master_down_at
    preempts = _is_worse(parameters, state.master) and not master_is_dead
    waited = parameters.master_down_interval(state.master_adver_interval)
    reason = _why_takeover(state.master, preempts, waited)
    return take_over(parameters, event, now, reason, displaces=preempts)


def _is_worse(parameters: Parameters, master: Peer | None) -> bool:
    if master is None or not parameters.preempt:
        return False
    return PRIORITY_RESIGN < master.priority < parameters.priority


def _why_takeover(master: Peer | None, preempts: bool, waited: Nanoseconds) -> str:
    if master is None:
        return f"no master was heard for {describe(waited)}"
    peer = text(master.address)
    if preempts:
        return f"preempts {peer}, which has priority {master.priority}"
    if master.priority == PRIORITY_RESIGN:
        return f"{peer} resigned"
    return f"{peer} was not heard for {describe(waited)}"


def heard(parameters: Parameters, state: Backup, event: Heard, now: Nanoseconds) -> Result:
    """Handle an advertisement (RFC 9568 section 6.4.2). Only a master breaks ties by address."""
    peer = event.peer
    if peer.priority == PRIORITY_RESIGN:
        if _follows_another(state.master, peer):
            return state, []
        down_at = now + parameters.skew_time(state.master_adver_interval)
        resigned = replace(state, master=peer, preempt_at=None, ready=False)
        return _awaiting(resigned, down_at), []
    if not parameters.preempt or peer.priority >= parameters.priority:
        return _accept_master(parameters, state, peer, now), []
    if not parameters.preempt_delay or state.ready:
        # A worse master is discarded, and the timer keeps running: that is preemption.
        return replace(state, master=_master_after(parameters, state, peer, now)), []
    preempt_at = state.preempt_at or max(now + parameters.preempt_delay, state.not_before)
    # Armed once, at the first worse advertisement; until it is over Preempt_Mode is off.
    return replace(_accept_master(parameters, state, peer, now), preempt_at=preempt_at), []


def _follows_another(master: Peer | None, peer: Peer) -> bool:
    """Whether a backup has heard another master since: one that resigns repeats priority 0 until it
    hears its successor, whose backups must not take over because of that.
    """
    if master is None or master.priority == PRIORITY_RESIGN:
        return False
    return master.address != peer.address


def _accept_master(parameters: Parameters, state: Backup, peer: Peer, now: Nanoseconds) -> Backup:
    """Accept the master that was heard: learn its interval, and wait for it anew."""
    master = _master_after(parameters, state, peer, now)
    interval = master.advertisement_interval
    after = Backup(_why_backup(state, master), 0, interval, master, state.not_before)
    return _awaiting(after, now + parameters.master_down_interval(interval))


def _master_after(parameters: Parameters, state: Backup, peer: Peer, now: Nanoseconds) -> Peer:
    """Return the master after an advertisement of ``peer``: the one before, if that is better and
    was heard within half an interval. One that loses to it advertises a last time, which may also
    be handled late: what is expected goes first.
    """
    master = state.master
    if master is None or master.priority == PRIORITY_RESIGN or master.address == peer.address:
        return peer
    is_better = (master.priority, master.address) > (peer.priority, peer.address)
    waited = parameters.master_down_interval(state.master_adver_interval)
    heard_at = state.master_down_at - waited
    is_known = state.master_down_at > state.not_before  # Else it is the end of a delay.
    is_recent = is_known and now - heard_at < master.advertisement_interval // 2
    return master if is_better and is_recent else peer


def _awaiting(state: Backup, down_at: Nanoseconds) -> Backup:
    return replace(state, master_down_at=max(down_at, state.not_before))


def _why_backup(state: Backup, peer: Peer) -> str:
    if state.master == peer:
        return state.reason
    return f"{text(peer.address)} is master with priority {peer.priority}"


def claim(parameters: Parameters, state: Backup, event: Claim, now: Nanoseconds) -> Result:
    """Become master at the operator's request, in place of a live master."""
    return take_over(parameters, event, now, event.cause, displaces=True)


def shut_down(parameters: Parameters, state: Backup, event: Replaced, now: Nanoseconds) -> Result:
    """Shut down (RFC 9568 section 6.4.2): a backup sends nothing."""
    return Initialize(event.cause), []


def resign(parameters: Parameters, state: Backup, event: Resign, now: Nanoseconds) -> Result:
    """Shut down for a stop; a backup has nothing else to resign from."""
    if event.purpose is Purpose.STOP:
        return Initialize(event.cause), []
    return state, []


def interrupted(
    parameters: Parameters, state: Backup, event: Interrupted, now: Nanoseconds
) -> Result:
    """Stop taking part, for the cause."""
    return to_initialize(event, now), []
