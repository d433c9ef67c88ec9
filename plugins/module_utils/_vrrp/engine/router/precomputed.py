# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A step that is computed before it is due.

When a master has been silent for most of the master-down interval, its backup computes the step
that follows if the silence lasts, and those that follow from its confirmations. When the deadline
has passed and nothing has happened meanwhile, the router only applies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence, Tuple

from ...base.slots import slotted
from ...base.units import Nanoseconds
from ...fsm.events import Event
from ...fsm.state import State
from ..host.links import InterfaceMap
from ..host.resources import Wanted
from .inputs import RouterInputs
from .router_step import RouterStep


@slotted
@dataclass(frozen=True)
class StepBasis:
    """All that a backup's step depends on besides the event; a change makes a new object."""

    inputs: RouterInputs
    state: State
    interfaces: InterfaceMap
    wanted: Wanted

    def is_same(self, other: StepBasis) -> bool:
        """Whether nothing was replaced."""
        same = self.inputs is other.inputs and self.state is other.state
        return same and self.interfaces is other.interfaces and self.wanted is other.wanted


@slotted
@dataclass(frozen=True)
class PrecomputedStep:
    """A step that was computed ahead of its time, and holds until ``valid_until``."""

    basis: StepBasis
    event: Event
    step: RouterStep
    valid_until: Nanoseconds

    def matches(self, basis: StepBasis, event: Event, now: Nanoseconds) -> bool:
        """Whether the step is still what follows from the event.

        After ``valid_until`` the process may have been paused, so the step is computed again.
        """
        in_time = self.step.at <= now <= self.valid_until
        return in_time and event == self.event and self.basis.is_same(basis)


class PrecomputedSteps:
    """Steps that follow from one another. Mutable."""

    def __init__(self) -> None:
        self._steps: Tuple[PrecomputedStep, ...] = ()

    def set(self, steps: Sequence[PrecomputedStep]) -> None:
        """Replace them."""
        self._steps = tuple(steps)

    def take(self, basis: StepBasis, event: Event, now: Nanoseconds) -> RouterStep | None:
        """Remove and return the next step, if it is what follows from the event; else they are all
        void.
        """
        if not self._steps:
            return None
        ready, self._steps = self._steps[0], self._steps[1:]
        if ready.matches(basis, event, now):
            return ready.step
        self._steps = ()
        return None
