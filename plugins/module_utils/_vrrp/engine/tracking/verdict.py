# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The consequence of checks for an instance: a fault, or another priority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Tuple

from ...model.tracking import FileCheck, Tracked
from .observation import Observation


@dataclass(frozen=True)
class Verdict:
    """The consequence of all checks of an instance.

    ``fault`` is why it may not take part, ``pending`` why it may not begin to, both empty when it
    may; ``adjustment`` is added to its priority. ``is_healthy``: no check is down, and none lowers
    the priority.
    """

    fault: str = ""
    pending: str = ""
    adjustment: int = 0
    is_healthy: bool = True


def verdict(observed: Iterable[Tuple[Tracked, Observation]]) -> Verdict:
    """Return the verdict for checks with their last observations."""
    fault = waits = ""
    adjustment = 0
    is_healthy = True
    for one, seen in observed:
        if seen.up is None:
            waits = waits or f"waits for the first result of {one.check}"
        elif is_fault(one, seen):
            fault = fault or f"{one.check}: {seen.why}"
        added = adjustment_by(one, seen)
        adjustment += added
        is_healthy = is_healthy and not _is_down(one, seen) and added >= 0
    return Verdict(fault, waits, adjustment, is_healthy and not fault)


def is_fault(tracked: Tracked, seen: Observation) -> bool:
    """Whether a check without a weight keeps the instance out: it is down, or it is up and
    reversed. A file does with another number than 0, or with 0 where it is reversed.
    """
    if tracked.weight or seen.up is None:
        return False
    if isinstance(tracked.check, FileCheck):
        return not seen.up or (seen.factor != 0) is not tracked.reverse
    return seen.up is tracked.reverse


def adjustment_by(tracked: Tracked, seen: Observation) -> int:
    """Return what a check adds to the priority: a file's number times the weight, or the weight.
    Where the check is reversed, that is subtracted.
    """
    weight = -tracked.weight if tracked.reverse else tracked.weight
    if seen.up is None:
        return 0
    if isinstance(tracked.check, FileCheck):
        return weight * seen.factor if seen.up else min(weight, 0)
    counts_while_up = tracked.weight > 0
    return weight if seen.up is counts_while_up else 0


def _is_down(tracked: Tracked, seen: Observation) -> bool:
    """Whether a check is down although it should be up; a reversed one may be down, but a file has
    to exist.
    """
    may_be_down = tracked.reverse and not isinstance(tracked.check, FileCheck)
    return seen.up is False and not may_be_down
