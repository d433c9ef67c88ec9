# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The type of each transition, as RFC 8347 section 3 (``vrrp-event-type``) names it."""

from __future__ import annotations

from dataclasses import replace

from ..base.constants import PRIORITY_RESIGN
from ..base.units import Nanoseconds
from ..model.event_type import EventType
from .events import Claim, Event, Heard, Interrupted, Replaced, Resign
from .parameters import Parameters
from .state import Backup, Initialize, Purpose, Resigning, State, TakingOver
from .transitions import was_paused


def with_event_type(
    parameters: Parameters, before: State, event: Event, after: State, now: Nanoseconds
) -> State:
    """Return the state after an event, with the type of that event where the state has a field for
    it: the type of a later transition follows from it.
    """
    if after is before or not isinstance(after, (Initialize, TakingOver, Resigning)):
        return after
    if type(after) is type(before) and not isinstance(event, (Interrupted, Resign)):
        return replace(after, event_type=before.event_type)
    if isinstance(after, TakingOver):
        return replace(after, event_type=_of_takeover(parameters, before, event, after))
    return replace(after, event_type=event_type_of(parameters, before, event, now))


def event_type_of(
    parameters: Parameters, before: State, event: Event, now: Nanoseconds
) -> EventType:
    """Return the type of a transition to a state of another name. A router that was paused steps
    down for that, whatever event comes first.
    """
    if isinstance(event, (Interrupted, Replaced)):
        return event.event_type
    if isinstance(before, Resigning) and before.purpose is Purpose.STOP:
        return before.event_type
    if was_paused(parameters, before, now):
        return EventType.PAUSED if parameters.silent_since is None else EventType.NOT_SENDING
    return _of_event(before, event)


def _of_event(before: State, event: Event) -> EventType:
    if isinstance(event, Resign):
        return event.event_type
    if isinstance(before, Initialize):
        return before.event_type.opposite
    if isinstance(before, (TakingOver, Resigning)):
        return before.event_type
    return EventType.HIGHER_PRIORITY_BACKUP if isinstance(event, Heard) else EventType.NONE


def _of_takeover(
    parameters: Parameters, before: State, event: Event, after: TakingOver
) -> EventType:
    if isinstance(event, Claim):
        return EventType.OPERATOR
    if parameters.is_owner and after.displaces:
        return EventType.OWNER_PREEMPT
    if isinstance(before, Initialize):
        return before.event_type.opposite
    return _of_election(before, after) if isinstance(before, Backup) else EventType.NONE


def _of_election(before: Backup, after: TakingOver) -> EventType:
    if after.displaces:
        is_delayed = before.preempt_at is not None or before.was_delayed
        return EventType.PREEMPT_HOLD_TIMEOUT if is_delayed else EventType.LOWER_PRIORITY_MASTER
    if before.master is not None and before.master.priority == PRIORITY_RESIGN:
        return EventType.MASTER_RESIGNED
    return EventType.MASTER_TIMEOUT
