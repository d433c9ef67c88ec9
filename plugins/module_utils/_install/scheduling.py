# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The scheduling of the agent's process, as its unit asks systemd for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from .host import HostError

_CPUS = re.compile(r"\d{1,4}(-\d{1,4})?([ ,]+\d{1,4}(-\d{1,4})?)*", re.ASCII)
_NICE = range(-20, 20)
_REALTIME_PRIORITIES = range(1, 100)
# Microseconds without a system call that waits. A takeover takes far less; an endless loop at such
# a priority would leave nothing to all other programs.
_REALTIME_MAX = 1_000_000


@dataclass(frozen=True)
class Scheduling:
    """``nice`` and ``realtime_priority`` are None where the kernel's defaults are to apply, and
    ``cpu_affinity`` is empty for all processors. With ``no_swap`` its memory is not swapped out.
    """

    nice: int | None = None
    cpu_affinity: str = ""
    realtime_priority: int | None = None
    no_swap: bool = False

    @property
    def lines(self) -> Iterator[str]:
        """The lines of a unit that set it (systemd.exec(5), systemd.resource-control(5))."""
        if self.nice is not None:
            yield f"Nice={self.nice}"
        if self.cpu_affinity:
            yield f"CPUAffinity={self.cpu_affinity}"
        if self.realtime_priority is not None:
            yield "CPUSchedulingPolicy=rr"
            yield f"CPUSchedulingPriority={self.realtime_priority}"
            yield f"LimitRTTIME={_REALTIME_MAX}"
        if self.no_swap:
            yield "MemorySwapMax=0"


DEFAULT = Scheduling()


def read_scheduling(given: Mapping[str, Any]) -> Scheduling:
    """Return the scheduling from the parameter of the module; raises HostError."""
    made = Scheduling(
        given.get("nice"),
        given.get("cpu_affinity") or "",
        given.get("realtime_priority"),
        bool(given.get("no_swap")),
    )
    if made.nice is not None and made.nice not in _NICE:
        raise HostError(f"scheduling.nice: {made.nice} is not in -20..19")
    if made.realtime_priority not in (None, *_REALTIME_PRIORITIES):
        raise HostError(f"scheduling.realtime_priority: {made.realtime_priority} is not in 1..99")
    if made.cpu_affinity and not _CPUS.fullmatch(made.cpu_affinity):
        raise HostError(f"scheduling.cpu_affinity: {made.cpu_affinity!r} is no list such as 0 2-3")
    return made
