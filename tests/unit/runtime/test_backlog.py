# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which packets are handled, and the limits of what waits."""

from __future__ import annotations

from typing import TypeVar

import pytest
from _vrrp.runtime import backlog
from _vrrp.runtime.backlog import Backlog

Item = TypeVar("Item")


def taken(waiting: Backlog[Item]) -> list[Item]:
    found = []
    while waiting:
        found.append(waiting.take())
    return found


def test_expected_packets_come_first_and_sources_in_turn() -> None:
    waiting: Backlog[str] = Backlog()
    for packet in ("a1", "a2", "a3", "b1"):
        waiting.add(51, packet[0], packet)
    waiting.expect(51, "m", "master")
    assert waiting.has_expected
    assert taken(waiting) == ["master", "a1", "b1", "a2", "a3"]
    assert not waiting.has_expected


@pytest.mark.finding("B4")
def test_a_source_that_sends_too_much_loses_packets_and_no_other_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "_PACKETS_OF_A_SOURCE_MAX", 2)
    waiting: Backlog[str] = Backlog()
    dropped = [waiting.add(51, packet[0], packet) for packet in ("a1", "a2", "a3", "b1")]
    waiting.expect(51, "m", "master")
    assert dropped == [0, 0, 1, 0]
    assert taken(waiting) == ["master", "a1", "b1", "a2"]


def test_only_so_many_sources_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "_SOURCES_MAX", 2)
    waiting: Backlog[str] = Backlog()
    dropped = [waiting.add(51, packet[0], packet) for packet in ("a1", "b1", "c1", "b2")]
    assert dropped == [0, 0, 1, 0]
    assert taken(waiting) == ["a1", "b1", "b2"]
    waiting.add(51, "c", "c2")
    assert taken(waiting) == ["c2"]


def test_a_flood_in_the_name_of_one_master_costs_no_other_router_a_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "_EXPECTED_OF_A_ROUTER_MAX", 3)
    waiting: Backlog[str] = Backlog()
    dropped = [waiting.expect(51, "m", packet) for packet in ("m1", "m2", "m3", "m4")]
    assert dropped == [0, 0, 0, 1]
    assert waiting.expect(52, "n", "n1") == 0
    assert taken(waiting) == ["m1", "n1", "m2", "m3"]


def test_the_packets_of_a_source_stay_in_order_when_it_becomes_master() -> None:
    waiting: Backlog[str] = Backlog()
    for packet in ("a1", "b1", "a2"):
        waiting.add(51, packet[0], packet)
    waiting.expect(51, "a", "a3")
    assert taken(waiting) == ["a1", "a2", "a3", "b1"]


def test_packets_for_another_router_stay_where_they_are_when_a_source_becomes_master() -> None:
    waiting: Backlog[str] = Backlog()
    for router, packet in ((51, "a1"), (52, "a2"), (51, "a3")):
        waiting.add(router, "a", packet)
    waiting.expect(51, "a", "a4")
    assert taken(waiting) == ["a1", "a3", "a4", "a2"]


def test_what_waits_is_bounded_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "_EXPECTED_OF_A_ROUTER_MAX", 3)
    monkeypatch.setattr(backlog, "_PACKETS_OF_A_SOURCE_MAX", 5)
    waiting: Backlog[int] = Backlog()
    dropped = 0
    for number in range(1000):
        dropped += waiting.add(number % 2, "master", number)
        dropped += waiting.expect(number % 3, "master", number)
    found = taken(waiting)
    assert len(found) <= 3 * 3 + 5
    assert len(found) + dropped == 2000
    assert not waiting


def test_what_is_cleared_is_counted() -> None:
    waiting: Backlog[str] = Backlog()
    waiting.add(51, "a", "a1")
    waiting.expect(52, "b", "b1")
    assert waiting.clear() == 2
    assert not waiting
    waiting.add(51, "a", "a2")
    assert waiting.expect(51, "a", "a3") == 0
    assert taken(waiting) == ["a2", "a3"]
