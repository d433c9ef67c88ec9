# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limit for changes that another program undoes."""

from __future__ import annotations

import pytest
from _vrrp.engine.host.repeat_limit import RepeatLimit

S, MS = 1_000_000_000, 1_000_000
KEY = ("address", "eth0", bytes([192, 0, 2, 100]))


def test_the_limit_is_three_changes_within_ten_seconds() -> None:
    limit = RepeatLimit()
    assert not limit.is_reached(KEY, 0)
    for second in (0, 5, 10):
        assert not limit.is_reached(KEY, second * S)
        limit.record(KEY, second * S)
    assert limit.is_reached(KEY, 11 * S)
    assert not limit.is_reached(("address", "eth1"), 11 * S)
    assert limit.next_at(KEY) == 20 * S
    assert not limit.is_reached(KEY, 20 * S)


def test_changes_further_apart_do_not_count() -> None:
    limit = RepeatLimit()
    for second in (0, 5, 11):
        limit.record(KEY, second * S)
    assert not limit.is_reached(KEY, 12 * S)


def test_the_limit_stays_reached_until_no_change_is_needed_for_a_while() -> None:
    limit = RepeatLimit()
    for second in (0, 1, 2, 12, 22):
        limit.record(KEY, second * S)
    assert limit.is_reached(KEY, 23 * S)
    limit.record(KEY, 42 * S)
    assert not limit.is_reached(KEY, 43 * S)


@pytest.mark.finding("G1")
def test_changes_within_a_moment_count_as_one() -> None:
    # As NetworkManager does when it activates a connection: three times within 40 ms.
    limit = RepeatLimit()
    for second in (0, 3, 6):
        for millisecond in (0, 20, 40):
            now = second * S + millisecond * MS
            assert not limit.is_reached(KEY, now)
            limit.record(KEY, now)
    assert limit.is_reached(KEY, 7 * S)
    assert limit.next_at(KEY) == 16 * S


def test_a_fight_without_a_pause_ends_soon() -> None:
    limit = RepeatLimit()
    for millisecond in (0, 20, 40, 60, 80):
        assert not limit.is_reached(KEY, millisecond * MS)
        limit.record(KEY, millisecond * MS)
    assert limit.is_reached(KEY, 81 * MS)
