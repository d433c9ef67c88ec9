# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Advertisements that the kernel did not send. This module is PRIVATE to the collection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SendFailures:
    """Counts them by the number of the advertisement, which is sent to each unicast peer.

    ``latest`` is the number of the last one that did not reach everybody, ``missed`` how many it
    did not reach; ``failed`` is the last that reached nobody, and ``in_a_row`` so many did not.
    """

    last_incomplete: int = 0
    unreached: int = 0
    last_failed: int = 0
    consecutive: int = 0

    def record(self, number: int, destinations: int) -> int:
        """A destination of an advertisement was not reached; gives how many in a row were not sent.

        One that reached a single destination counts as sent.
        """
        self.unreached = self.unreached + 1 if self.last_incomplete == number else 1
        self.last_incomplete = number
        if self.unreached < destinations:
            return 0
        self.consecutive = self.consecutive + 1 if self.last_failed == number - 1 else 1
        self.last_failed = number
        return self.consecutive

    def consecutive_at(self, number: int) -> int:
        """How many advertisements in a row, up to that one, were not sent."""
        return self.consecutive if self.last_failed == number else 0
