# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a router is to its rhythm; see ``fast_path.py``. This module is PRIVATE to the collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...fsm.state import State

if TYPE_CHECKING:
    from .router import Router

# What a transition depends on besides the state, the interfaces and the event.
ENDS_RHYTHM = frozenset(
    ("instance", "address", "intent", "adjustment", "hold_priority", "leaving", "awaits_group")
)
# What else must not be put back by what was played through before it changed.
VOIDS_REHEARSAL = ENDS_RHYTHM | {"change", "claimed_at", "farewell", "farewell_said", "retired"}


class Rhythm(Protocol):
    """What a router does again and again without thinking."""

    def take_in(self, router: Router, state: State) -> State:
        """Count what was done, and give the state that follows from it."""

    def end(self, router: Router) -> None:
        """Let the router go on by itself."""
