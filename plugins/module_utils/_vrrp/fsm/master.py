# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Transitions of a master (RFC 9568 section 6.4.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import List, Sequence, Union

from ..base.constants import (
    ADVER_GRID_DIVISOR,
    ADVER_GRID_MAX,
    ANNOUNCE_AGAIN_AFTER,
    ANNOUNCE_BURST,
    ANNOUNCE_SETTLED_AFTER,
    PRIORITY_RESIGN,
)
from ..base.units import Nanoseconds
from ..model.family import text
from .actions import (
    Action,
    Advertise,
    Announce,
    Confirm,
    InstallAddresses,
    RemoveAddresses,
)
from .events import (
    Confirmed,
    Heard,
    Interrupted,
    PriorityChanged,
    Reconfigured,
    Replaced,
    Resign,
    TimerExpired,
    Unannounced,
)
from .parameters import Parameters
from .state import Initialize, Master, Resigning
from .transitions import (
    Result,
    peer_takeover_at,
    restart_refresh,
    schedule_announcement,
    stop_serving,
    to_backup,
)


def timer_expired(
    parameters: Parameters, state: Master, event: TimerExpired, now: Nanoseconds
) -> Result:
    """Advertise when the Adver_Timer fires (RFC 9568 section 6.4.3), and announce when due."""
    actions: List[Action] = []
    if now >= state.adver_at:
        actions.append(Advertise(parameters.priority))
        state = replace(state, adver_at=_next_adver_at(state.adver_at, parameters, now))
    later = tuple(at for at in state.announce_at if at > now)
    is_refresh = state.refresh_at is not None and now >= state.refresh_at
    if is_refresh or later != state.announce_at:
        actions.append(Announce(refresh=later == state.announce_at))
        state = restart_refresh(parameters, replace(state, announce_at=later), now)
    return state, actions


def _next_adver_at(adver_at: Nanoseconds, parameters: Parameters, now: Nanoseconds) -> Nanoseconds:
    """Count from the planned time, so that late wake-ups do not add up; after a gap, from now.

    The times are on a grid that all routers with that interval share, so that many advertisements
    leave on one wake-up: the first one after one that was not on the grid comes a little early.
    """
    interval = parameters.advertisement_interval
    planned = adver_at + interval
    if planned <= now:
        planned = now + interval
    on_grid = planned - planned % min(ADVER_GRID_MAX, interval // ADVER_GRID_DIVISOR)
    return on_grid if on_grid > now else planned


def heard(parameters: Parameters, state: Master, event: Heard, now: Nanoseconds) -> Result:
    """Answer priority 0, step down for a better router, and assert mastership against a worse one
    (RFC 9568 section 6.4.3).
    """
    peer = event.peer
    if peer.priority == PRIORITY_RESIGN:
        # Its clients have to find this router.
        adver_at = now + parameters.advertisement_interval
        after, announcement = _announce_again(replace(state, adver_at=adver_at), now)
        return after, [Advertise(parameters.priority), *announcement]
    if parameters.loses_to(peer):
        return _yield_to(parameters, event, now)
    # A lower-priority advertisement: "Send an ADVERTISEMENT immediately to assert the {Active}
    # state to the sending VRRP Router and to update any learning bridges with the correct Active
    # VRRP Router path." The Adver_Timer is not reset.
    if parameters.silent_since is not None:
        # The kernel refuses advertisements: the other goes on, and this router withdraws soon.
        return state, [Advertise(parameters.priority)]
    after, announcement = _announce_again(state, now)
    return after, [Advertise(parameters.priority), *announcement]


def _yield_to(parameters: Parameters, event: Heard, now: Nanoseconds) -> Result:
    """Step down for a better router, after a last advertisement, as if it had just been due.

    The better one answers that by announcing the addresses. Where the two have not heard each other
    for a while, it would not know that clients have found them here meanwhile.
    """
    peer = event.peer
    reason = f"{text(peer.address)} is master with priority {peer.priority}"
    after, removal = to_backup(parameters, now, reason, peer)
    return after, [Advertise(parameters.priority), *removal]


def _announce_again(state: Master, now: Nanoseconds) -> Result:
    """Announce at once, as the other has announced the addresses; and twice more, because it may
    announce after it has advertised, and may not stop at once.

    Anybody can ask for it, so what comes too often is postponed.
    """
    price = ANNOUNCE_AGAIN_AFTER
    paid_at = max(state.paid_at, now)
    affordable = (now + ANNOUNCE_BURST * price - paid_at) // price
    if affordable < 1:
        at = paid_at - (ANNOUNCE_BURST - 1) * price
        wanted = [] if any(one <= at for one in state.announce_at) else [at]
        return _with_announcements(state, wanted, paid_at + len(wanted) * price), []
    again_at = now + ANNOUNCE_AGAIN_AFTER
    is_planned = any(one > again_at - ANNOUNCE_AGAIN_AFTER // 2 for one in state.announce_at)
    wanted = [now + ANNOUNCE_SETTLED_AFTER, *([] if is_planned else [again_at])]
    wanted = wanted[: affordable - 1]
    return _with_announcements(state, wanted, paid_at + (1 + len(wanted)) * price), [Announce()]


def _with_announcements(
    state: Master, wanted: Sequence[Nanoseconds], paid_at: Nanoseconds
) -> Master:
    planned = tuple(sorted({*state.announce_at, *wanted}))
    return replace(state, announce_at=planned, paid_at=paid_at)


def resign(parameters: Parameters, state: Master, event: Resign, now: Nanoseconds) -> Result:
    """Resign without losing a packet: send priority 0, and serve until a successor is heard."""
    after = Resigning(
        event.cause,
        event.purpose,
        now + parameters.advertisement_interval,
        now + parameters.successor_wait,
    )
    return after, [Advertise(PRIORITY_RESIGN)]


def interrupted(
    parameters: Parameters, state: Master, event: Interrupted, now: Nanoseconds
) -> Result:
    """Stop serving at once, after priority 0 if the peers can be notified. If not, it may be over
    before one of them takes over.
    """
    after, actions = stop_serving(event, now)
    if event.resumable and not event.notify_peers:
        after = replace(after, resume_by=peer_takeover_at(parameters, state))
    return after, actions


def replaced(
    parameters: Parameters, state: Union[Master, Resigning], event: Replaced, now: Nanoseconds
) -> Result:
    """Send priority 0, and remove the addresses (RFC 9568 section 6.4.3)."""
    return Initialize(event.cause), [Advertise(PRIORITY_RESIGN), RemoveAddresses()]


def reconfigured(
    parameters: Parameters, state: Master, event: Reconfigured, now: Nanoseconds
) -> Result:
    """Install the new settings at once, and make them known once they are installed."""
    return schedule_announcement(parameters, state, now), [InstallAddresses(), Confirm()]


def confirmed(parameters: Parameters, state: Master, event: Confirmed, now: Nanoseconds) -> Result:
    """Advertise and announce what has just been installed."""
    after = replace(state, adver_at=now + parameters.advertisement_interval)
    return after, [Advertise(parameters.priority), Announce()]


def priority_changed(
    parameters: Parameters, state: Master, event: PriorityChanged, now: Nanoseconds
) -> Result:
    """Advertise the new priority at once."""
    after = replace(state, adver_at=now + parameters.advertisement_interval)
    return after, [Advertise(parameters.priority)]


def unannounced(
    parameters: Parameters, state: Master, event: Unannounced, now: Nanoseconds
) -> Result:
    """Announce the addresses as after a takeover."""
    return schedule_announcement(parameters, state, now), [Announce()]
