# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The only clock of the agent."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from ..base.units import Nanoseconds, milliseconds

# A larger difference between two readings means that the time of day was set.
_DRIFT_MAX = milliseconds(1)


def now() -> Nanoseconds:
    """Return monotonic time, which also counts while the machine sleeps: peers do not wait."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def wall_nanoseconds() -> Nanoseconds:
    """Return the time of day in nanoseconds since 1970, as in signatures."""
    return time.time_ns()


def wall() -> datetime:
    """Return the time of day, for people only."""
    return datetime.now(timezone.utc)


class WallOffset:
    """Offset of this clock from the time of day, with which the kernel stamps packets."""

    def __init__(self) -> None:
        self._seen = now() - wall_nanoseconds()

    def update(self, here: Nanoseconds, there: Nanoseconds) -> Nanoseconds | None:
        """Return the offset, by one reading of both clocks: ``here`` is monotonic, ``there`` the
        time of day. None when the time of day was set since the last call.
        """
        before, self._seen = self._seen, here - there
        return self._seen if abs(self._seen - before) <= _DRIFT_MAX else None
