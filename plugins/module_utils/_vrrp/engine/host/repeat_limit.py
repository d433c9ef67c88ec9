# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A limit for changes of the host that another program undoes again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Set, Tuple

from ...base.constants import (
    RESTORATION_BURST,
    RESTORATION_BURST_MAX,
    RESTORATION_WINDOW,
    RESTORATIONS_MAX,
)
from ...base.units import Nanoseconds
from .resources import Key


@dataclass(frozen=True)
class _Burst:
    """Changes within a moment, ``count`` since ``at``, which are one."""

    at: Nanoseconds
    count: int = 1

    def includes(self, now: Nanoseconds) -> bool:
        return now - self.at < RESTORATION_BURST


class RepeatLimit:
    """Changes of resources by key: ``RESTORATIONS_MAX`` of one within ``RESTORATION_WINDOW``, and
    then only one in that time, until none is needed for as long. Mutable.
    """

    def __init__(self) -> None:
        self._bursts: Dict[Key, Tuple[_Burst, ...]] = {}
        self._contested: Set[Key] = set()

    def record(self, key: Key, now: Nanoseconds) -> None:
        """Record that a resource is changed now."""
        before = self._bursts.get(key, ())
        if before and before[-1].includes(now):
            self._bursts[key] = (*before[:-1], _Burst(before[-1].at, before[-1].count + 1))
            return
        bursts = self._bursts[key] = (*before, _Burst(now))[-RESTORATIONS_MAX:]
        if len(bursts) == RESTORATIONS_MAX and now - bursts[0].at <= RESTORATION_WINDOW:
            self._contested.add(key)
        elif before and now - before[-1].at >= 2 * RESTORATION_WINDOW:
            self._contested.discard(key)

    def is_reached(self, key: Key, now: Nanoseconds) -> bool:
        """Whether a resource was changed so often lately that the next time has to wait."""
        bursts = self._bursts.get(key, ())
        if bursts and bursts[-1].includes(now):
            return bursts[-1].count >= RESTORATION_BURST_MAX
        return key in self._contested and now < self.next_at(key)

    def next_at(self, key: Key) -> Nanoseconds:
        """Return when a resource that has waited may be changed again."""
        return self._bursts[key][-1].at + RESTORATION_WINDOW
