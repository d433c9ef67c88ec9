# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The lateness of the agent with what it has to do at a time."""

from __future__ import annotations

from ..base.units import Nanoseconds


class Lateness:
    """``longest`` is the longest lateness, ``count`` the number of deadlines that were handled
    later than expected. Mutable.
    """

    def __init__(self) -> None:
        self.longest: Nanoseconds = 0
        self.count = 0
        self._counted: Nanoseconds = 0

    def record(self, deadline: Nanoseconds, now: Nanoseconds, expected: Nanoseconds) -> None:
        """Take note of a deadline that is tried now, maybe once more, and of the lateness to be
        expected.
        """
        self.longest = max(self.longest, now - deadline)
        if now - deadline > expected and deadline != self._counted:
            self.count += 1
            self._counted = deadline
