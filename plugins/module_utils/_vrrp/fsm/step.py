# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One virtual router: step(parameters, state, event, now) -> (state, actions).

Pure: no clock, no socket, no memory of its own. The table at the end has an entry for every pair
of state and event; a pair that changes nothing has ``_ignore``. RFC 9568 section 6.4 and RFC 3768
section 6.4; the events Claim and Resign are ours (what an operator wants).

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Dict, List, Tuple, Type

from ..base.constants import PRIORITY_RELEASE, RESIGN_LINGER, RETRY_INTERVAL
from ..base.units import Nanoseconds, describe
from ..model.family import text
from .actions import (
    Action,
    Advertise,
    Announce,
    DrainUndone,
    InstallAddresses,
    RemoveAddresses,
)
from .events import (
    AddressesLost,
    Claim,
    Event,
    Heard,
    Interrupted,
    Reconfigured,
    Replaced,
    Resign,
    Startup,
    TimerExpired,
)
from .parameters import Parameters
from .state import Backup, Initialize, Master, Peer, Purpose, Resigning, State

Result = Tuple[State, List[Action]]


def step(parameters: Parameters, state: State, event: Event, now: Nanoseconds) -> Result:
    """Let one event happen to one virtual router at the time ``now``."""
    before: List[Action] = []
    if _was_paused(parameters, state, now) and not isinstance(event, (Interrupted, Replaced)):
        state, before = _step_down_after_pause(parameters, state, now)
    handler = TABLE[type(state), type(event)]
    after, actions = handler(parameters, state, event, now)
    return after, before + actions


def next_deadline(state: State) -> Nanoseconds | None:
    """When the router next needs a TimerExpired; None: not before something else happens."""
    if isinstance(state, Initialize):
        return state.retry_at
    if isinstance(state, Backup):
        return state.master_down_at
    if isinstance(state, Resigning):
        return min(state.adver_at, state.give_up_at)
    return state.adver_at if state.announce_at is None else min(state.adver_at, state.announce_at)


# --- A pause: stopped machine, SIGSTOP, overload ------------------------------------------------


def _was_paused(parameters: Parameters, state: State, now: Nanoseconds) -> bool:
    """Whether a master was silent so long that a peer may be master by now."""
    if not isinstance(state, (Master, Resigning)):
        return False
    if isinstance(state, Resigning) and state.successor is not None:
        return False  # There is another master, and silence is what it expects of us.
    silent_since = state.adver_at - parameters.advertisement_interval
    return now - silent_since > parameters.presumed_dead_after


def _step_down_after_pause(parameters: Parameters, state: State, now: Nanoseconds) -> Result:
    """Don't speak as master first and ask later: step down, listen, take part again."""
    if isinstance(state, Resigning) and state.purpose is Purpose.STOP:
        return Initialize(state.reason), [RemoveAddresses()]
    return _to_backup(parameters, now, "was paused longer than the peers wait for a master")


# --- Transitions ---------------------------------------------------------------------------------


def _to_backup(
    parameters: Parameters, now: Nanoseconds, reason: str, peer: Peer | None = None
) -> Result:
    state = _listen(parameters, now, reason, peer)
    return state, [RemoveAddresses()]


def _listen(
    parameters: Parameters, now: Nanoseconds, reason: str, peer: Peer | None = None
) -> Backup:
    """Backup with a fresh Master_Down_Timer, on the interval of ``peer`` if one was heard."""
    interval = peer.advertisement_interval if peer else parameters.advertisement_interval
    down_at = now + parameters.master_down_interval(interval)
    return Backup(reason, down_at, interval, peer)


def _to_master(
    parameters: Parameters, now: Nanoseconds, reason: str, displaces: bool = False
) -> Result:
    """RFC 9568 section 6.4.2 (355), with the addresses installed before the peers are told.

    ``displaces``: there is a living master, which stops serving the moment it hears us. Its
    clients have to be told before it does.
    """
    announce_at = now + parameters.announce_delay if parameters.announce_delay else None
    state = Master(reason, now + parameters.advertisement_interval, announce_at)
    tell: List[Action] = [Advertise(parameters.priority), Announce()]
    return state, [InstallAddresses(), *(reversed(tell) if displaces else tell)]


