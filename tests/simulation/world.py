# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual time: what happens when, in one order that depends on the seed alone."""

from __future__ import annotations

import hashlib
import heapq
import random
from typing import Callable

MS = 1_000_000
S = 1000 * MS
EVENTS_MAX = 12_000  # A run has some two thousand at most; more is a storm of packets.


class World:
    """A clock in nanoseconds, what is planned, chance, a trace and a digest of what was done."""

    def __init__(self, seed: int) -> None:
        self.now = 1000 * S
        self.random = random.Random(seed)
        self.kind = False  # Whether programs that the hosts run succeed.
        self.lines: list[str] | None = None
        self._hash = hashlib.blake2b(digest_size=8)
        self._planned: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, when: int, event: Callable[[], None]) -> None:
        """Let something happen at a time; what is planned for one instant keeps its order."""
        self._count += 1
        heapq.heappush(self._planned, (max(when, self.now), self._count, event))

    def after(self, delay: int, event: Callable[[], None]) -> None:
        """Let something happen after a delay in nanoseconds."""
        self.at(self.now + delay, event)

    def run(self, length: int, look: Callable[[], None] | None = None) -> None:
        """Let time pass; ``look`` is called after everything that happens."""
        end = self.now + length
        while self._planned and self._planned[0][0] <= end:
            self.now, number, event = heapq.heappop(self._planned)
            if number > EVENTS_MAX:
                raise AssertionError("the cluster does not come to rest")
            event()
            if look is not None:
                look()
        self.now = end

    def note(self, line: str) -> None:
        """Write a line of the trace, for a person."""
        if self.lines is not None:
            self.lines.append(f"{self.now / S:.6f} {line}")

    def record(self, *facts: object) -> None:
        """Add plain values to the digest: what happened now, in no words that may be changed."""
        self._hash.update(repr((self.now, facts)).encode())

    @property
    def digest(self) -> str:
        """Digest of all recorded times, packets, states and operations: equal for equal seeds."""
        return self._hash.hexdigest()

    def happens(self, probability: float) -> bool:
        """Toss a coin."""
        return self.random.random() < probability
