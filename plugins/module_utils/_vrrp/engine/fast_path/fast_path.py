# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The steady state: masters that say the same again, and backups that hear the same again.

Nearly all that a router ever does is what it did one interval ago. So when the full path (the
receive checks, the state machine, the actions) has found that something changed nothing but a
deadline, what was done is kept, and is done again without thinking for as long as nothing else
happens to the router:

- A backup keeps *vigil* over the packet that it heard. The same bytes from the same sender pass
  the same checks with the same result, so hearing them again is a store. Backups that wait
  equally long have one deadline together, that of the one that was silent for the longest time.
- A master joins the *beat* of those that speak at the same instants. They have one deadline, and
  one action with the advertisements of all.

Both are a router's *rhythm*. What it has done in the meantime is taken into its state and its
counters when somebody looks at them. Whatever a transition may depend on ends the rhythm when it
changes (see ``Router``), and the full path goes on from there as if it had never been left.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Hashable, Iterator, List, Sequence, Tuple, TypeVar

from ...base.units import Nanoseconds
from ...fsm.events import TimerExpired
from ...fsm.state import Backup, Master, State
from ...model.intent import IntentKind
from ..actions import Action, Send, SendBatch, SocketSpec
from ..router.router import Router
from ..timer_queue import TimerQueue

Packet = Hashable  # All of a datagram that the checks look at, in whatever form.
AnyPacket = TypeVar("AnyPacket", bound=Packet)
_Familiar = Dict[Packet, "RepeatedAdvertisement"]
_SENT = ("advertisements_sent",)
# Before the last part of its wait nobody has a reason to expect that it will be to no avail.
_PRECOMPUTE_LEAD_DIVISOR = 8
_SLOTS_MAX = 1000  # More, and those that nobody belongs to any more are forgotten.
_PRECOMPUTE_BATCH = 50  # Who is in a hurry must not have to wait for others who prepare.


@dataclass(frozen=True)
class CachedPacket:
    """A packet that was heard, and the counters that it counts in."""

    ear: SocketSpec
    packet: Packet
    counted: Tuple[str, ...]


class FastPath:
    """The rhythms of all routers, and the agenda on which they and the routers stand."""

    def __init__(self) -> None:
        self.timers = TimerQueue()
        self._known: Dict[SocketSpec, _Familiar] = {}
        self._down_timers: Dict[Nanoseconds, DownTimerGroup] = {}
        self._slots: Dict[Tuple[Nanoseconds, Nanoseconds], SendSlot] = {}

    def unmatched(
        self, ear: SocketSpec, packets: Sequence[AnyPacket], times: Sequence[Nanoseconds]
    ) -> Iterator[AnyPacket]:
        """Take note of the packets that are heard again; gives the others, each in its turn.

        What follows from one has to be done before the next is asked for.
        """
        familiar = self._known.setdefault(ear, {})
        for packet, arrived_at in zip(packets, times):
            vigil = familiar.get(packet)
            if vigil is None:
                yield packet
            else:
                vigil.heard_at = arrived_at
                vigil.times += 1

    def pop_due(self, now: Nanoseconds) -> Tuple[List[Action], List[Router]]:
        """What is sent by rhythm, and the routers that have to be woken on the full path."""
        actions: List[Action] = []
        routers: List[Router] = []
        for sleeper in self.timers.pop_due(now):
            if isinstance(sleeper, Router):
                routers.append(sleeper)
            elif isinstance(sleeper, DownTimerGroup):
                found = sleeper.expired(now)
                if not found:
                    sleeper.precompute(now)
                routers.extend(found)
                self.timers.schedule(sleeper)
            elif isinstance(sleeper, SendSlot):
                actions.extend(sleeper.fire(now))
                routers.extend(sleeper.expired(now))
                self.timers.schedule(sleeper)
        return actions, routers

    def learn(
        self, router: Router, before: State, sighting: CachedPacket, now: Nanoseconds
    ) -> None:
        """A router has heard a packet in which nothing is odd, and no action followed."""
        wait = router.parameters.master_down_interval(router.instance.advertisement_interval)
        if not _only_restarts_timer(router, before, now + wait):
            return
        watch = self._down_timers.setdefault(wait, DownTimerGroup(wait))
        familiar = self._known.setdefault(sighting.ear, {})
        RepeatedAdvertisement(self.timers, watch, familiar, sighting, now).begin(router)
        if watch.queued_at is None:
            self.timers.schedule(watch)

    def join_slot(self, router: Router, before: State, actions: Sequence[Action]) -> None:
        """A router was woken, and these actions followed."""
        sends = tuple(one for one in actions if isinstance(one, Send) and one.hmac is None)
        if not sends or len(sends) < len(actions) or not _only_advertised(router, before):
            return
        interval, at = router.instance.advertisement_interval, router.deadline or 0
        if router.parameters.takeover_after < 2 * interval:
            return  # Its peers are impatient: being late is something to think about.
        if len(self._slots) > _SLOTS_MAX:
            self._slots = {key: one for key, one in self._slots.items() if one.members}
        beat = self._slots.setdefault((interval, at % interval), SendSlot(interval))
        if not beat.members:
            beat.at = at
        if beat.at == at:
            SlotMember(self.timers, beat, sends).begin(router)
            self.timers.schedule(beat)


