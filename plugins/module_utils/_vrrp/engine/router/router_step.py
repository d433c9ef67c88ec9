# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""One step of a router, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Tuple

from ...base.slots import slotted
from ...base.units import Nanoseconds
from ...fsm.actions import DrainUndone
from ...fsm.event_types import event_type_of
from ...fsm.events import Event, name_of
from ...fsm.parameters import Parameters
from ...fsm.state import State, TakingOver, state_name
from ...fsm.step import step
from ...model.event_type import EventType
from ..actions import Transition
from .inputs import RouterInputs
from .rendering import Rendering, RouterAction


@slotted
@dataclass(frozen=True)
class RouterStep:
    """The state after an event at the time ``at``, and the type of the event if the state has
    another name than the one before; the priorities that were advertised, whether a probe was sent,
    the counters that go up, the actions on the host, and drains that were undone.
    """

    at: Nanoseconds
    state: State
    moved_by: EventType | None
    advertised: Sequence[int]
    has_probed: bool
    counted: Sequence[str]
    actions: List[RouterAction]
    undone: List[DrainUndone]

    @property
    def is_move(self) -> bool:
        """Whether the state has another name than the one before."""
        return self.moved_by is not None


def compute_step(
    rendering: Rendering, parameters: Parameters, before: State, event: Event, now: Nanoseconds
) -> RouterStep:
    """Return the step of a router that follows from an event, rendered for its host."""
    after, decided = step(parameters, before, event, now)
    actions = [action for one in decided for action in rendering.render(one)]
    moves = transitions(rendering.inputs, parameters, event, (before, after), now)
    actions.extend(moves)
    moved_by = moves[0].event_type if moves else None
    undone = [one for one in decided if isinstance(one, DrainUndone)]
    made, probed, counted = rendering.advertised, rendering.has_probed, rendering.counted
    return RouterStep(now, after, moved_by, made, probed, counted, actions, undone)


def transitions(
    inputs: RouterInputs,
    parameters: Parameters,
    event: Event,
    states: Tuple[State, State],
    now: Nanoseconds,
) -> List[Transition]:
    """Return the transition from one state to another; none between states of one name."""
    before, after = states
    old, new = state_name(before), state_name(after)
    if old == new:
        return []
    name, instance = inputs.name, inputs.instance
    family, reason = instance.family, after.reason
    happened = before.event if isinstance(before, TakingOver) else name_of(event)
    event_type = event_type_of(parameters, before, event, now)
    return [
        Transition(
            name, instance.name, family, happened, event_type, old, new, reason, now,
            parameters.priority,
        )
    ]  # fmt: skip
