# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Advertisements that the kernel did not send."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.constants import RETRY_DOUBLINGS_MAX, RETRY_INTERVAL
from ...base.units import Nanoseconds
from ...fsm.state import Master, Resigning, State, has_sent


@dataclass
class SendFailures:
    """Counts failures by the number of the advertisement, which is sent to each unicast peer.

    ``last_incomplete`` is the number of the last advertisement that did not reach all destinations,
    ``unreached`` how many it did not reach. ``last_failed`` is the number of the last one that
    reached no destination, ``consecutive`` the length of the current run of these, and
    ``silent_since`` the time of the advertisement before that run.

    ``previous_at`` is the time of the advertisement before the last one. ``is_sending``: the kernel
    has sent one, and has refused none since. ``withdrawals`` counts how often in a row the router
    has given up because of refusals.
    """

    last_incomplete: int = 0
    unreached: int = 0
    last_failed: int = 0
    consecutive: int = 0
    silent_since: Nanoseconds = 0
    previous_at: Nanoseconds = 0
    is_sending: bool = False
    withdrawals: int = 0

    def advertisement_due(self, before: State, interval: Nanoseconds, now: Nanoseconds) -> None:
        """Record that a router, in the state ``before`` until now, sends its next advertisement.

        The first advertisement of a mastership begins a new run of failures, if it fails: no peer
        depends on an earlier one.
        """
        if isinstance(before, (Master, Resigning)):
            self.previous_at = before.adver_at - interval
        else:
            self.previous_at = now - interval
            self.consecutive = 0

    def probe_due(self, number: int) -> None:
        """Record that a probe is sent after the advertisement ``number``: its failures count as if
        they were of that one.
        """
        self.last_incomplete, self.unreached, self.consecutive = number, 0, 0

    def state_changed(self, before: State, after: State) -> None:
        """Record that the kernel sends, if a takeover has gone on because of that."""
        if has_sent(before, after):
            self.is_sending, self.withdrawals = True, 0

    def withdraw(self) -> Nanoseconds:
        """Record that the router withdraws; returns the time until it tries again."""
        doublings, self.withdrawals = self.withdrawals, self.withdrawals + 1
        return RETRY_INTERVAL << min(doublings, RETRY_DOUBLINGS_MAX)

    def record(self, number: int, destinations: int) -> int:
        """Record that the last advertisement, ``number``, did not reach one of its destinations.

        Returns how many advertisements in a row reached no destination.
        """
        self.unreached = self.unreached + 1 if self.last_incomplete == number else 1
        self.last_incomplete = number
        if self.unreached < destinations:
            return 0
        self.is_sending = False
        if self.consecutive and self.last_failed == number - 1:
            self.consecutive += 1
        else:
            self.consecutive, self.silent_since = 1, self.previous_at
        self.last_failed = number
        return self.consecutive

    def silent_since_at(self, number: int) -> Nanoseconds | None:
        """Return the time of the last advertisement, if all after it up to that number failed."""
        return self.silent_since if self.last_failed == number else None
