# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One virtual router of this host: its settings, its state, and what it does with them.

The router turns the abstract actions of the state machine into actions on the host. It decides
nothing: ``fsm`` decides what happens, ``engine`` what happens to whom. This module is PRIVATE to
the collection.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, FrozenSet, Iterable, List, Mapping, Tuple

from ...base.constants import (
    PRIORITY_MAX,
    PRIORITY_MIN,
    PRIORITY_OWNER,
    PRIORITY_RELEASE,
)
from ...base.units import NANOSECONDS_PER_SECOND, Nanoseconds
from ...fsm import actions as fsm
from ...fsm.events import Event, Resign, name_of
from ...fsm.parameters import Parameters
from ...fsm.state import Backup, Initialize, Master, Peer, Resigning, State
from ...fsm.step import next_deadline, step
from ...model.instance import Instance
from ...model.intent import Intent, IntentChange, Wish
from ...wire.sequence import ReplayGuard
from ..actions import Action, Install, Note, Recovery, Remove, Send, Transition
from ..host.devices import packet_filter, virtual_mac
from ..host.links import Link
from ..host.resources import (
    NO_ADDRESSES,
    Ground,
    Placed,
    holdings,
    lost,
    native_addresses,
    strays,
    without,
)
from .fast_path_member import ENDS_RHYTHM, VOIDS_REHEARSAL, Rhythm
from .log_limiter import Remarks
from .messages import Voice, announcements
from .precomputed import Rehearsal, rehearse
from .send_failures import Refusals

DISPLAYED = {Initialize: "INITIALIZE", Backup: "BACKUP", Master: "MASTER", Resigning: "MASTER"}


