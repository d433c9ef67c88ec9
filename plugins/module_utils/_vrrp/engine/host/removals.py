# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Virtual addresses that another program adds on a host that does not serve them."""

from __future__ import annotations

from typing import List, Sequence

from ...base.units import Nanoseconds, earliest
from .reconcile import Drop, Operation
from .repeat_limit import RepeatLimit
from .resources import Resource


class Removals:
    """Decides when such an address is removed: at once, but from one that is added again and again
    it desists for a while. Mutable.

    ``waiting`` are those that are there, and are not removed before a later time.
    """

    def __init__(self) -> None:
        self.waiting: Sequence[Resource] = ()
        self._limit = RepeatLimit()

    def permitted(self, operations: Sequence[Operation], now: Nanoseconds) -> List[Operation]:
        """Return the operations without the removals that have to wait."""
        foreign = {one.resource.key: one for one in operations if _is_foreign(one)}
        waiting = {key for key in foreign if self._limit.is_reached(key, now)}
        self.waiting = [foreign[key].resource for key in sorted(waiting, key=str)]
        for key in foreign.keys() - waiting:
            self._limit.record(key, now)
        return [
            one for one in operations if not _is_foreign(one) or one.resource.key not in waiting
        ]

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the next one may be removed; None while none waits."""
        return earliest(self._limit.next_at(one.key) for one in self.waiting)


def _is_foreign(operation: Operation) -> bool:
    return isinstance(operation, Drop) and operation.is_foreign