def _only_restarts_timer(router: Router, before: State, until: Nanoseconds) -> bool:
    """Whether hearing the same again means nothing to a backup but to wait anew."""
    after = router.state
    if not isinstance(before, Backup) or not isinstance(after, Backup):
        return False
    if before.master_down_at >= until or after.preempt_at is not None:
        return False  # Heard twice at the same instant: whether it waits anew can't be seen.
    if after != replace(before, master_down_at=until):
        return False
    by_itself = router.intent.kind is not IntentKind.MASTER and not router.in_sync_group
    return by_itself and router.instance.hmac is None


def _only_advertised(router: Router, before: State) -> bool:
    """Whether a master did nothing but advertise, and has nothing else to do next time."""
    after = router.state
    if not isinstance(before, Master) or not isinstance(after, Master):
        return False
    return after.announce_at is None and after == replace(before, adver_at=after.adver_at)


# --- Backups -------------------------------------------------------------------------------------


class DownTimerGroup:
    """Backups that wait equally long for what they hear again and again."""

    def __init__(self, wait: Nanoseconds) -> None:
        self.wait = wait
        self.members: Dict[Router, RepeatedAdvertisement] = {}
        self.queued_at: Nanoseconds | None = None
        self._lead = wait // _PRECOMPUTE_LEAD_DIVISOR
        self._precomputed_until: Nanoseconds = 0

    @property
    def deadline(self) -> Nanoseconds | None:
        """That of the member that has heard nothing for the longest time, and before that the time
        for its rehearsal, which hardly ever comes.
        """
        heard_at = min([vigil.heard_at for vigil in self.members.values()], default=None)
        if heard_at is None or heard_at <= self._precomputed_until:
            return None if heard_at is None else heard_at + self.wait
        return heard_at + self.wait - self._lead

    def precompute(self, now: Nanoseconds) -> None:
        """Let those prepare themselves whose time is near."""
        until = now - self.wait + self._lead + self._lead // 2
        waiting = [
            (router, vigil.heard_at + self.wait)
            for router, vigil in self.members.items()
            if vigil.heard_at <= until and router.precomputed is None
        ]
        for router, at in waiting[:_PRECOMPUTE_BATCH]:
            router.precompute(TimerExpired(), at, at + self._lead)
        if len(waiting) <= _PRECOMPUTE_BATCH:
            self._precomputed_until = until

    def expired(self, now: Nanoseconds) -> List[Router]:
        """Those that have waited for too long; they go on by themselves."""
        silent_since = now - self.wait
        found = [one for one, vigil in self.members.items() if vigil.heard_at <= silent_since]
        for router in found:
            router.leave_fast_path()
        return found


class RepeatedAdvertisement:
    """A backup and the packet that it hears again and again."""

    __slots__ = ("_cached", "_group", "_known", "_timers", "heard_at", "times")

    def __init__(
        self,
        agenda: TimerQueue,
        watch: DownTimerGroup,
        familiar: _Familiar,
        sighting: CachedPacket,
        now: Nanoseconds,
    ) -> None:
        self._timers, self._group = agenda, watch
        self._known, self._cached = familiar, sighting
        self.heard_at = now
        self.times = 0

    def begin(self, router: Router) -> None:
        """Let the router keep it."""
        router.fast_path = self._group.members[router] = self._known[self._cached.packet] = self

    def collect(self, router: Router, state: State) -> State:
        """Count what was heard, and give the state that follows from it."""
        times, self.times = self.times, 0
        if not times or not isinstance(state, Backup):
            return state
        router.count(self._cached.counted, times)
        return replace(state, master_down_at=self.heard_at + self._group.wait)

    def leave(self, router: Router) -> None:
        """Let the router go on by itself."""
        del self._known[self._cached.packet], self._group.members[router]
        self._timers.schedule(router)


# --- Masters -------------------------------------------------------------------------------------


class SendSlot:
    """Masters that advertise at the same instants, next ``at``; ``count`` says how often they did.

    ``interval`` is theirs.
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
        """When all of them advertise next."""
        return self.at if self.members else None

    def change(self, router: Router, sends: Tuple[Send, ...]) -> None:
        """A router has joined with these advertisements, or left with none."""
        self._action = None
        if sends:
            self.members[router] = sends
        else:
            del self.members[router]

    def fire(self, now: Nanoseconds) -> List[Action]:
        """What all of them send; nothing when it is so late that each has to think about it."""
        if now - self.at >= self._interval:
            return []
        if self._action is None:
            self._action = SendBatch(tuple(one for sends in self.members.values() for one in sends))
        self.at += self._interval
        self.count += 1
        return [self._action]

    def expired(self, now: Nanoseconds) -> List[Router]:
        """Those that are still due; they go on by themselves."""
        found = list(self.members) if self.at <= now else []
        for router in found:
            router.leave_fast_path()
        return found


class SlotMember:
    """What one master has in a beat."""

    __slots__ = ("_count", "_sends", "_slot", "_timers")

    def __init__(self, agenda: TimerQueue, beat: SendSlot, sends: Tuple[Send, ...]) -> None:
        self._timers, self._slot, self._sends = agenda, beat, sends
        self._count = beat.count

    def begin(self, router: Router) -> None:
        """Let the router speak by it."""
        self._slot.change(router, self._sends)
        router.fast_path = self

    def collect(self, router: Router, state: State) -> State:
        """Count what was sent, and give the state that follows from it."""
        times, self._count = self._slot.count - self._count, self._slot.count
        if not times or not isinstance(state, Master):
            return state
        router.count(_SENT, times)
        return replace(state, adver_at=self._slot.at)

    def leave(self, router: Router) -> None:
        """Let the router go on by itself."""
        self._slot.change(router, ())
        self._timers.schedule(router)
