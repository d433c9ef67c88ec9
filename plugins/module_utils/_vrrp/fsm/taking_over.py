# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Transitions of a router that is about to be master: each part waits for the one before."""

from __future__ import annotations

from dataclasses import replace
from typing import List

from ..base.constants import (
    ANNOUNCE_AGAIN_AFTER,
    ANNOUNCE_BURST,
    ANNOUNCE_BURST_DISPLACED,
    PRIORITY_RESIGN,
)
from ..base.units import Nanoseconds
from ..model.family import text
from .actions import Action, Advertise, Announce, RemoveAddresses
from .events import Confirmed, Heard, Interrupted, PriorityChanged, Replaced, Resign
from .parameters import Parameters
from .state import Initialize, Master, Purpose, Stage, TakingOver
from .transitions import (
    Result,
    advertise_first,
    install,
    schedule_announcement,
    to_backup,
    to_initialize,
)


def confirmed(
    parameters: Parameters, state: TakingOver, event: Confirmed, now: Nanoseconds
) -> Result:
    """Install the addresses once the kernel sends, and serve once they are installed; a virtual
    MAC is installed first.
    """
    is_installed = state.stage is Stage.INSTALLING
    if is_installed and parameters.virtual_mac:
        return advertise_first(parameters, state, now)
    if not is_installed and not parameters.virtual_mac:
        return install(state)
    has_advertised = parameters.virtual_mac or not state.displaces
    if has_advertised and now < state.adver_at:
        return _serve(parameters, state, state.adver_at, now, [Announce()])
    adver_at = now + parameters.advertisement_interval
    return _serve(parameters, state, adver_at, now, [Announce(), Advertise(parameters.priority)])


def _serve(
    parameters: Parameters,
    state: TakingOver,
    adver_at: Nanoseconds,
    now: Nanoseconds,
    sends: List[Action],
) -> Result:
    # The master that it displaces has a last word, which asks for announcements.
    used = (ANNOUNCE_BURST - ANNOUNCE_BURST_DISPLACED) * ANNOUNCE_AGAIN_AFTER
    after = Master(state.reason, adver_at, paid_at=now + used if state.displaces else 0)
    return schedule_announcement(parameters, after, now), sends


def heard(parameters: Parameters, state: TakingOver, event: Heard, now: Nanoseconds) -> Result:
    """Follow a better master, as a master does; any other is answered by advertising when this
    router serves, such as the last advertisement of a master that has lost to it.
    """
    peer = event.peer
    if peer.priority == PRIORITY_RESIGN or not parameters.loses_to(peer):
        return _advertise_when_serving(state, now), []
    reason = f"{text(peer.address)} is master with priority {peer.priority}"
    return to_backup(parameters, now, reason, peer)


def priority_changed(
    parameters: Parameters, state: TakingOver, event: PriorityChanged, now: Nanoseconds
) -> Result:
    """Advertise the new priority when it serves."""
    return _advertise_when_serving(state, now), []


def _advertise_when_serving(state: TakingOver, now: Nanoseconds) -> TakingOver:
    return replace(state, adver_at=min(state.adver_at, now))


def interrupted(
    parameters: Parameters, state: TakingOver, event: Interrupted, now: Nanoseconds
) -> Result:
    """Give up, for the cause."""
    return to_initialize(event, now), _withdrawal(parameters, state)


def replaced(
    parameters: Parameters, state: TakingOver, event: Replaced, now: Nanoseconds
) -> Result:
    """Shut down."""
    return Initialize(event.cause), _withdrawal(parameters, state)


def resign(parameters: Parameters, state: TakingOver, event: Resign, now: Nanoseconds) -> Result:
    """Give up: for a stop, or in favour of any other router."""
    if event.purpose is Purpose.STOP:
        return Initialize(event.cause), _withdrawal(parameters, state)
    after, _removal = to_backup(parameters, now, event.cause)
    return after, _withdrawal(parameters, state)


def _withdrawal(parameters: Parameters, state: TakingOver) -> List[Action]:
    """Return the actions that undo a takeover: peers may have heard an advertisement."""
    is_installing = state.stage is Stage.INSTALLING
    has_advertised = is_installing and not state.displaces and not parameters.virtual_mac
    resignation: List[Action] = [Advertise(PRIORITY_RESIGN)] if has_advertised else []
    return [*resignation, RemoveAddresses()]
