# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The result of one step of a router."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Tuple

from ...base.slots import slotted
from ...base.units import Nanoseconds
from ...fsm.actions import DrainUndone
from ...fsm.events import Event, name_of
from ...fsm.state import State, TakingOver, state_name
from ..actions import Transition
from .inputs import RouterInputs
from .rendering import RouterAction


@slotted
@dataclass(frozen=True)
class RouterStep:
    """The state after an event at the time ``at``, and whether it has another name than the one
    before; the priorities that were advertised, whether a probe was sent, the counters that go up,
    the actions on the host, and drains that were undone.
    """

    at: Nanoseconds
    state: State
    is_move: bool
    advertised: Sequence[int]
    has_probed: bool
    counted: Sequence[str]
    actions: List[RouterAction]
    undone: List[DrainUndone]


def transitions(
    inputs: RouterInputs,
    priority: int,
    event: Event,
    states: Tuple[State, State],
    now: Nanoseconds,
) -> List[Transition]:
    """Return the transition from one state to another, with the effective ``priority``; none
    between states of one name.
    """
    before, after = states
    old, new = state_name(before), state_name(after)
    if old == new:
        return []
    name, instance = inputs.name, inputs.instance
    family, reason = instance.family, after.reason
    happened = before.event if isinstance(before, TakingOver) else name_of(event)
    return [Transition(name, instance.name, family, happened, old, new, reason, now, priority)]
