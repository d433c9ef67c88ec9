# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The two formulas of the protocol, in integer nanoseconds: multiply first, divide by 256 last."""

from __future__ import annotations

from ..base.constants import PRIORITY_MAX
from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds


def skew_time(version: int, priority: int, interval: Nanoseconds) -> Nanoseconds:
    """Return Skew_Time: how much longer a router of this priority waits, so that the best one
    advertises first.

    Version 3: ((256 - priority) * Master_Adver_Interval) / 256 (RFC 5798 section 6.1; RFC 9568
    section 6.1 calls it Active_Adver_Interval).
    Version 2: (256 - priority) / 256 seconds, whatever the interval (RFC 3768 section 6.1).
    """
    unit = NANOSECONDS_PER_SECOND if version == 2 else interval
    return (256 - priority) * unit // 256


def master_down_interval(
    version: int, priority: int, interval: Nanoseconds, down_intervals: int
) -> Nanoseconds:
    """Return Master_Down_Interval: how long a backup of this priority waits for a master.

    3 * Master_Adver_Interval + Skew_Time (RFC 5798 section 6.1; Active_Down_Interval in RFC 9568),
    where 3 is ``down_intervals``.
    """
    return down_intervals * interval + skew_time(version, priority, interval)


def earliest_takeover_interval(
    version: int, interval: Nanoseconds, down_intervals: int
) -> Nanoseconds:
    """The shortest silence of a master after which some backup may have taken over."""
    return master_down_interval(version, PRIORITY_MAX, interval, down_intervals)
