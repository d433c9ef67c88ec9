# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arrival times of packets, as far as the kernel's time stamps can be believed."""

from __future__ import annotations

from _vrrp.linux.arrivals import ArrivalFilter

MS = 1_000_000
NOW = 5_000 * MS


def arrivals(wall_offset: int | None, *times: int) -> list[int]:
    """Return the arrival times of packets with these time stamps, in monotonic time."""
    packets = [b"packet"] * len(times)
    return ArrivalFilter[bytes]().apply(packets, list(times), NOW, wall_offset)[1]


def test_arrival_times_are_before_the_read() -> None:
    assert arrivals(0, NOW - 50 * MS, NOW - 1 * MS) == [NOW - 50 * MS, NOW - 1 * MS]


def test_a_packet_that_arrives_during_a_read_does_not_change_the_other_times() -> None:
    assert arrivals(0, NOW - 60 * MS, NOW + 1) == [NOW - 60 * MS, NOW]


def test_an_implausibly_old_arrival_counts_as_now() -> None:
    assert arrivals(0, NOW - 10_000 * MS, NOW - 10 * MS) == [NOW, NOW - 10 * MS]


def test_arrival_times_are_now_after_a_step_of_the_wall_clock() -> None:
    assert arrivals(None, NOW - 60 * MS, NOW - 10 * MS) == [NOW, NOW]


def test_packets_read_by_another_process_are_skipped_in_all_batches() -> None:
    arrived: ArrivalFilter[str] = ArrivalFilter()
    arrived.drop_before(NOW - 50 * MS)
    assert arrived.apply(["a", "b"], [NOW - 70 * MS, NOW - 65 * MS], NOW, 0) == ([], [])
    times = [NOW - 60 * MS, NOW - 50 * MS]
    assert arrived.apply(["c", "d"], times, NOW, 0) == (["d"], times[1:])


def test_packets_read_by_another_process_are_skipped_once() -> None:
    arrived: ArrivalFilter[str] = ArrivalFilter()
    arrived.drop_before(NOW - 50 * MS)
    times = [NOW - 60 * MS, NOW - 50 * MS, NOW - 10 * MS]
    assert arrived.apply(["a", "b", "c"], times, NOW, 0) == (["b", "c"], times[1:])
    assert arrived.apply(["a", "b", "c"], times, NOW, 0) == (["a", "b", "c"], times)
