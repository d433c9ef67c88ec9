# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Advertisements that the kernel did not send. This module is PRIVATE to the collection."""

from __future__ import annotations


class Refusals:
    """Counts them by the number of the advertisement, which is sent to each unicast peer."""

    def __init__(self) -> None:
        self._latest = (0, 0)
        self._failed = 0
        self._in_a_row = 0

    def note(self, number: int, destinations: int) -> int:
        """A destination of an advertisement was not reached; gives how many in a row were not sent.

        One that reached a single destination counts as sent.
        """
        before, times = self._latest
        self._latest = (number, times + 1 if before == number else 1)
        if self._latest[1] < destinations:
            return 0
        self._in_a_row = self._in_a_row + 1 if self._failed == number - 1 else 1
        self._failed = number
        return self._in_a_row

    def up_to(self, number: int) -> int:
        """How many advertisements in a row, up to that one, were not sent."""
        return self._in_a_row if self._failed == number else 0