def _to_initialize(cause: str, retry: bool, now: Nanoseconds) -> Initialize:
    return Initialize(cause, now + RETRY_INTERVAL if retry else None)


# --- Any state -----------------------------------------------------------------------------------


def _ignore(parameters: Parameters, state: State, event: Event, now: Nanoseconds) -> Result:
    return state, []


# --- Initialize ----------------------------------------------------------------------------------


def _initialize_startup(
    parameters: Parameters, state: Initialize, event: Startup, now: Nanoseconds
) -> Result:
    """RFC 9568 section 6.4.1: the owner starts as master, everybody else listens."""
    if parameters.is_owner and not parameters.stay_out:
        return _to_master(parameters, now, "owns the addresses")
    return _to_backup(parameters, now, "started, listening for a master")


def _initialize_interrupted(
    parameters: Parameters, state: Initialize, event: Interrupted, now: Nanoseconds
) -> Result:
    return _to_initialize(event.cause, event.retry, now), []


def _initialize_ends(
    parameters: Parameters, state: Initialize, event: Any, now: Nanoseconds
) -> Result:
    return Initialize(event.cause), []


# --- Backup --------------------------------------------------------------------------------------


def _backup_wakeup(
    parameters: Parameters, state: Backup, event: TimerExpired, now: Nanoseconds
) -> Result:
    if now < state.master_down_at:
        return state, []
    waited = parameters.master_down_interval(state.master_adver_interval)
    if now - state.master_down_at > waited:
        # So late a wake-up means that we did not run: what was sent meanwhile is unknown.
        return _listen(parameters, now, "was paused, listening for a master"), []
    if parameters.stay_out:
        return _listen(parameters, now, "drained; no other master is heard"), []
    preempts = _is_worse(parameters, state.master)
    reason = _why_takeover(state.master, preempts, waited)
    return _to_master(parameters, now, reason, displaces=preempts)


def _is_worse(parameters: Parameters, master: Peer | None) -> bool:
    if master is None or not parameters.preempt:
        return False
    return PRIORITY_RELEASE < master.priority < parameters.priority


def _why_takeover(master: Peer | None, preempts: bool, waited: Nanoseconds) -> str:
    if master is None:
        return f"no master was heard for {describe(waited)}"
    peer = text(master.address)
    if preempts:
        return f"preempts {peer}, which has priority {master.priority}"
    if master.priority == PRIORITY_RELEASE:
        return f"{peer} resigned"
    return f"{peer} was not heard for {describe(waited)}"


def _backup_heard(parameters: Parameters, state: Backup, event: Heard, now: Nanoseconds) -> Result:
    """RFC 9568 section 6.4.2 (400 to 470). Only a master breaks ties by address."""
    peer = event.peer
    if peer.priority == PRIORITY_RELEASE:
        down_at = now + parameters.skew_time(state.master_adver_interval)
        return replace(state, master_down_at=down_at, master=peer), []
    if not parameters.preempt or peer.priority >= parameters.priority:
        interval = peer.advertisement_interval
        down_at = now + parameters.master_down_interval(interval)
        return Backup(_why_backup(state, peer), down_at, interval, peer), []
    # A worse master is discarded and the timer keeps running: this is how preemption works.
    return replace(state, master=peer), []


def _why_backup(state: Backup, peer: Peer) -> str:
    if state.master == peer:
        return state.reason
    return f"{text(peer.address)} is master with priority {peer.priority}"


def _backup_claim(parameters: Parameters, state: Backup, event: Claim, now: Nanoseconds) -> Result:
    return _to_master(parameters, now, event.cause, displaces=True)


def _backup_ends(parameters: Parameters, state: Backup, event: Any, now: Nanoseconds) -> Result:
    # RFC 9568 section 6.4.2 (315): a backup that shuts down sends nothing.
    return Initialize(event.cause), []


