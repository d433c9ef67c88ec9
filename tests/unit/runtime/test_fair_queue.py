# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turns in a queue, whoever waits with how much."""

from __future__ import annotations

from _vrrp.runtime.fair_queue import FairQueue


def test_each_owner_has_as_many_turns_whatever_the_number_of_its_items() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "a3"):
        queue.add("a", item)
    queue.add("b", "b")
    order = []
    for _turn in range(6):
        order.append(queue.take())
        queue.add(order[-1][0], order[-1])
    assert order == ["a1", "b", "a2", "b", "a3", "b"]
    assert (queue.owners, len(queue.of("a"))) == (2, 3)


def test_all_of_an_owner_can_be_taken_out() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "b1", "a2"):
        queue.add(item[0], item)
    assert list(queue.take_all("a")) == ["a1", "a2"]
    assert list(queue.take_all("c")) == []
    assert queue.take() == "b1"
    assert not queue


def test_an_item_can_be_taken_out() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.add("a", "a1")
    queue.discard("a", "a2")
    queue.discard("b", "a1")
    assert list(queue.of("a")) == ["a1"]
    queue.discard("a", "a1")
    assert not queue
    assert list(queue.of("a")) == []
