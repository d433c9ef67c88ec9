# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoration of what disappears: at once, but not for ever."""

from __future__ import annotations

from _vrrp.engine.host.repairs import Repairs
from _vrrp.engine.host.resources import LinkUp

S = 1_000_000_000
NOW = 1000 * S
LINK = LinkUp("vrrp4.51.2")


def restored_at(repairs: Repairs, seconds: float) -> bool:
    return repairs.may_restore(LINK, NOW + int(seconds * S), "as it was")


def test_the_fourth_loss_within_ten_seconds_waits_for_ten() -> None:
    repairs = Repairs()
    assert [restored_at(repairs, at) for at in (0, 4, 9)] == [True, True, True]
    assert not restored_at(repairs, 10)
    fault = repairs.faults[LINK.key]
    assert (fault.reason, fault.since) == (
        "is removed again and again by another program",
        NOW + 10 * S,
    )
    # Ten seconds after the last restoration.
    assert fault.retry_at == NOW + 19 * S
    assert not restored_at(repairs, 18.9)
    assert restored_at(repairs, 19)
    assert not restored_at(repairs, 19.1)
    assert restored_at(repairs, 29)


def test_three_losses_over_a_longer_time_are_restored_at_once() -> None:
    repairs = Repairs()
    assert all(restored_at(repairs, at) for at in (0, 6, 12, 18, 24))
    assert not repairs.faults


def test_what_stays_for_ten_seconds_is_restored_at_once_again() -> None:
    repairs = Repairs()
    for at in (0, 1, 2, 3):
        restored_at(repairs, at)
    assert restored_at(repairs, 12)
    assert not repairs.is_there(LINK.key, NOW + 13 * S)
    assert LINK.key in repairs.faults
    assert repairs.is_there(LINK.key, NOW + 22 * S)
    assert not repairs.faults
    assert restored_at(repairs, 23)


def test_a_refused_resource_is_tried_again_after_ten_seconds() -> None:
    repairs = Repairs()
    assert repairs.refused(LINK, "Network is down", NOW, "as it was")
    assert not restored_at(repairs, 9.9)
    assert restored_at(repairs, 10)
    assert not repairs.refused(LINK, "Network is down", NOW + 10 * S, "as it was")
    fault = repairs.faults[LINK.key]
    assert (fault.since, fault.retry_at) == (NOW, NOW + 20 * S)


def test_a_refused_resource_is_tried_at_once_in_other_circumstances() -> None:
    repairs = Repairs()
    repairs.refused(LINK, "Network is down", NOW, "down")
    assert repairs.may_restore(LINK, NOW + S, "up")
    assert not repairs.may_restore(LINK, NOW + 2 * S, "up")


def test_a_refused_resource_that_is_there_has_no_fault() -> None:
    repairs = Repairs()
    repairs.refused(LINK, "Network is down", NOW, "down")
    assert repairs.is_there(LINK.key, NOW + S)
    assert not repairs.is_there(LINK.key, NOW + S)
