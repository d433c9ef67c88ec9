# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The neighbour entries of groups: each socket has its turn, and none has it too often."""

from __future__ import annotations

from typing import Any

from _vrrp.runtime.group_neighbours import GroupNeighbours

S = 10**9


class Socket:
    """Counts how often its entry is added."""

    def __init__(self) -> None:
        self.kept = 0

    def keep_neighbour(self) -> None:
        self.kept += 1


def sockets(count: int) -> list[Any]:
    return [Socket() for _number in range(count)]


def test_the_entry_of_a_new_socket_is_added_at_once() -> None:
    old, new = sockets(2)
    neighbours = GroupNeighbours()
    assert neighbours.next_deadline() is None
    neighbours.set_sockets([old], 0)
    neighbours.set_sockets([old, new], 1 * S)
    assert (old.kept, new.kept) == (1, 1)
    neighbours.set_sockets([], 2 * S)
    assert neighbours.next_deadline() is None


def test_each_socket_has_its_turn_every_ten_seconds() -> None:
    for count in (1, 3, 250):
        made = sockets(count)
        neighbours = GroupNeighbours()
        neighbours.set_sockets(made, 0)
        turns = 0
        while (at := neighbours.next_deadline()) is not None and at <= 30 * S:
            neighbours.run_due(at - 1)  # Not before.
            neighbours.run_due(at)
            turns += 1
        # At the start, and three times in thirty seconds; the last turns may be cut off.
        assert {one.kept for one in made} <= {3, 4, 5}
        # It wakes no agent more than twice a second.
        assert turns <= 60
