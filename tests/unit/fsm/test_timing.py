# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two formulas, against literals worked out by hand."""

from __future__ import annotations

import pytest
from _vrrp.fsm.timing import earliest_takeover_interval, master_down_interval, skew_time

CASES = [
    # version, interval in ms, priority, skew in ns, master-down interval in ns
    (3, 10, 1, 9_960_937, 39_960_937),
    (3, 10, 254, 78_125, 30_078_125),
    (3, 10, 255, 39_062, 30_039_062),
    (3, 1000, 100, 609_375_000, 3_609_375_000),
    (3, 1000, 254, 7_812_500, 3_007_812_500),
    (3, 40950, 100, 24_953_906_250, 147_803_906_250),
    (3, 40950, 255, 159_960_937, 123_009_960_937),
    (2, 1000, 100, 609_375_000, 3_609_375_000),
    (2, 255000, 254, 7_812_500, 765_007_812_500),
]


@pytest.mark.parametrize(("version", "milliseconds", "priority", "skew", "down"), CASES)
def test_skew_time_and_master_down_interval_follow_the_formulas(
    version: int, milliseconds: int, priority: int, skew: int, down: int
) -> None:
    interval = milliseconds * 1_000_000
    assert skew_time(version, priority, interval) == skew
    assert master_down_interval(version, priority, interval, 3) == down


def test_the_earliest_takeover_is_that_of_a_backup_with_priority_254() -> None:
    assert earliest_takeover_interval(3, 1_000_000_000, 3) == 3_007_812_500
