# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A limit for changes of the host that another program undoes again and again."""

from __future__ import annotations

from typing import Dict, Set, Tuple

from ...base.constants import RESTORATION_WINDOW, RESTORATIONS_MAX
from ...base.units import Nanoseconds
from .resources import Key


class RepeatLimit:
    """Changes of resources by key: ``RESTORATIONS_MAX`` of one within ``RESTORATION_WINDOW``, and
    then only one in that time, until none is needed for as long. Mutable.
    """

    def __init__(self) -> None:
        self._times: Dict[Key, Tuple[Nanoseconds, ...]] = {}
        self._contested: Set[Key] = set()

    def record(self, key: Key, now: Nanoseconds) -> None:
        """Record that a resource is changed now."""
        before = self._times.get(key, ())
        times = self._times[key] = (*before, now)[-RESTORATIONS_MAX:]
        is_often = len(times) == RESTORATIONS_MAX and now - times[0] <= RESTORATION_WINDOW
        if is_often:
            self._contested.add(key)
        elif before and now - before[-1] >= 2 * RESTORATION_WINDOW:
            self._contested.discard(key)

    def is_reached(self, key: Key, now: Nanoseconds) -> bool:
        """Whether a resource was changed so often lately that the next time has to wait."""
        return key in self._contested and now < self.next_at(key)

    def next_at(self, key: Key) -> Nanoseconds:
        """Return when a resource that has waited may be changed again."""
        return self._times[key][-1] + RESTORATION_WINDOW
