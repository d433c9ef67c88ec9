# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The number of changes of a router's state, by state and reason."""

from __future__ import annotations

from collections import Counter
from typing import Iterable, List, Tuple

from ...model.event_type import EventType
from ...model.status import TransitionCount


class TransitionCounts:
    """The transitions since the agent was started, whatever process it was. Mutable."""

    def __init__(self) -> None:
        self._counts: Counter[Tuple[str, EventType]] = Counter()

    @property
    def total(self) -> int:
        """The number of all transitions."""
        return sum(self._counts.values())

    def record(self, state: str, event_type: EventType) -> None:
        """Count a transition to a state."""
        self._counts[state, event_type] += 1

    def export(self) -> List[TransitionCount]:
        """Return the counts in the order in which they were first made."""
        return [
            {"state": state, "event_type": event_type.value, "count": count}
            for (state, event_type), count in self._counts.items()
        ]

    def restore(self, exported: Iterable[TransitionCount]) -> None:
        """Restore the counts of another process."""
        self._counts.clear()
        for one in exported:
            self._counts[one["state"], EventType(one["event_type"])] = one["count"]
