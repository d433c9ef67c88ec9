# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The state from which another process can continue as a router."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Mapping, Sequence

from ...base.units import Nanoseconds
from ...fsm.state import Initialize, State
from ...model.status import TransitionCount
from .send_failures import SendFailures


@dataclass(frozen=True)
class RouterSnapshot:
    """``since`` is a point in time; ``sequence_numbers`` are the last ones by packed sender."""

    state: State
    since: Nanoseconds
    transitions: Sequence[TransitionCount]
    hold_priority: int
    counters: Mapping[str, int]
    send_failures: SendFailures
    sequence_numbers: Mapping[bytes, int]

    def continued(self, own: State) -> State:
        """Return the state of a router in the new process, which was in its ``own`` until now: it
        determines itself why the router takes no part.
        """
        if not isinstance(self.state, Initialize):
            return self.state
        return replace(own, resume_by=self.state.resume_by) if isinstance(own, Initialize) else own
