# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The sequence numbers of signatures, which distinguish new advertisements from replayed ones.

A number has 64 bits: seconds since 1970, 65536ths of a second, and a counter for equal times
(draft-cassen-vrrp-auth-hmac as keepalived 2.4.3 has it). It wraps, so numbers are compared as
RFC 1982 says.
"""

from __future__ import annotations

from typing import Dict, Mapping

from ..base.constants import REPLAY_SENDERS_MAX
from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds


def sequence_at(wall: Nanoseconds) -> int:
    """Return the number of a time of day (nanoseconds since 1970), with the counter at 0."""
    seconds, rest = divmod(wall, NANOSECONDS_PER_SECOND)
    return seconds % (1 << 32) << 32 | (rest << 16) // NANOSECONDS_PER_SECOND << 16


def age(sequence: int, wall: Nanoseconds) -> int:
    """Return the age of a number in seconds, negative for one of the future."""
    return _serial_difference(wall // NANOSECONDS_PER_SECOND, sequence >> 32, 32)


def later_by(number: int, *, seconds: int = 0, fraction: int = 0) -> int:
    """Return the number that is later by seconds and 65536ths of a second."""
    return (number + (seconds << 32) + (fraction << 16)) % (1 << 64)


def _is_later(one: int, other: int) -> bool:
    return _serial_difference(one, other, 64) > 0


def _serial_difference(one: int, other: int, bits: int) -> int:
    half = 1 << bits - 1
    return (one - other + half) % (2 * half) - half


class SequenceNumbers:
    """The sequence numbers of one sender; each is later than the ``last`` one."""

    def __init__(self, last: int | None = None) -> None:
        self.last = last

    def next(self, wall: Nanoseconds, window: int | None) -> int:
        """Return the next number.

        While a clock that was set back is within ``window`` seconds of the last number, the counter
        goes up instead; beyond that, receivers have dropped the old numbers, and the new time is
        used.
        """
        number, last = sequence_at(wall), self.last
        if last is not None and not _is_later(number, last):
            forgotten = window is not None and age(last, wall) < -window
            number = number if forgotten else (last + 1) % (1 << 64)
        self.last = number
        return number


class ReplayGuard:
    """The latest number of each sender, by packed address and key; the sender unheard for longest
    is dropped. With another key a sender may begin anew: nothing was recorded of it.
    """

    def __init__(self) -> None:
        self._latest: Dict[bytes, int] = {}

    def accept(self, sender: bytes, number: int, wall: Nanoseconds, window: int | None) -> bool:
        """Return whether the number is later than all before; if so, it becomes the latest.

        A latest number that differs from ``wall`` by more than ``window`` seconds is ignored: the
        sender was silent, or its clock was set, and numbers that old are discarded as stale.
        """
        if self.is_replayed(sender, number, wall, window):
            return False
        self._latest.pop(sender, None)
        self._latest[sender] = number
        while len(self._latest) > REPLAY_SENDERS_MAX:
            del self._latest[next(iter(self._latest))]
        return True

    def is_replayed(
        self, sender: bytes, number: int, wall: Nanoseconds, window: int | None
    ) -> bool:
        """Whether ``accept`` would refuse the number."""
        latest = self._latest.get(sender)
        if latest is None or (window is not None and abs(age(latest, wall)) > window):
            return False
        return not _is_later(number, latest)

    def latest(self) -> Mapping[bytes, int]:
        """Return the latest number of each sender, the one unheard for longest first."""
        return dict(self._latest)

    def restore(self, latest: Mapping[bytes, int]) -> None:
        """Restore the latest numbers of another guard."""
        for sender, number in latest.items():
            known = self._latest.get(sender)
            if known is None or _is_later(number, known):
                self._latest[sender] = number