def _backup_resign(
    parameters: Parameters, state: Backup, event: Resign, now: Nanoseconds
) -> Result:
    if event.purpose is Purpose.STOP:
        return Initialize(event.cause), []
    return state, []


def _backup_interrupted(
    parameters: Parameters, state: Backup, event: Interrupted, now: Nanoseconds
) -> Result:
    return _to_initialize(event.cause, event.retry, now), []


# --- Master --------------------------------------------------------------------------------------


def _master_wakeup(
    parameters: Parameters, state: Master, event: TimerExpired, now: Nanoseconds
) -> Result:
    actions: List[Action] = []
    if now >= state.adver_at:
        actions.append(Advertise(parameters.priority))
        state = replace(state, adver_at=_next_beat(state.adver_at, parameters, now))
    if state.announce_at is not None and now >= state.announce_at:
        actions.append(Announce())
        state = replace(state, announce_at=None)
    return state, actions


def _next_beat(adver_at: Nanoseconds, parameters: Parameters, now: Nanoseconds) -> Nanoseconds:
    """Keep the rhythm of the timer, so that late wake-ups do not add up; after a gap start anew."""
    planned = adver_at + parameters.advertisement_interval
    return planned if planned > now else now + parameters.advertisement_interval


def _master_heard(parameters: Parameters, state: Master, event: Heard, now: Nanoseconds) -> Result:
    """RFC 9568 section 6.4.3 (700 to 770)."""
    peer = event.peer
    if peer.priority == PRIORITY_RELEASE:
        adver_at = now + parameters.advertisement_interval
        return replace(state, adver_at=adver_at), [Advertise(parameters.priority)]
    if parameters.loses_to(peer):
        reason = f"{text(peer.address)} is master with priority {peer.priority}"
        return _to_backup(parameters, now, reason, peer)
    # "Send an ADVERTISEMENT immediately to assert the state to the sending router and to any
    # learning bridges": the Adver_Timer is not reset. The other has announced the addresses, so
    # they are announced again, before it hears us and stops serving, and an interval later.
    announce_at = now + parameters.advertisement_interval
    return replace(state, announce_at=announce_at), [Announce(), Advertise(parameters.priority)]


def _master_resign(
    parameters: Parameters, state: Master, event: Resign, now: Nanoseconds
) -> Result:
    """Promise: planned moves lose nothing. Say that we go, and serve until a successor is heard."""
    after = Resigning(
        event.cause,
        event.purpose,
        now + parameters.advertisement_interval,
        now + parameters.successor_wait,
    )
    return after, [Advertise(PRIORITY_RELEASE)]


def _master_interrupted(
    parameters: Parameters, state: State, event: Interrupted, now: Nanoseconds
) -> Result:
    told: List[Action] = [Advertise(PRIORITY_RELEASE)] if event.tell else []
    return _to_initialize(event.cause, event.retry, now), [*told, RemoveAddresses()]


def _master_replaced(
    parameters: Parameters, state: State, event: Replaced, now: Nanoseconds
) -> Result:
    return Initialize(event.cause), [Advertise(PRIORITY_RELEASE), RemoveAddresses()]


def _master_reconfigured(
    parameters: Parameters, state: Master, event: Reconfigured, now: Nanoseconds
) -> Result:
    after = replace(state, adver_at=now + parameters.advertisement_interval)
    return after, [InstallAddresses(), Advertise(parameters.priority), Announce()]


def _addresses_lost(
    parameters: Parameters, state: State, event: AddressesLost, now: Nanoseconds
) -> Result:
    return state, [InstallAddresses(), Announce()]


# --- Resigning -----------------------------------------------------------------------------------


def _resigning_wakeup(
    parameters: Parameters, state: Resigning, event: TimerExpired, now: Nanoseconds
) -> Result:
    if now >= state.give_up_at:
        return _resigning_over(parameters, state, now)
    if now < state.adver_at or state.successor is not None:
        return state, []
    # The first priority 0 may have been lost.
    after = replace(state, adver_at=now + parameters.advertisement_interval)
    return after, [Advertise(PRIORITY_RELEASE)]


