# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Backups that hear the same advertisement repeatedly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Hashable, List, Tuple, TypeVar

from ...base.units import Nanoseconds
from ...fsm.state import Backup, State
from ...model.intent import IntentKind
from ..actions import SocketSpec
from ..router.fast_path_member import Collected
from ..router.router import Router
from ..timer_queue import TimerQueue

Packet = Hashable  # Everything in a datagram that the receive checks depend on.
AnyPacket = TypeVar("AnyPacket", bound=Packet)
KnownPackets = Dict[Packet, "RepeatedAdvertisement"]
# Precompute in the last eighth of the master-down interval; earlier it is almost always wasted.
_PRECOMPUTE_LEAD_DIVISOR = 8
_PRECOMPUTE_BATCH = 50  # At once, so that precomputing cannot delay a router that is due.


@dataclass(frozen=True)
class CachedPacket:
    """A received packet with its source, and the names of the counters that it increments."""

    spec: SocketSpec
    packet: Packet
    source: bytes
    counter_names: Tuple[str, ...]


class DownTimerGroup:
    """Backups that wait equally long (``wait``) for an advertisement that they hear repeatedly.

    They share one deadline, that of the backup whose master was silent for longest.
    """

    def __init__(self, wait: Nanoseconds) -> None:
        self.wait = wait
        self.members: Dict[Router, RepeatedAdvertisement] = {}
        self.queued_at: Nanoseconds | None = None
        self._lead = wait // _PRECOMPUTE_LEAD_DIVISOR

    @property
    def deadline(self) -> Nanoseconds | None:
        """The time at which the first member leaves in order to precompute its takeover.

        In the steady state it is never reached.
        """
        heard_at = min([member.heard_at for member in self.members.values()], default=None)
        return None if heard_at is None else heard_at + self.wait - self._lead

    def precompute(self, now: Nanoseconds) -> None:
        """Let the members whose master-down deadline is near leave the fast path, and precompute
        what follows if they hear nothing until then.
        """
        until = now - self.wait + self._lead + self._lead // 2
        near = [router for router, member in self.members.items() if member.heard_at <= until]
        for router in near[:_PRECOMPUTE_BATCH]:
            router.precompute_timeout(self._lead)

    def expired(self, now: Nanoseconds) -> List[Router]:
        """Remove and return the members whose master-down deadline has passed."""
        silent_since = now - self.wait
        found = [one for one, member in self.members.items() if member.heard_at <= silent_since]
        for router in found:
            router.leave_fast_path()
        return found


class RepeatedAdvertisement:
    """The advertisement that one backup hears repeatedly; ``heard_at`` is the last arrival."""

    __slots__ = (
        "_cached", "_group", "_known", "_router", "_state", "_timers", "heard_at", "times",
    )  # fmt: skip

    def __init__(
        self,
        router: Router,
        state: Backup,
        timers: TimerQueue,
        group: DownTimerGroup,
        known: KnownPackets,
    ) -> None:
        self._router, self._state = router, state
        self._timers, self._group, self._known = timers, group, known
        self.heard_at = state.master_down_at - group.wait
        self.times = 0

    def begin(self, cached: CachedPacket) -> None:
        """Let the router repeat its reaction to this packet whenever it arrives again."""
        self._cached = cached
        self._group.members[self._router] = self._known[cached.packet] = self
        self._router.enter_fast_path(self)

    def collect(self) -> Collected:
        """Return the state with the deadline that follows from hearing it last."""
        state = self._state
        if self.times:
            state = replace(state, master_down_at=self.heard_at + self._group.wait)
        return Collected(state, self._cached.counter_names, self.times)

    def leave(self) -> None:
        """Stop recognising the advertisement, and queue the router under its own deadline."""
        del self._known[self._cached.packet], self._group.members[self._router]
        self._timers.schedule(self._router)


def only_restarts_timer(router: Router, before: State, source: bytes, until: Nanoseconds) -> bool:
    """Whether the same packet from ``source`` only restarts the backup's timer, to expire at
    ``until``.
    """
    after, inputs = router.state, router.inputs
    if not isinstance(before, Backup) or not isinstance(after, Backup):
        return False
    if after.master is None or after.master.address != source:
        return False  # The next one like it may make its sender the master.
    if before.master_down_at >= until or after.preempt_at is not None:
        return False  # Heard twice at the same instant: a restart of the timer can't be seen.
    if after != replace(before, master_down_at=until):
        return False
    by_itself = inputs.intent.kind is not IntentKind.MASTER and not inputs.in_sync_group
    return by_itself and inputs.instance.hmac is None
