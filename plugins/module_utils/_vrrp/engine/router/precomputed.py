# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A step that is computed before it is due. This module is PRIVATE to the collection.

When a master has been silent for nearly as long as it takes to believe it dead, a backup has
nothing to do but to wait. In that time it computes the step that comes next. When the deadline has
passed and nothing has happened meanwhile, the router only applies it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.slots import slotted
from ...base.units import Nanoseconds
from ...fsm.events import Event
from ...fsm.state import State
from .inputs import RouterInputs
from .router_step import RouterStep
from .served_resources import ServedResources


@slotted
@dataclass(frozen=True)
class StepBasis:
    """All that a backup's step follows from besides the event, each replaced when it changes."""

    inputs: RouterInputs
    state: State
    served: ServedResources

    def is_same(self, other: StepBasis) -> bool:
        """Whether nothing was replaced."""
        same = self.inputs is other.inputs and self.state is other.state
        return same and self.served is other.served


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

        A router that comes too late may have been paused, and has to compute anew.
        """
        in_time = self.step.at <= now <= self.valid_until
        return in_time and event == self.event and self.basis.is_same(basis)
