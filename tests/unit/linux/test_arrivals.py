# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arrival times of packets, as far as the kernel's time stamps can be believed."""

from __future__ import annotations

from typing import Any

from _vrrp.linux.vrrp_socket import VrrpSocket
from _vrrp.model.family import Family

MS = 1_000_000
NOW = 5_000 * MS
PACKET = bytes([0x45]) + bytes(31)


class PacketBatch:
    """Packets that arrived at these times of day."""

    def __init__(self, *times: int) -> None:
        self._times = times

    def receive(self, opened: object) -> int:
        return len(self._times)

    def packets(self, count: int) -> list[bytes]:
        return [PACKET] * count

    def timestamps(self, count: int, offset: int) -> list[int]:
        return [one + offset for one in self._times]


def make_socket() -> Any:
    """A opened without a socket."""
    opened: Any = object.__new__(VrrpSocket)
    opened.family, opened._socket = Family.IPV4, None
    return opened


def receive(wall_offset: int | None, *times: int) -> list[int]:
    """Return the arrival times that a VrrpSocket reports for packets with these timestamps."""
    batch: Any = PacketBatch(*times)
    found: list[int] = make_socket().drain(batch, NOW, wall_offset)[1]
    return found


def test_arrival_times_are_before_the_read() -> None:
    assert receive(1000 * MS, 3_950 * MS, 3_999 * MS) == [4_950 * MS, 4_999 * MS]


def test_a_packet_that_arrives_during_a_read_does_not_change_the_other_times() -> None:
    assert receive(0, NOW - 60 * MS, NOW + 1) == [NOW - 60 * MS, NOW]


def test_an_implausibly_old_arrival_counts_as_now() -> None:
    assert receive(0, NOW - 10_000 * MS, NOW - 10 * MS) == [NOW, NOW - 10 * MS]


def test_arrival_times_are_now_after_a_step_of_the_wall_clock() -> None:
    assert receive(None, NOW - 60 * MS, NOW - 10 * MS) == [NOW, NOW]


def test_packets_read_by_another_process_are_skipped_once() -> None:
    opened = make_socket()
    opened.drop_before(NOW - 50 * MS)
    batch = PacketBatch(NOW - 60 * MS, NOW - 50 * MS, NOW - 10 * MS)
    packets, times = opened.drain(batch, NOW, 0)
    assert (len(packets), times) == (2, [NOW - 50 * MS, NOW - 10 * MS])
    assert len(opened.drain(batch, NOW, 0)[0]) == 3
