# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Masters that repeat their advertisements at the same instants."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, List, Tuple

from ...base.units import Nanoseconds
from ...fsm.state import Master, State
from ..actions import Action, Send, SendBatch
from ..router.fast_path_member import Collected
from ..router.router import Router
from ..timer_queue import TimerQueue

_SENT = ("advertisements_sent",)


class SendSlot:
    """Masters that advertise at the same instants, next ``at``, and so far ``count`` times.

    ``interval`` is their advertisement interval. They share one deadline and one action.
    """

    def __init__(self, interval: Nanoseconds) -> None:
        self.at: Nanoseconds = 0
        self.count = 0
        self.members: Dict[Router, Tuple[Send, ...]] = {}
        self.queued_at: Nanoseconds | None = None
        self._interval = interval
        self._action: SendBatch | None = None

    @property
    def deadline(self) -> Nanoseconds | None:
        """The time at which all members advertise next."""
        return self.at if self.members else None

    def change(self, router: Router, sends: Tuple[Send, ...]) -> None:
        """Set the sends of a router; without any, the router is removed."""
        self._action = None
        if sends:
            self.members[router] = sends
        else:
            del self.members[router]

    def fire(self, now: Nanoseconds) -> List[Action]:
        """Advertise for all members; none if it is so late that each has to decide on the full
        path.
        """
        if now - self.at >= self._interval:
            return []
        if self._action is None:
            self._action = SendBatch(tuple(one for sends in self.members.values() for one in sends))
        self.at += self._interval
        self.count += 1
        return [self._action]

    def expired(self, now: Nanoseconds) -> List[Router]:
        """Remove and return all members if they are still due."""
        found = list(self.members) if self.at <= now else []
        for router in found:
            router.leave_fast_path()
        return found


class SlotMember:
    """The part that one master has in a slot."""

    __slots__ = ("_first", "_router", "_slot", "_state", "_timers")

    def __init__(
        self, router: Router, timers: TimerQueue, slot: SendSlot, sends: Tuple[Send, ...]
    ) -> None:
        self._router, self._state = router, router.state
        self._timers, self._slot = timers, slot
        self._first = slot.count
        slot.change(router, sends)
        router.enter_fast_path(self)

    def collect(self) -> Collected:
        """Return the state with the deadline that follows from advertising last."""
        state: State = self._state
        times = self._slot.count - self._first
        if times and isinstance(state, Master):
            state = replace(state, adver_at=self._slot.at)
        return Collected(state, _SENT, times)

    def leave(self) -> None:
        """Leave the slot, and queue the router under its own deadline."""
        self._slot.change(self._router, ())
        self._timers.schedule(self._router)


def only_advertised(router: Router, before: State) -> bool:
    """Whether a master only advertised, and will only advertise next time."""
    after = router.state
    if not isinstance(before, Master) or not isinstance(after, Master):
        return False
    if after.announce_at or after.refresh_at is not None:
        return False
    return after == replace(before, adver_at=after.adver_at)
