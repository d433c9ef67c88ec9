# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Time, in one unit: integer nanoseconds.

Inside the agent a point in time and a length of time are both ``Nanoseconds``. The wire counts
centiseconds (version 3) or seconds (version 2), and a person writes seconds; the conversions for
both are here.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Iterable, Union

Nanoseconds = int

NANOSECONDS_PER_SECOND = 1_000_000_000
NANOSECONDS_PER_CENTISECOND = 10_000_000
NANOSECONDS_PER_MILLISECOND = 1_000_000


def seconds(value: Union[int, float, str]) -> Nanoseconds:
    """Convert seconds as a person writes them (``0.01``) exactly, without binary rounding."""
    return int(Decimal(str(value)) * NANOSECONDS_PER_SECOND)


def milliseconds(value: int) -> Nanoseconds:
    """Convert whole milliseconds."""
    return value * NANOSECONDS_PER_MILLISECOND


def centiseconds(value: int) -> Nanoseconds:
    """Convert whole centiseconds, the unit of the version 3 packet."""
    return value * NANOSECONDS_PER_CENTISECOND


def to_centiseconds(length: Nanoseconds) -> int:
    """Convert to whole centiseconds, rounding down."""
    return length // NANOSECONDS_PER_CENTISECOND


def to_whole_seconds(length: Nanoseconds) -> int:
    """Convert to whole seconds, the unit of the version 2 packet, rounding down."""
    return length // NANOSECONDS_PER_SECOND


def to_seconds(length: Nanoseconds) -> float:
    """Convert to seconds for a person or for JSON, rounded to a microsecond."""
    return round(length / NANOSECONDS_PER_SECOND, 6)


def earliest(times: Iterable[Nanoseconds | None]) -> Nanoseconds | None:
    """Return the earliest of the points in time that are not None; None when there is none."""
    return min([one for one in times if one is not None], default=None)


def describe(length: Nanoseconds) -> str:
    """Return a length as a person reads it: ``3.61 s``."""
    return f"{length / NANOSECONDS_PER_SECOND:.2f} s"


def to_wall_time(at: Nanoseconds, now: Nanoseconds, wall: datetime) -> str:
    """Convert a past point of monotonic time to a time of day in UTC, to the millisecond.

    ``wall`` is the time of day at ``now``.
    """
    moment = wall - timedelta(microseconds=now // 1000 - at // 1000)
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def wall_time_text(at: float) -> str:
    """Convert seconds since 1970 to a time of day in UTC, to the second."""
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")


def seconds_since_1970(text: str) -> float:
    """Convert a time of day as the status has it to seconds since 1970; raises ValueError."""
    return datetime.fromisoformat(text).timestamp()