def _resigning_over(parameters: Parameters, state: Resigning, now: Nanoseconds) -> Result:
    if state.purpose is Purpose.STOP:
        return Initialize(state.reason), [RemoveAddresses()]
    if state.successor is not None:
        return _to_backup(parameters, now, state.reason, state.successor)
    if parameters.stay_out:
        return _to_backup(parameters, now, f"{state.reason}; nobody took over")
    cause = f"no other master was heard for {describe(parameters.successor_wait)}"
    return _serve_on(parameters, now, f"drain undone: {cause}"), [DrainUndone(cause)]


def _serve_on(parameters: Parameters, now: Nanoseconds, reason: str) -> Master:
    """Master again without having stopped; the Reconfigured that follows tells the peers."""
    return Master(reason, now + parameters.advertisement_interval)


def _resigning_heard(
    parameters: Parameters, state: Resigning, event: Heard, now: Nanoseconds
) -> Result:
    """Any other master ends the wait, however low its priority: we have left the election."""
    if event.peer.priority == PRIORITY_RELEASE or state.successor is not None:
        return state, []
    after = replace(
        state,
        give_up_at=now + RESIGN_LINGER,
        adver_at=now + parameters.advertisement_interval,
        successor=event.peer,
    )
    return after, []


def _resigning_claim(
    parameters: Parameters, state: Resigning, event: Claim, now: Nanoseconds
) -> Result:
    if state.purpose is Purpose.STOP:
        return state, []
    return _to_master(parameters, now, event.cause)


def _resigning_resign(
    parameters: Parameters, state: Resigning, event: Resign, now: Nanoseconds
) -> Result:
    """A stop that meets a drain under way makes it final; the wait is not started again."""
    if event.purpose is Purpose.STOP:
        return replace(state, purpose=Purpose.STOP, reason=event.cause), []
    return state, []


Handler = Callable[[Parameters, Any, Any, Nanoseconds], Result]

TABLE: Dict[Tuple[Type[State], Type[Event]], Handler] = {
    (Initialize, Startup): _initialize_startup,
    (Initialize, Interrupted): _initialize_interrupted,
    (Initialize, Replaced): _initialize_ends,
    (Initialize, TimerExpired): _ignore,  # The engine looks at the interface and sends Startup.
    (Initialize, Heard): _ignore,  # RFC 9568 section 6.4.1 knows only Startup.
    (Initialize, Claim): _ignore,  # Nothing to serve on; the intent is kept for later.
    (Initialize, Resign): _initialize_ends,
    (Initialize, Reconfigured): _ignore,  # Nobody to tell.
    (Initialize, AddressesLost): _ignore,  # Not ours.
    (Backup, Startup): _ignore,  # Takes part already.
    (Backup, Interrupted): _backup_interrupted,
    (Backup, Replaced): _backup_ends,
    (Backup, TimerExpired): _backup_wakeup,
    (Backup, Heard): _backup_heard,
    (Backup, Claim): _backup_claim,
    (Backup, Resign): _backup_resign,
    (Backup, Reconfigured): _ignore,  # The next master heard sets the timer anew.
    (Backup, AddressesLost): _ignore,  # Not ours.
    (Master, Startup): _ignore,  # Takes part already.
    (Master, Interrupted): _master_interrupted,
    (Master, Replaced): _master_replaced,
    (Master, TimerExpired): _master_wakeup,
    (Master, Heard): _master_heard,
    (Master, Claim): _ignore,  # Master already.
    (Master, Resign): _master_resign,
    (Master, Reconfigured): _master_reconfigured,
    (Master, AddressesLost): _addresses_lost,
    (Resigning, Startup): _ignore,  # Takes part already.
    (Resigning, Interrupted): _master_interrupted,
    (Resigning, Replaced): _master_replaced,
    (Resigning, TimerExpired): _resigning_wakeup,
    (Resigning, Heard): _resigning_heard,
    (Resigning, Claim): _resigning_claim,
    (Resigning, Resign): _resigning_resign,
    (Resigning, Reconfigured): _ignore,  # Leaving; the peers know all they need.
    (Resigning, AddressesLost): _addresses_lost,
}
