# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Interfaces that lose their own address for a moment, as a network manager lets them."""

from __future__ import annotations

from typing import Dict, Iterable

from ...base.constants import ADDRESS_LOSS_INTERVALS, ADDRESS_LOSS_MAX
from ...base.units import Nanoseconds, earliest
from ..router.router import Router


class AddressLosses:
    """The routers that have lost the address they send from. Mutable.

    Such a router goes on with the address that it had: the kernel sends from it, peers accept it,
    and no other host has it after so short a time.
    """

    def __init__(self) -> None:
        self._until: Dict[Router, Nanoseconds] = {}
        self._now: Nanoseconds = 0

    def update(self, lost: Iterable[Router], now: Nanoseconds) -> None:
        """Take note of all routers that take part and whose address is lost at this time."""
        self._now = now
        self._until = {one: self._until.get(one) or now + _tolerated(one) for one in lost}

    def tolerates(self, router: Router) -> bool:
        """Whether a router goes on without its address, by the last update."""
        return self._now < self._until.get(router, self._now)

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the first of them can't go on; None for none."""
        return earliest(self._until.values())


def _tolerated(router: Router) -> Nanoseconds:
    intervals = ADDRESS_LOSS_INTERVALS * router.instance.advertisement_interval
    return min(ADDRESS_LOSS_MAX, intervals)
