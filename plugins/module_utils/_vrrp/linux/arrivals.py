# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The arrival times of packets, as far as the kernel's time stamps can be believed."""

from __future__ import annotations

from typing import Generic, List, Tuple, TypeVar

from ..base.units import Nanoseconds, milliseconds

Packet = TypeVar("Packet")
_AGO_MAX = milliseconds(200)  # A packet is not read later; an older time stamp is not plausible.


class ArrivalFilter(Generic[Packet]):
    """Corrects arrival times, and drops packets that another process has read. Mutable."""

    def __init__(self) -> None:
        self._not_before: Nanoseconds = 0

    def drop_before(self, at: Nanoseconds) -> None:
        """Drop packets that arrived before ``at``, until one comes that did not: they are in
        order.
        """
        self._not_before = at

    def apply(
        self,
        packets: List[Packet],
        times: List[Nanoseconds],
        now: Nanoseconds,
        wall_offset: Nanoseconds | None,
    ) -> Tuple[List[Packet], List[Nanoseconds]]:
        """Return the packets and the time at which each arrived.

        ``times`` are their time stamps, converted to monotonic time by ``wall_offset``. That is
        None after a step of the wall clock, when time stamps are of no use: then, and for a time
        stamp that is not plausible, a packet arrives now.
        """
        if self._not_before and wall_offset is not None:
            recent = [at for at, arrived in enumerate(times) if arrived >= self._not_before]
            if packets and not recent:
                return [], []
            packets, times = [packets[at] for at in recent], [times[at] for at in recent]
        self._not_before = 0
        earliest = now - _AGO_MAX if wall_offset is not None else now
        return packets, [one if earliest < one < now else now for one in times]
