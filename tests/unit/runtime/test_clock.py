# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time of day of points in monotonic time."""

from __future__ import annotations

import pytest
from _vrrp.base.units import to_wall_time
from _vrrp.runtime import clock

US, MS, S = 1_000, 1_000_000, 1_000_000_000
SINCE = 5 * S + 999_999  # A microsecond before the next millisecond.


class Clocks:
    """Both clocks, which are read a little apart."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.ahead, self.late = 10 * S, 1_700_000_000 * S, 0
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(clock, "wall_nanoseconds", lambda: self.now + self.ahead + self.late)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def test_a_point_in_time_keeps_its_time_of_day(clocks: Clocks) -> None:
    wall = clock.WallClock()
    shown = set()
    for late in (0, 1, 999, 3 * US, -2 * US, 700 * US):
        clocks.now += 7 * MS + 1
        clocks.late = late
        shown.add(to_wall_time(SINCE, clocks.now, wall.at(clocks.now)))
    assert shown == {"2023-11-14T22:13:25.000+00:00"}


def test_the_time_of_day_follows_when_it_is_set(clocks: Clocks) -> None:
    wall = clock.WallClock()
    clocks.ahead += 3600 * S
    assert to_wall_time(SINCE, clocks.now, wall.at(clocks.now)) == "2023-11-14T23:13:25.000+00:00"
