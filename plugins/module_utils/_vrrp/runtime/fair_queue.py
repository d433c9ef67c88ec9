# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A queue in which everybody has as many turns as the others."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Collection, Deque, Generic, Hashable, Tuple, TypeVar

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Items that wait, each of an owner. ``take`` goes round the owners, and for each of them in
    the order in which its items came. Mutable.
    """

    def __init__(self) -> None:
        self._owners: OrderedDict[Hashable, Deque[Item]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._owners)

    @property
    def owners(self) -> int:
        """The number of owners that have something waiting."""
        return len(self._owners)

    def of(self, owner: Hashable) -> Collection[Item]:
        """Return all that waits of an owner."""
        return self._owners.get(owner, ())

    def add(self, owner: Hashable, item: Item) -> None:
        """Queue an item behind the others of its owner."""
        self._owners.setdefault(owner, deque()).append(item)

    def take(self) -> Item:
        """Remove and return the item whose turn it is; its owner comes last from now on. Raises
        StopIteration when nothing waits.
        """
        return self.take_of_owner()[1]

    def take_of_owner(self) -> Tuple[Hashable, Item]:
        """Do the same, and return the owner with the item."""
        owner, waiting = next(iter(self._owners.items()))
        item = waiting.popleft()
        self._owners.move_to_end(owner)
        self._drop_if_empty(owner)
        return owner, item

    def take_all(self, owner: Hashable) -> Collection[Item]:
        """Remove and return all that waits of an owner."""
        return self._owners.pop(owner, ())

    def clear(self) -> int:
        """Remove everything; returns how many items that are."""
        count = sum(map(len, self._owners.values()))
        self._owners.clear()
        return count

    def discard(self, owner: Hashable, item: Item) -> None:
        """Remove an item, if it waits."""
        waiting = self._owners.get(owner, deque())
        if item in waiting:
            waiting.remove(item)
            self._drop_if_empty(owner)

    def _drop_if_empty(self, owner: Hashable) -> None:
        if not self._owners[owner]:
            del self._owners[owner]
