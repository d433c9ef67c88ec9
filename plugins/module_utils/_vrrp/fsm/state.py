# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The states of one virtual router, each with only the fields that have a meaning in it.

::

    Initialize --startup--> Backup --master down, claim--> TakingOver --confirmed--> Master
         ^                    ^                                                        |
         |                    |-------------------- superior heard -------------------|
         |                    |                                                        v  resign
         |                    '------------------ successor heard --------------- Resigning
         '--- shutdown, interrupted: from every state

RFC 9568 calls Master "Active"; this collection keeps the word of keepalived, Junos and operators.
``TakingOver`` is an addition: a backup that is about to be master, and waits for the kernel to
confirm what that takes; the status shows it as a backup.
``Resigning`` is an addition: a master that has sent priority 0 and serves until it hears its
successor; the status shows it as a master. All ``*_at`` are points in time in nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Tuple, Union

from ..base.slots import slotted
from ..base.units import Nanoseconds
from ..model.event_type import EventType

MASTER = "MASTER"  # The name of the states in which a router serves.


@slotted
@dataclass(frozen=True)
class Peer:
    """Another router, by its last advertisement; ``address`` is the packed source."""

    address: bytes
    priority: int
    advertisement_interval: Nanoseconds


@dataclass(frozen=True)
class Initialize:
    """Takes no part, for a ``reason``. ``retry_at`` is the time of the next attempt to start, if
    any. ``resume_by``: until this time no peer can have taken over from it, if it was master.
    ``event_type``: the type of the event that keeps it out.
    """

    reason: str
    retry_at: Nanoseconds | None = None
    resume_by: Nanoseconds | None = None
    event_type: EventType = field(default=EventType.STARTUP, compare=False)


@slotted
@dataclass(frozen=True)
class Backup:
    """Listens. ``master_adver_interval`` is learned from the master (RFC 9568 section 6.1).

    ``not_before``: the end of the start-up delay; no takeover earlier. ``preempt_at`` is set while
    a worse master is left alone for the preemption delay. ``ready``: would be master if all of its
    sync group were ready; ``was_delayed``: after the preemption delay.
    """

    reason: str
    master_down_at: Nanoseconds
    master_adver_interval: Nanoseconds
    master: Peer | None = None
    not_before: Nanoseconds = 0
    preempt_at: Nanoseconds | None = None
    ready: bool = False
    was_delayed: bool = field(default=False, compare=False)


@slotted
@dataclass(frozen=True)
class Master:
    """Serves the addresses. ``announce_at`` are the times of the next announcements, in order, and
    ``refresh_at`` that of the next periodic one. ``paid_at`` limits how often others can ask for
    announcements: each one costs a second, and the time at which all are paid is this.
    """

    reason: str
    adver_at: Nanoseconds
    announce_at: Tuple[Nanoseconds, ...] = ()
    refresh_at: Nanoseconds | None = None
    paid_at: Nanoseconds = 0


class Stage(Enum):
    """The part of a takeover that the kernel has to confirm next: that it sends VRRP at all, the
    first advertisement, or the addresses.
    """

    PROBING = "probing"
    ADVERTISING = "advertising"
    INSTALLING = "installing"


@slotted
@dataclass(frozen=True)
class TakingOver:
    """Is about to be master, because of ``event``, which is of ``event_type``. ``displaces``: a
    living master serves until it hears this router, which advertises last then; else it has
    advertised first, and does so next at ``adver_at``.
    """

    event: str
    reason: str
    stage: Stage
    displaces: bool
    adver_at: Nanoseconds
    event_type: EventType = field(default=EventType.NONE, compare=False)


class Purpose(Enum):
    """The purpose of a resignation, which decides what follows when no other router takes over.

    DRAIN is undone, STOP ends in Initialize, GROUP (the rest of the sync group lost mastership)
    ends in Backup.
    """

    DRAIN = "drain"
    STOP = "stop"
    GROUP = "group"


@dataclass(frozen=True)
class Resigning:
    """Has sent priority 0 and still serves. ``adver_at`` is the time to repeat it.

    A successor has to be heard by ``give_up_at``. Once one is heard, ``successor`` is that peer and
    ``give_up_at`` the time at which the addresses are removed. ``event_type`` is that of the event
    that made it resign.
    """

    reason: str
    purpose: Purpose
    adver_at: Nanoseconds
    give_up_at: Nanoseconds
    successor: Peer | None = None
    event_type: EventType = field(default=EventType.NONE, compare=False)


State = Union[Initialize, Backup, TakingOver, Master, Resigning]


def master_seen(state: State, itself: Peer) -> Peer | None:
    """Return the master as a router in this state sees it: ``itself``, a peer, or nobody."""
    if isinstance(state, Master):
        return itself
    if isinstance(state, Resigning):
        return state.successor
    return state.master if isinstance(state, Backup) else None


def awaits(state: State, source: bytes) -> bool:
    """Whether the next deadline of a router may depend on an advertisement from this source: of the
    master of a backup, or of any successor.
    """
    if isinstance(state, Backup):
        return state.master is not None and state.master.address == source
    return isinstance(state, Resigning)


def may_announce(state: State) -> bool:
    """Whether a router in this state announces its addresses: it serves, and no successor does."""
    return isinstance(state, Master) or (isinstance(state, Resigning) and state.successor is None)


def is_given_up(state: State, now: Nanoseconds) -> bool:
    """Whether a router that resigned has waited in vain for a successor."""
    return isinstance(state, Resigning) and state.successor is None and state.give_up_at <= now


def state_name(state: State) -> str:
    """Return the name of a state in the status and the log."""
    if isinstance(state, Initialize):
        return "INITIALIZE"
    return "BACKUP" if isinstance(state, (Backup, TakingOver)) else MASTER


def has_sent(before: State, after: State) -> bool:
    """Whether a takeover has gone on because the kernel has sent a probe or an advertisement."""
    has_waited = isinstance(before, TakingOver) and before.stage is not Stage.INSTALLING
    return has_waited and isinstance(after, (TakingOver, Master))
