# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Entries into a state that more than one transition uses."""

from __future__ import annotations

from dataclasses import replace
from typing import List, Tuple, Union

from ..base.constants import PRIORITY_RESIGN
from ..base.units import Nanoseconds
from .actions import Action, Advertise, Confirm, InstallAddresses, Probe, RemoveAddresses
from .events import Event, Interrupted, name_of
from .parameters import Parameters
from .state import Backup, Initialize, Master, Peer, Resigning, Stage, State, TakingOver

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


def take_over(
    parameters: Parameters, event: Event, now: Nanoseconds, reason: str, displaces: bool = False
) -> Result:
    """Begin to become master (RFC 9568 section 6.4.2).

    When nobody is heard, the advertisement comes first: a router that can't send must not serve.
    ``displaces``: a living master stops serving the moment that it hears the advertisement, so
    that comes last. Then a probe is sent first, unless it is known that the kernel sends. The
    interface of a virtual MAC can't send before it is up, as on a master only.
    """
    adver_at = now + parameters.advertisement_interval
    begun = TakingOver(name_of(event), reason, Stage.INSTALLING, displaces, adver_at)
    if parameters.virtual_mac or (displaces and parameters.sends):
        return install(begun)
    if displaces:
        return replace(begun, stage=Stage.PROBING), [Probe(), Confirm()]
    return advertise_first(parameters, begun, now)


def advertise_first(parameters: Parameters, state: TakingOver, now: Nanoseconds) -> Result:
    """Advertise for the first time."""
    adver_at = now + parameters.advertisement_interval
    after = replace(state, stage=Stage.ADVERTISING, adver_at=adver_at)
    return after, [Advertise(parameters.priority), Confirm()]


def install(state: TakingOver) -> Result:
    """Install the addresses of a router that is about to be master."""
    return replace(state, stage=Stage.INSTALLING), [InstallAddresses(), Confirm()]


def serve_again(parameters: Parameters, state: Resigning, now: Nanoseconds, reason: str) -> Result:
    """Return to Master from a resignation: the router has not stopped serving."""
    after = schedule_announcement(parameters, Master(reason, state.adver_at), now)
    return after, [InstallAddresses(), Confirm()]


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
    """Return a started backup that does not take over before its delays are over."""
    earliest_at = not_before(parameters, now)
    if not isinstance(state, Backup) or earliest_at <= now:
        return state
    down_at = max(state.master_down_at, earliest_at)
    return replace(state, not_before=earliest_at, master_down_at=down_at)


def not_before(parameters: Parameters, now: Nanoseconds) -> Nanoseconds:
    """Return the time before which a router that starts now does not become master by itself: time
    is counted from the start of the host.
    """
    return max(now + parameters.startup_delay, parameters.boot_delay)


def postponed(state: State, by: Nanoseconds) -> State:
    """Return a state that was entered later by as much as the work took that it brought along: it
    could not hear before, or not advertise.
    """
    if isinstance(state, Backup):
        return replace(state, master_down_at=state.master_down_at + by)
    if isinstance(state, Master):
        return replace(state, adver_at=state.adver_at + by)
    return state


def to_initialize(event: Interrupted, now: Nanoseconds) -> Initialize:
    """Enter Initialize for the cause of an interruption."""
    retry_at = None if event.retry_after is None else now + event.retry_after
    return Initialize(event.cause, retry_at)


def stop_serving(event: Interrupted, now: Nanoseconds) -> Tuple[Initialize, List[Action]]:
    """Enter Initialize from a state in which the addresses are served."""
    resignation: List[Action] = [Advertise(PRIORITY_RESIGN)] if event.notify_peers else []
    return to_initialize(event, now), [*resignation, RemoveAddresses()]


def last_heard_at(parameters: Parameters, state: Union[Master, Resigning]) -> Nanoseconds:
    """Return the time at which the peers last heard this router."""
    if parameters.silent_since is not None:
        return parameters.silent_since
    return state.adver_at - parameters.advertisement_interval


def peer_takeover_at(parameters: Parameters, state: Union[Master, Resigning]) -> Nanoseconds:
    """Return the time from which a peer may take over, unless it hears this router before."""
    return last_heard_at(parameters, state) + parameters.takeover_after


def was_paused(parameters: Parameters, state: State, now: Nanoseconds) -> bool:
    """Whether a master was silent so long that a peer is to be expected as master by now."""
    if not isinstance(state, (Master, Resigning)):
        return False
    if isinstance(state, Resigning) and state.successor is not None:
        return False  # There is another master, which expects this router to be silent.
    return now > last_heard_at(parameters, state) + parameters.tolerated_silence
