# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Problems that a router has with its peers, by their subject and the peer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import AbstractSet, Callable, Dict, Iterable, List, Tuple

from ...base.constants import LOG_INTERVAL
from ...base.units import Nanoseconds

# Of one subject: junk from many addresses hides no other problem.
_PEERS_MAX = 4

# The fields of a problem in a hand-over, the peer in hexadecimal digits.
ProblemState = Tuple[str, str, str, Nanoseconds, Nanoseconds, Nanoseconds, bool]


@dataclass
class Problem:
    """Something that is wrong with a peer, seen from ``since`` on and over at ``ends_at``.

    ``subject`` is the name of the counter, ``peer`` the packed address that the packets come from.
    """

    subject: str
    peer: bytes
    text: str
    since: Nanoseconds
    described_at: Nanoseconds
    ends_at: Nanoseconds
    is_certain: bool


class Problems:
    """The problems of one router, the oldest first. Mutable.

    However many addresses send packets, only the first few of each problem are remembered.
    """

    def __init__(self) -> None:
        self._problems: Dict[Tuple[str, bytes], Problem] = {}

    def note(
        self,
        subject: str,
        peer: bytes,
        describe: Callable[[], str],
        now: Nanoseconds,
        *,
        memory: Nanoseconds,
        certain_after: Nanoseconds = 0,
    ) -> str | None:
        """Take note of a problem; returns its text, or None when too many peers have it.
        ``describe`` is called once a minute at most. Without another note, the problem is over
        after ``memory``. It counts when it is noted again after ``certain_after``.
        """
        found = self._problems.get((subject, peer))
        if found is None or now >= found.ends_at:
            if not self._has_room(subject, now):
                return None
            found = Problem(subject, peer, describe(), now, now, now, False)
            self._problems[subject, peer] = found
        elif now - found.described_at >= LOG_INTERVAL:
            found.text, found.described_at = describe(), now
        found.ends_at = now + memory
        found.is_certain = found.is_certain or now - found.since >= certain_after
        return found.text if found.is_certain else None

    def _has_room(self, subject: str, now: Nanoseconds) -> bool:
        """Whether one more peer may have a problem; forgets those that are over."""
        if self._count(subject) >= _PEERS_MAX:
            lasting = {key: one for key, one in self._problems.items() if now < one.ends_at}
            self._problems = lasting
        return self._count(subject) < _PEERS_MAX

    def _count(self, subject: str) -> int:
        return sum(key[0] == subject for key in self._problems)

    def clear(self) -> None:
        """Forget all problems: they were those of other settings."""
        self._problems.clear()

    def end_subject(self, subject: str) -> None:
        """Forget a problem with all peers."""
        for key in [key for key in self._problems if key[0] == subject]:
            del self._problems[key]

    def end(self, peer: bytes, but: AbstractSet[str]) -> None:
        """Forget the problems of a peer, but those with these subjects: it is as it should be."""
        for key in [key for key in self._problems if key[1] == peer and key[0] not in but]:
            del self._problems[key]

    def export(self) -> List[ProblemState]:
        """Return the problems as plain values, for another process; also those that are not certain
        yet, which count from the time when they were noted first.
        """
        return [_exported(one) for one in self._problems.values()]

    def restore(self, state: Iterable[ProblemState]) -> None:
        """Take over the problems that another process has seen."""
        for subject, peer, text, since, described_at, ends_at, is_certain in state:
            key = subject, bytes.fromhex(peer)
            self._problems[key] = Problem(*key, text, since, described_at, ends_at, is_certain)

    def at(self, now: Nanoseconds) -> List[Problem]:
        """Return the problems that are not over."""
        return [one for one in self._problems.values() if one.is_certain and now < one.ends_at]


def _exported(one: Problem) -> ProblemState:
    times = one.since, one.described_at, one.ends_at
    return one.subject, one.peer.hex(), one.text, *times, one.is_certain
