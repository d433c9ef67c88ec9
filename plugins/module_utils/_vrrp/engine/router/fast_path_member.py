# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Interface between a router and the fast path. This module is PRIVATE to the collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...fsm.state import State

if TYPE_CHECKING:
    from .router import Router

# What a transition depends on besides the state, the interfaces and the event.
LEAVES_FAST_PATH = frozenset(
    ("instance", "address", "intent", "adjustment", "hold_priority", "deferred", "in_sync_group")
)
# What else must not be put back by what was played through before it changed.
VOIDS_PRECOMPUTED = LEAVES_FAST_PATH | {
    "change",
    "claimed_at",
    "awaited_hook",
    "leaving_hooks_called",
    "retired",
}


class FastPathMember(Protocol):
    """What a router does again and again without thinking."""

    def collect(self, router: Router, state: State) -> State:
        """Count what was done, and give the state that follows from it."""

    def leave(self, router: Router) -> None:
        """Let the router go on by itself."""
