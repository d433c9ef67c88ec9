# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets as the VRRP socket hands them on, from a batch that stands for the kernel's."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.linux import vrrp_socket
from _vrrp.linux.arrivals import ArrivalFilter
from _vrrp.linux.vrrp_socket import Arrivals, VrrpSocket
from _vrrp.model.family import Family

MS = 1_000_000
NOW = 5_000 * MS


class Batch:
    """A batch with packets that have these time stamps."""

    def __init__(self, *stamps: int) -> None:
        self._stamps = stamps

    def receive(self, _socket: object) -> int:
        return len(self._stamps)

    def packets(self, count: int) -> list[bytes]:
        return [bytes(28)] * count

    def timestamps(self, count: int, offset: int) -> list[int]:
        return list(self._stamps)


def receive(wall_offset: int | None, *stamps: int) -> Arrivals:
    opened: Any = VrrpSocket.__new__(VrrpSocket)
    opened.family, opened._socket, opened._arrivals = Family.IPV4, None, ArrivalFilter()
    batch: Any = Batch(*stamps)
    found: Arrivals = opened.receive(batch, NOW, wall_offset)
    return found


def test_a_packet_that_has_waited_long_does_not_mean_that_all_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vrrp_socket, "SLOTS", 2)
    late = receive(0, NOW - 600 * MS, NOW - 500 * MS)
    assert late.times == [NOW, NOW]  # No deadline may depend on so old a time stamp.
    assert (late.is_drained, late.until) == (False, NOW - 500 * MS)


def test_what_arrived_during_the_reading_means_that_all_before_is_read() -> None:
    assert receive(0, NOW - 1 * MS, NOW + 1 * MS).until == NOW


def test_time_stamps_after_a_step_of_the_wall_clock_say_nothing() -> None:
    assert receive(None, NOW - 1 * MS).until == 0
