# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The only clock of the agent."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

from ..base.units import Nanoseconds, milliseconds

# A larger difference between two readings means that the time of day was set.
_DRIFT_MAX = milliseconds(1)
# So far the time of day that people see may be off before it is corrected.
_SHIFT_MAX = milliseconds(20)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def now() -> Nanoseconds:
    """Return monotonic time, which also counts while the machine sleeps: peers do not wait."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def wall_nanoseconds() -> Nanoseconds:
    """Return the time of day in nanoseconds since 1970, as in signatures."""
    return time.time_ns()


class WallClock:
    """The time of day of points in monotonic time, for people only.

    A point in time keeps its time of day, to the microsecond, until the time of day is set: the
    two clocks are never read at quite the same moment.
    """

    def __init__(self) -> None:
        self._offset = wall_nanoseconds() - now()

    def at(self, moment: Nanoseconds) -> datetime:
        """Return the time of day at ``moment``, in UTC."""
        offset = wall_nanoseconds() - now()
        if abs(offset - self._offset) > _SHIFT_MAX:
            self._offset = offset
        return _EPOCH + timedelta(microseconds=moment // 1000 + self._offset // 1000)


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
