# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The only clock of the agent. This module is PRIVATE to the collection."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from ..base.units import Nanoseconds, milliseconds

_DRIFT_MAX = milliseconds(1)  # More between two looks, and the time of day was set.


def now() -> Nanoseconds:
    """Monotonic time that goes on while the machine sleeps: peers don't wait for us then."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def wall_nanoseconds() -> Nanoseconds:
    """The time of day since 1970, which signatures hold and other hosts compare with theirs."""
    return time.time_ns()


def wall() -> datetime:
    """The time of day, for people only."""
    return datetime.now(timezone.utc)


class WallOffset:
    """What this clock is ahead of the time of day, by which the kernel tells when packets came."""

    def __init__(self) -> None:
        self._seen = now() - wall_nanoseconds()

    def update(self, here: Nanoseconds, there: Nanoseconds) -> Nanoseconds | None:
        """The difference, as it has been since the last look; None when the time of day was set."""
        before, self._seen = self._seen, here - there
        return self._seen if abs(self._seen - before) <= _DRIFT_MAX else None
