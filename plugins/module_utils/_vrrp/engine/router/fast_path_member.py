# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Interface between a router and the fast path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Tuple

from ...base.slots import slotted
from ...fsm.state import State


@slotted
@dataclass(frozen=True)
class Collected:
    """The state of a router on the fast path, and how often (``times``) each of the counters named
    went up by one since it entered.
    """

    state: State
    counter_names: Tuple[str, ...]
    times: int


class FastPathMember(Protocol):
    """One router's repetition of the same event; made for one stay on the fast path."""

    def collect(self) -> Collected:
        """Return what follows from all repetitions so far; changes nothing."""

    def leave(self) -> None:
        """Repeat nothing any more, and let the router's own deadline count again."""
