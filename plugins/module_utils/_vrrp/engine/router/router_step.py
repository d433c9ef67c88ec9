# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The result of one step of a router."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence

from ...base.slots import slotted
from ...base.units import Nanoseconds
from ...fsm.actions import DrainUndone
from ...fsm.state import State
from .rendering import RouterAction


@slotted
@dataclass(frozen=True)
class RouterStep:
    """The state after an event at the time ``at``, the priorities that were advertised, the
    counters that go up, the actions on the host, and drains that were undone.
    """

    at: Nanoseconds
    state: State
    advertised: Sequence[int]
    counted: Sequence[str]
    actions: List[RouterAction]
    undone: List[DrainUndone]
