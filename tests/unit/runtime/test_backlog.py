# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which packets are handled, and the limits of what waits."""

from __future__ import annotations

import pytest
from _vrrp.runtime import backlog
from _vrrp.runtime.backlog import Backlog


def taken(waiting: Backlog[str]) -> list[str]:
    found = []
    while waiting:
        found.append(waiting.take())
    return found


def test_expected_packets_come_first_and_sources_in_turn() -> None:
    waiting: Backlog[str] = Backlog()
    for packet in ("a1", "a2", "a3", "b1"):
        waiting.add(packet[0], packet)
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
    kept = [waiting.add(packet[0], packet) for packet in ("a1", "a2", "a3", "b1")]
    waiting.expect(51, "m", "master")
    assert kept == [True, True, False, True]
    assert taken(waiting) == ["master", "a1", "b1", "a2"]


def test_only_so_many_sources_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "_SOURCES_MAX", 2)
    waiting: Backlog[str] = Backlog()
    kept = [waiting.add(packet[0], packet) for packet in ("a1", "b1", "c1", "b2")]
    assert kept == [True, True, False, True]
    assert taken(waiting) == ["a1", "b1", "b2"]
    waiting.add("c", "c2")
    assert taken(waiting) == ["c2"]


def test_a_flood_in_the_name_of_one_master_costs_no_other_router_a_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "_EXPECTED_OF_A_ROUTER_MAX", 3)
    waiting: Backlog[str] = Backlog()
    kept = [waiting.expect(51, "m", packet) for packet in ("m1", "m2", "m3", "m4")]
    assert kept == [True, True, True, False]
    assert waiting.expect(52, "n", "n1")
    assert taken(waiting) == ["m1", "n1", "m2", "m3"]


def test_the_packets_of_a_source_stay_in_order_when_it_becomes_master() -> None:
    waiting: Backlog[str] = Backlog()
    for packet in ("a1", "b1", "a2"):
        waiting.add(packet[0], packet)
    waiting.expect(51, "a", "a3")
    assert taken(waiting) == ["a1", "a2", "a3", "b1"]
