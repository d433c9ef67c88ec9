# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conversions of time, against values worked out by hand."""

from __future__ import annotations

import pytest
from _vrrp.base import units


@pytest.mark.parametrize(
    ("written", "nanoseconds"),
    [(1, 1_000_000_000), (0.01, 10_000_000), (40.95, 40_950_000_000), ("0.3", 300_000_000)],
)
def test_seconds_are_converted_exactly(written: float | str, nanoseconds: int) -> None:
    assert units.seconds(written) == nanoseconds


def test_the_units_of_the_wire_are_rounded_down() -> None:
    assert units.centiseconds(4095) == 40_950_000_000
    assert units.to_centiseconds(10_000_000) == 1
    assert units.to_centiseconds(19_999_999) == 1
    assert units.to_whole_seconds(255_000_000_000) == 255


def test_a_length_is_described_for_people() -> None:
    assert units.describe(3_609_375_000) == "3.61 s"
    assert units.to_seconds(10_000_000) == 0.01
