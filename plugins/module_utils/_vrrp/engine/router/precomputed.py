# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A takeover that is played through before its time. This module is PRIVATE to the collection.

When a master has been silent for nearly as long as it takes to believe it dead, a backup has
nothing to do but to wait. It plays through what it will have to do, and when the time comes and
nothing has happened meanwhile, it has become master by taking over what came out.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, List, Mapping, Tuple

from ...base.units import Nanoseconds
from ...fsm.actions import DrainUndone
from ...fsm.events import Event
from ..actions import Action

if TYPE_CHECKING:
    from .router import Router

# What a step changes in place, so that a double needs its own; and what a double has no part in.
_COPIED = ("_counters", "_log_limiter")
_EXCLUDED = ("fast_path", "queued_at", "precomputed")


@dataclass(frozen=True)
class PrecomputedStep:
    """What follows from an ``event`` that happens at that time, or later until ``holds_until``."""

    event: Event
    at: Nanoseconds
    valid_until: Nanoseconds
    changes: Mapping[str, Any]
    actions: Tuple[List[Action], List[DrainUndone]]

    def matches(self, event: Event, now: Nanoseconds) -> bool:
        """Whether this was rehearsed. Who comes too late may have been paused, and has to think."""
        return event == self.event and self.at <= now <= self.valid_until

    def apply(self, router: Router) -> Tuple[List[Action], List[DrainUndone]]:
        """Let the router be what its double became; gives the actions that belong to it."""
        for name, value in self.changes.items():
            object.__setattr__(router, name, value)  # One by one, its dictionary stays small.
        return self.actions


def precompute(
    router: Router, event: Event, at: Nanoseconds, holds_until: Nanoseconds
) -> PrecomputedStep:
    """Let an event happen to a double of a router."""
    before, double = vars(router), object.__new__(type(router))
    vars(double).update(before, **dict.fromkeys(_EXCLUDED))
    vars(double).update((name, copy(before[name])) for name in _COPIED)
    actions = double.step(event, at)
    outcome = {
        name: value
        for name, value in vars(double).items()
        if name not in _EXCLUDED and value is not before[name]
    }
    return PrecomputedStep(event, at, holds_until, outcome, actions)
