# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limit for changes that another program undoes."""

from __future__ import annotations

from _vrrp.engine.host.repeat_limit import RepeatLimit

S = 1_000_000_000
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
