# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The steady state: masters that repeat an advertisement, and backups that hear it repeatedly.

A router nearly always repeats what it did one interval ago. When the full path (the receive
checks, the state machine, the actions) finds that an event changed nothing but a deadline, the fast
path keeps the result, and repeats it for as long as nothing else happens to the router:

- ``receive.py``: a backup remembers the packet that it heard. The same bytes from the same sender
  pass the same checks with the same result, so only the time of arrival is stored. Backups that
  wait equally long have one deadline together.
- ``send.py``: a master joins a slot of masters that advertise at the same instants. They have one
  deadline, and one action with the advertisements of all.

The state and the counters of a router on the fast path are computed when they are read. When its
inputs change or an event happens to it, the router leaves the fast path (see ``Router.update`` and
``Router.step``), and the full path continues as if it had never been left.
"""

from __future__ import annotations

from typing import Dict, Iterator, List, Sequence, Tuple

from ...base.units import Nanoseconds, earliest
from ...fsm.state import Backup, Master, State
from ..actions import Action, Send, SocketSpec
from ..router.router import Router
from ..timer_queue import Timed, TimerQueue
from .receive import (
    AnyPacket,
    CachedPacket,
    DownTimerGroup,
    KnownPackets,
    RepeatedAdvertisement,
    only_restarts_timer,
)
from .send import SendSlot, SlotMember, only_advertised

_SLOTS_MAX = 1000  # Beyond that, slots without members are dropped.


class FastPath:
    """The routers on the fast path, and the timers of all routers."""

    def __init__(self) -> None:
        self.timers = TimerQueue()
        self._held: List[Timed] = []
        self._known: Dict[SocketSpec, KnownPackets] = {}
        self._down_timers: Dict[Nanoseconds, DownTimerGroup] = {}
        self._slots: Dict[Tuple[Nanoseconds, Nanoseconds], SendSlot] = {}

    def unmatched(
        self, spec: SocketSpec, packets: Sequence[AnyPacket], times: Sequence[Nanoseconds]
    ) -> Iterator[AnyPacket]:
        """Refresh the deadlines of packets that are repeated; yield the others, in order.

        Perform the actions for one packet before requesting the next.
        """
        known = self._known.setdefault(spec, {})
        for packet, arrived_at in zip(packets, times):
            member = known.get(packet)
            if member is None:
                yield packet
            else:
                member.heard_at = arrived_at
                member.times += 1

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time at which ``pop_due`` has something; None for never."""
        timers = self.timers.next_deadline()
        if not self._held:
            return timers
        return earliest((timers, *(one.deadline for one in self._held)))

    def pop_due(
        self, now: Nanoseconds, masters_only: bool = False
    ) -> Tuple[List[Action], List[Router]]:
        """Return the advertisements that are repeated now, and the routers that are due on the
        full path. With ``masters_only`` the others stay due.
        """
        actions: List[Action] = []
        routers: List[Router] = []
        due, self._held = dict.fromkeys([*self._held, *self.timers.pop_due(now)]), []
        for timed in due:
            if masters_only and not _sends(timed):
                self._held.append(timed)
            elif timed.deadline is None or timed.deadline > now:
                self.timers.schedule(timed)  # It was held, and has heard its master meanwhile.
            elif isinstance(timed, Router):
                routers.append(timed)
            elif isinstance(timed, DownTimerGroup):
                expired = timed.expired(now)
                if not expired:
                    timed.precompute(now)
                routers.extend(expired)
                self.timers.schedule(timed)
            elif isinstance(timed, SendSlot):
                actions.extend(timed.fire(now))
                routers.extend(timed.expired(now))
                self.timers.schedule(timed)
        return actions, routers

    def learn(self, router: Router, before: State, cached: CachedPacket, now: Nanoseconds) -> None:
        """Let a backup enter the fast path for a packet without anomalies and without actions."""
        wait = router.parameters.master_down_interval(router.instance.advertisement_interval)
        after = router.state
        if not isinstance(after, Backup):
            return
        if not only_restarts_timer(router, before, cached.source, now + wait):
            return
        group = self._down_timers.setdefault(wait, DownTimerGroup(wait))
        known = self._known.setdefault(cached.spec, {})
        RepeatedAdvertisement(router, after, self.timers, group, known).begin(cached)
        if group.queued_at is None:
            self.timers.schedule(group)

    def join_slot(self, router: Router, before: State, actions: Sequence[Action]) -> None:
        """Let a master enter the fast path whose deadline has passed, with the actions that
        followed.
        """
        sends = tuple(one for one in actions if isinstance(one, Send) and one.hmac is None)
        if not sends or len(sends) < len(actions) or not only_advertised(router, before):
            return
        interval, at = router.instance.advertisement_interval, router.deadline or 0
        if router.parameters.takeover_after < 2 * interval:
            # Peers take over after a single interval: the full path decides whether it is too late.
            return
        if len(self._slots) > _SLOTS_MAX:
            self._slots = {key: one for key, one in self._slots.items() if one.members}
        slot = self._slots.setdefault((interval, at % interval), SendSlot(interval))
        if not slot.members:
            slot.at = at
        if slot.at == at:
            SlotMember(router, self.timers, slot, sends)
            self.timers.schedule(slot)


def _sends(timed: Timed) -> bool:
    """Whether it is a master, or a slot of masters."""
    return isinstance(timed, SendSlot) or (
        isinstance(timed, Router) and isinstance(timed.state, Master)
    )
