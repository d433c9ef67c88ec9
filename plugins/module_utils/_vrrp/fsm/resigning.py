# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Transitions of a master that has sent priority 0 and serves until it hears a successor."""

from __future__ import annotations

from dataclasses import replace

from ..base.constants import PRIORITY_RESIGN, RESIGN_LINGER
from ..base.units import Nanoseconds, describe
from .actions import Advertise, Announce, DrainUndone, RemoveAddresses
from .events import Claim, Heard, Interrupted, Reinstated, Resign, TimerExpired, Unannounced
from .parameters import Parameters
from .state import Initialize, Master, Purpose, Resigning
from .transitions import Result, serve_again, stop_serving, to_backup


def timer_expired(
    parameters: Parameters, state: Resigning, event: TimerExpired, now: Nanoseconds
) -> Result:
    """Repeat priority 0 until a successor is heard; in the end remove the addresses, or serve
    again.
    """
    if now >= state.give_up_at:
        return _give_up(parameters, state, now)
    if now < state.adver_at or state.successor is not None:
        return state, []
    # The first priority 0 may have been lost.
    after = replace(state, adver_at=now + parameters.advertisement_interval)
    return after, [Advertise(PRIORITY_RESIGN)]


def _give_up(parameters: Parameters, state: Resigning, now: Nanoseconds) -> Result:
    if state.purpose is Purpose.STOP:
        return Initialize(state.reason), [RemoveAddresses()]
    if state.successor is not None:
        return to_backup(parameters, now, state.reason, state.successor)
    if parameters.forced_backup or state.purpose is Purpose.GROUP:
        return to_backup(parameters, now, f"{state.reason}; nobody took over")
    cause = f"no other master was heard for {describe(parameters.successor_wait)}"
    return _serve_on(parameters, now, f"drain undone: {cause}"), [DrainUndone(cause)]


def _serve_on(parameters: Parameters, now: Nanoseconds, reason: str) -> Master:
    """Return to Master without having stopped serving; the Reconfigured that follows notifies
    peers.
    """
    return Master(reason, now + parameters.advertisement_interval)


def heard(parameters: Parameters, state: Resigning, event: Heard, now: Nanoseconds) -> Result:
    """Accept any other master as successor, whatever its priority: this router has resigned."""
    if event.peer.priority == PRIORITY_RESIGN or state.successor is not None:
        return state, []
    after = replace(
        state,
        give_up_at=now + RESIGN_LINGER,
        adver_at=now + parameters.advertisement_interval,
        successor=event.peer,
    )
    return after, []


def claim(parameters: Parameters, state: Resigning, event: Claim, now: Nanoseconds) -> Result:
    """Become master again, unless the router is stopping."""
    if state.purpose is Purpose.STOP:
        return state, []
    return serve_again(parameters, state, now, event.cause)


def reinstated(
    parameters: Parameters, state: Resigning, event: Reinstated, now: Nanoseconds
) -> Result:
    """Become master again, or backup if a successor is heard already."""
    if state.successor is not None:
        return to_backup(parameters, now, "is configured again", state.successor)
    return serve_again(parameters, state, now, "is configured again")


def interrupted(
    parameters: Parameters, state: Resigning, event: Interrupted, now: Nanoseconds
) -> Result:
    """Stop serving at once; a router that has resigned does not go on as master."""
    return stop_serving(event, now)


def unannounced(
    parameters: Parameters, state: Resigning, event: Unannounced, now: Nanoseconds
) -> Result:
    """Announce the addresses, unless a successor has them, too."""
    return state, [] if state.successor is not None else [Announce()]


def resign(parameters: Parameters, state: Resigning, event: Resign, now: Nanoseconds) -> Result:
    """Make a resignation final when a stop follows; the wait is not restarted."""
    if event.purpose is Purpose.STOP:
        return replace(state, purpose=Purpose.STOP, reason=event.cause), []
    return state, []
