# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Entries into a state that more than one transition uses."""

from __future__ import annotations

from dataclasses import replace
from typing import List, Tuple

from ..base.constants import RETRY_INTERVAL
from ..base.units import Nanoseconds
from .actions import (
    Action,
    Advertise,
    Announce,
    InstallAddresses,
    RemoveAddresses,
)
from .parameters import Parameters
from .state import Backup, Initialize, Master, Peer, State

Result = Tuple[State, List[Action]]


def to_backup(
    parameters: Parameters, now: Nanoseconds, reason: str, peer: Peer | None = None
) -> Result:
    """Enter Backup (RFC 9568 sections 6.4.1 and 6.4.3); ``peer`` is the master that was heard, if
    any.
    """
    state = restart_listening(parameters, now, reason, peer)
    return state, [RemoveAddresses()]


def restart_listening(
    parameters: Parameters, now: Nanoseconds, reason: str, peer: Peer | None = None
) -> Backup:
    """Return Backup with a restarted Master_Down_Timer, by the interval of ``peer`` if one was
    heard.
    """
    interval = peer.advertisement_interval if peer else parameters.advertisement_interval
    down_at = now + parameters.master_down_interval(interval)
    return Backup(reason, down_at, interval, peer)


def to_master(
    parameters: Parameters, now: Nanoseconds, reason: str, displaces: bool = False
) -> Result:
    """Enter Master (RFC 9568 section 6.4.2), with the addresses installed before the advertisement.

    ``displaces``: a live master stops serving the moment it hears the advertisement. So the
    addresses are announced before, unless the switches learn from the advertisement itself.
    """
    state = Master(reason, now + parameters.advertisement_interval)
    state = schedule_announcement(parameters, state, now)
    sends: List[Action] = [Advertise(parameters.priority), Announce()]
    if displaces and not parameters.virtual_mac:
        sends.reverse()
    return state, [InstallAddresses(), *sends]


def schedule_announcement(parameters: Parameters, state: Master, now: Nanoseconds) -> Master:
    """Return a master that has just announced its addresses, and does so once more after the
    announcement delay.
    """
    delay = parameters.announce_delay
    announced = replace(state, announce_at=(now + delay,) if delay else ())
    return restart_refresh(parameters, announced, now)


def restart_refresh(parameters: Parameters, state: Master, now: Nanoseconds) -> Master:
    """Return a master that has just announced its addresses, and does so again after the refresh
    period, if there is one.
    """
    period = parameters.announce_refresh
    return replace(state, refresh_at=now + period if period else None)


def start_delayed(parameters: Parameters, state: State, now: Nanoseconds) -> State:
    """Return a started backup that does not take over before its start-up delay is over."""
    if not isinstance(state, Backup) or not parameters.startup_delay:
        return state
    not_before = now + parameters.startup_delay
    down_at = max(state.master_down_at, not_before)
    return replace(state, not_before=not_before, master_down_at=down_at)


def postponed(state: State, by: Nanoseconds) -> State:
    """Return a state that was entered later by as much as the work took that it brought along: it
    could not hear before, or not advertise.
    """
    if isinstance(state, Backup):
        return replace(state, master_down_at=state.master_down_at + by)
    if isinstance(state, Master):
        return replace(state, adver_at=state.adver_at + by)
    return state


def to_initialize(cause: str, retry: bool, now: Nanoseconds) -> Initialize:
    """Enter Initialize for a cause; with ``retry`` the router tries to start again later."""
    return Initialize(cause, now + RETRY_INTERVAL if retry else None)