class Router:
    """Mutable; the engine sets the intent and what goes with it.

    ``native`` are the addresses, packed, that an owner had by itself when it installed those it
    serves; None while it has installed none. One attribute more than there are, and the dictionary
    of each router would take five times as much memory.
    """

    def __init__(self, instance: Instance, intent: Intent, now: Nanoseconds) -> None:
        self.rhythm: Rhythm | None = None
        self.rehearsal: Rehearsal | None = None
        self.planned_at: Nanoseconds | None = None
        self.instance = instance
        self.intent = intent
        self.since = now
        self.transitions = 0
        self.link: Link | None = None
        self.address = b""
        self.adjustment = 0
        self.hold_priority = 0
        self.claimed_at: Nanoseconds = -NANOSECONDS_PER_SECOND * 3600
        self.change: IntentChange | None = None
        self.retired = False
        self.awaits_group = False
        self.leaving: Resign | None = None
        self.farewell = 0
        self.farewell_said = False
        self.replay_guard = ReplayGuard()
        self._state: State = Initialize("starting")
        self._counters: Counter[str] = Counter()
        self._remarks = Remarks()
        self._ground = Ground()
        self._voice = Voice()
        self.native: FrozenSet[bytes] | None = None
        self._taken_off = NO_ADDRESSES
        self._advertised = PRIORITY_MIN
        self.refusals = Refusals()
        self._recovery: Tuple[Tuple[object, ...], Recovery] | None = None

    # --- Its rhythm ---

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ENDS_RHYTHM and self.rhythm is not None and getattr(self, name) != value:
            self.end_rhythm()
        if name in VOIDS_REHEARSAL:
            super().__setattr__("rehearsal", None)
        super().__setattr__(name, value)

    def end_rhythm(self) -> None:
        """Go on by itself: something happens that is not what always happens."""
        if self.rhythm is not None:
            self._take_in()
            rhythm, self.rhythm = self.rhythm, None
            rhythm.end(self)

    def _take_in(self) -> None:
        if self.rhythm is not None:
            before, self._state = self._state, self.rhythm.take_in(self, self._state)
            if self._state is not before:
                self.rehearsal = None

    def count(self, names: Iterable[str], times: int) -> None:
        """Something that has these counters happened so often."""
        self.rehearsal = None
        self._counters.update(dict.fromkeys(names, times))

    # --- What it is now ---

    @property
    def state(self) -> State:
        """Where it is in the state machine."""
        self._take_in()
        return self._state

    @property
    def counters(self) -> Counter[str]:
        """How often what was seen; may be added to."""
        self._take_in()
        return self._counters

    @property
    def name(self) -> str:
        """What logs and actions call it, unique on the host."""
        return self.instance.label

    @property
    def displayed(self) -> str:
        """The state as users say it."""
        return DISPLAYED[type(self.state)]

    @property
    def tracked_priority(self) -> int:
        """The configured priority with what is tracked: never 0, and 255 only for an owner."""
        if self.instance.is_owner:
            return PRIORITY_OWNER
        return max(PRIORITY_MIN, min(self.instance.priority + self.adjustment, PRIORITY_MAX))

    @property
    def effective_priority(self) -> int:
        """The priority it advertises: also what the operator's intent makes of it.

        While hooks run before it resigns, it stays what it was, or nobody would wait for them.
        """
        if self.leaving is not None:
            return self._advertised
        if self.intent.wish is Wish.BACKUP:
            return PRIORITY_MIN
        if self.intent.wish is Wish.MASTER and not self.instance.is_owner:
            return max(self.tracked_priority, min(self.hold_priority, PRIORITY_MAX))
        return self.tracked_priority

    @property
    def preempts(self) -> bool:
        """Whether it displaces a worse master; an owner always does (RFC 9568 section 6.1)."""
        return self.instance.preempt or self.effective_priority == PRIORITY_OWNER

    @property
    def parameters(self) -> Parameters:
        """What the state machine has to know."""
        instance = self.instance
        return Parameters(
            version=instance.version,
            priority=self.effective_priority,
            address=self.address,
            advertisement_interval=instance.advertisement_interval,
            preempt=self.preempts,
            announce_delay=instance.announce_delay,
            announce_refresh=instance.announce_refresh,
            down_intervals=instance.down_intervals,
            preempt_delay=instance.preempt_delay,
            startup_delay=instance.startup_delay,
            stay_out=self.intent.forced,
            awaits_group=self.awaits_group,
            virtual_mac=instance.virtual_mac,
            unsent=self.refusals.up_to(self.counters["advertisements_sent"]),
        )

    @property
    def deadline(self) -> Nanoseconds | None:
        """When it next needs a wake-up of its own; by rhythm it is woken with others."""
        return next_deadline(self._state) if self.rhythm is None else None

    @property
    def master(self) -> Peer | None:
        """The master as this router sees it: itself, a peer, or nobody."""
        if isinstance(self.state, Master):
            interval = self.instance.advertisement_interval
            return Peer(self.address, self.effective_priority, interval)
        if isinstance(self.state, Resigning):
            return self.state.successor
        if isinstance(self.state, Backup):
            return self.state.master
        return None

    @property
    def presumed_dead_at(self) -> Nanoseconds:
        """When a peer of this master may take over unless it is heard until then."""
        parameters, state = self.parameters, self.state
        last = getattr(state, "adver_at", 0) - parameters.advertisement_interval
        return last + parameters.presumed_dead_after

    # --- What happens to it ---

    def step(self, event: Event, now: Nanoseconds) -> Tuple[List[Action], List[fsm.DrainUndone]]:
        """Let an event happen; gives the actions on the host, and drains that were undone."""
        self.end_rhythm()
        rehearsal, self.rehearsal = self.rehearsal, None
        if rehearsal is not None and rehearsal.is_of(event, now):
            return rehearsal.adopt(self)
        old = self.displayed
        self._state, decided = step(self.parameters, self._state, event, now)
        undone = [one for one in decided if isinstance(one, fsm.DrainUndone)]
        done = [action for one in decided for action in self._realise(one)]
        if self.displayed != old:
            done.append(self._transition(event, old, now))
            done.extend(self._remarks.changed(self.name, now))
        return done, undone

    def resume(self, state: State) -> None:
        """Be in a state that another agent brought a router to, with all that belongs to it."""
        self._state = state
        self._advertised = self.effective_priority

    def rehearse(self, event: Event, at: Nanoseconds, holds_until: Nanoseconds) -> None:
        """Be prepared for an event at that time; whatever happens before makes it void."""
        self._take_in()
        self.rehearsal = rehearse(self, event, at, holds_until)

    def remark(self, about: str, said: str, now: Nanoseconds) -> List[Note]:
        """A line for the log, but not too often about the same thing."""
        self.rehearsal = None
        return self._remarks.remark(self.name, about, said, now)

    def _transition(self, event: Event, old: str, now: Nanoseconds) -> Transition:
        self.since = now
        self.transitions += 1
        return Transition(
            self.name,
            self.instance.name,
            self.instance.family,
            name_of(event),
            old,
            self.displayed,
            self.state.reason,
            now,
        )

    def _realise(self, action: fsm.Action) -> List[Action]:
        if isinstance(action, fsm.Advertise):
            return self._advertise(action.priority)
        if isinstance(action, fsm.InstallAddresses):
            return self._install()
        if isinstance(action, fsm.RemoveAddresses):
            return self._remove()
        if isinstance(action, fsm.Announce):
            return self._announce(action.refresh)
        return []

    def attach(self, links: Mapping[str, Link], link: Link, address: bytes) -> None:
        """Take note of the interfaces as they are now, and of our packed address."""
        if address != self.address:
            self._voice.forget()
        device = virtual_mac(self.instance, link.index)
        home = links.get(device.name) if device else link
        if (_index(self.link), _index(self._ground.home)) != (link.index, _index(home)):
            self.end_rhythm()
        self.rehearsal = None
        self.link, self.address, self._ground = link, address, Ground(links, home)
        if self._taken_off:
            self._taken_off &= native_addresses(self.instance, self._ground)

    def detach(self) -> None:
        """The interface does not exist any more."""
        self.link, self.address, self._ground = None, b"", Ground()

    def replace_instance(self, instance: Instance) -> List[Action]:
        """Take other settings; what is no longer served goes at once."""
        before, native = holdings(self.instance, self._ground), self.native
        self.instance = instance
        self._voice.forget()
        if native is None:
            return []
        after = set(holdings(instance, self._ground))
        dropped = tuple(one for one in without(before, native) if one not in after)
        return [Remove(self.name, dropped)] if dropped else []

    # --- What it holds ---

    def _install(self) -> List[Action]:
        if self._ground.home is None:
            return []
        if self.native is None:
            self.native = self._native_now()
        return [Install(self.name, holdings(self.instance, self._ground))]

    def _remove(self) -> List[Action]:
        """Everything after having been master; otherwise what another agent left behind."""
        native, self.native = self.native, None
        if native is None:
            leaving = self.stray_addresses()
            return [Remove(self.name, leaving)] if leaving else []
        held = without(holdings(self.instance, self._ground), native)
        if self.instance.is_owner:
            self._taken_off |= {one.address.packed for one in held if isinstance(one, Placed)}
        return [Remove(self.name, held)] if held else []

    def stray_addresses(self) -> Tuple[Placed, ...]:
        """Virtual addresses that the host has although this router doesn't serve them."""
        if self.native is not None:
            return ()
        return strays(self.instance, self._ground, self._native_now())

    def _native_now(self) -> FrozenSet[bytes]:
        """The addresses that an owner has by itself. Those that it has just taken off are still
        there as long as the kernel has not told otherwise, and are not among them.
        """
        native = native_addresses(self.instance, self._ground)
        return native - self._taken_off if self._taken_off else native

    def lost_addresses(self) -> Tuple[Placed, ...]:
        """The addresses that should be on the host and are not."""
        return () if self.native is None else lost(self.instance, self._ground)

    def _announce(self, refresh: bool) -> List[Action]:
        instance = self.instance
        count = instance.announce_refresh_count if refresh else instance.announce_count
        return [*announcements(self.name, instance, self._ground, count)]

    # --- Advertisements ---

    @property
    def speaker(self) -> Link | None:
        """The interface that advertisements leave through: the virtual MAC's, if it has one.

        Unicast ones leave through the interface itself, where the peers expect its address.
        """
        return self.link if self.instance.unicast_peers else self._ground.home

    def _advertise(self, priority: int) -> List[Action]:
        self._advertised = priority
        self.counters["advertisements_sent"] += 1
        if priority == PRIORITY_RELEASE:
            self.counters["priority_zero_sent"] += 1
        instance, index, source = self.instance, _index(self.speaker), self.address
        ttl, hmac = instance.unicast_ttl, instance.signs_with
        return [
            Send(self.name, index, source, destination, message, ttl, hmac)
            for destination, message in self._voice.messages(instance, source, priority)
        ]

    def failed_to_send(self) -> int:
        """Note that the last advertisement was not sent; gives how many in a row were not."""
        self.end_rhythm()
        destinations = self.instance.destinations_from(self.address)
        return self.refusals.note(self.counters["advertisements_sent"], len(destinations))

    def recovery(self) -> Recovery | None:
        """What to clean up if this agent dies; None while it can't be master."""
        if self.link is None or self.speaker is None:
            return None
        native = self._native_now() if self.native is None else self.native
        of = (self.instance, self.address, native, self._ground.outline(self.instance))
        if self._recovery is None or self._recovery[0] != of:
            self._recovery = of, self._make_recovery(self.link, self.speaker, native)
        return self._recovery[1]

    def _make_recovery(self, link: Link, speaker: Link, native: FrozenSet[bytes]) -> Recovery:
        device = virtual_mac(self.instance, link.index)
        table = packet_filter(self.instance, link.index)
        return Recovery(
            self.name,
            speaker.name,
            without(holdings(self.instance, self._ground), native),
            self.address,
            self._voice.messages(self.instance, self.address, PRIORITY_RELEASE),
            self.instance.unicast_ttl,
            device.name if device else "",
            table.table if table else "",
            self.instance.signs_with,
        )


def _index(link: Link | None) -> int:
    return link.index if link else 0
