# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Advertisements that the kernel did not send. This module is PRIVATE to the collection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Refusals:
    """Counts them by the number of the advertisement, which is sent to each unicast peer.

    ``latest`` is the number of the last one that did not reach everybody, ``missed`` how many it
    did not reach; ``failed`` is the last that reached nobody, and ``in_a_row`` so many did not.
    """

    latest: int = 0
    missed: int = 0
    failed: int = 0
    in_a_row: int = 0

    def note(self, number: int, destinations: int) -> int:
        """A destination of an advertisement was not reached; gives how many in a row were not sent.

        One that reached a single destination counts as sent.
        """
        self.missed = self.missed + 1 if self.latest == number else 1
        self.latest = number
        if self.missed < destinations:
            return 0
        self.in_a_row = self.in_a_row + 1 if self.failed == number - 1 else 1
        self.failed = number
        return self.in_a_row

    def up_to(self, number: int) -> int:
        """How many advertisements in a row, up to that one, were not sent."""
        return self.in_a_row if self.failed == number else 0
