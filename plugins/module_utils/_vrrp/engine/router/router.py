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
from ...model.intent import Intent, IntentChange, IntentKind
from ...wire.sequence import ReplayGuard
from ..actions import Action, Install, Log, Recovery, Remove, Send, Transition
from ..host.devices import macvlan_of, packet_filter_of
from ..host.links import Link
from ..host.resources import (
    NO_ADDRESSES,
    AddressResource,
    InterfaceMap,
    missing_addresses,
    preexisting_addresses,
    removal_order,
    resources_of,
    unexpected_addresses,
)
from .fast_path_member import LEAVES_FAST_PATH, VOIDS_PRECOMPUTED, FastPathMember
from .log_limiter import LogLimiter
from .messages import MessageCache, announcements
from .precomputed import PrecomputedStep, precompute
from .send_failures import SendFailures

STATE_NAMES = {Initialize: "INITIALIZE", Backup: "BACKUP", Master: "MASTER", Resigning: "MASTER"}


class Router:
    """Mutable; the engine sets the intent and what goes with it.

    ``native`` are the addresses, packed, that an owner had by itself when it installed those it
    serves; None while it has installed none. One attribute more than there are, and the dictionary
    of each router would take five times as much memory.
    """

    def __init__(self, instance: Instance, intent: Intent, now: Nanoseconds) -> None:
        self.fast_path: FastPathMember | None = None
        self.precomputed: PrecomputedStep | None = None
        self.queued_at: Nanoseconds | None = None
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
        self.in_sync_group = False
        self.deferred: Resign | None = None
        self.awaited_hook = 0
        self.leaving_hooks_called = False
        self.replay_guard = ReplayGuard()
        self._state: State = Initialize("starting")
        self._counters: Counter[str] = Counter()
        self._log_limiter = LogLimiter()
        self._interfaces = InterfaceMap()
        self._messages = MessageCache()
        self.preexisting: FrozenSet[bytes] | None = None
        self._removal_pending = NO_ADDRESSES
        self._last_priority = PRIORITY_MIN
        self.send_failures = SendFailures()
        self._recovery: Tuple[Tuple[object, ...], Recovery] | None = None

    # --- Its rhythm ---

    def __setattr__(self, name: str, value: Any) -> None:
        if name in LEAVES_FAST_PATH and self.fast_path is not None and getattr(self, name) != value:
            self.leave_fast_path()
        if name in VOIDS_PRECOMPUTED:
            super().__setattr__("precomputed", None)
        super().__setattr__(name, value)

    def leave_fast_path(self) -> None:
        """Go on by itself: something happens that is not what always happens."""
        if self.fast_path is not None:
            self._collect()
            rhythm, self.fast_path = self.fast_path, None
            rhythm.leave(self)

    def _collect(self) -> None:
        if self.fast_path is not None:
            before, self._state = self._state, self.fast_path.collect(self, self._state)
            if self._state is not before:
                self.precomputed = None

    def count(self, names: Iterable[str], times: int) -> None:
        """Something that has these counters happened so often."""
        self.precomputed = None
        self._counters.update(dict.fromkeys(names, times))

    # --- What it is now ---

    @property
    def state(self) -> State:
        """Where it is in the state machine."""
        self._collect()
        return self._state

    @property
    def counters(self) -> Counter[str]:
        """How often what was seen; may be added to."""
        self._collect()
        return self._counters

    @property
    def name(self) -> str:
        """What logs and actions call it, unique on the host."""
        return self.instance.label

    @property
    def state_name(self) -> str:
        """The state as users say it."""
        return STATE_NAMES[type(self.state)]

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
        if self.deferred is not None:
            return self._last_priority
        if self.intent.kind is IntentKind.BACKUP:
            return PRIORITY_MIN
        if self.intent.kind is IntentKind.MASTER and not self.instance.is_owner:
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
            forced_backup=self.intent.forced,
            in_sync_group=self.in_sync_group,
            virtual_mac=instance.virtual_mac,
            unsent_advertisements=self.send_failures.consecutive_at(
                self.counters["advertisements_sent"]
            ),
        )

    @property
    def deadline(self) -> Nanoseconds | None:
        """When it next needs a wake-up of its own; by rhythm it is woken with others."""
        return next_deadline(self._state) if self.fast_path is None else None

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
    def peer_takeover_at(self) -> Nanoseconds:
        """When a peer of this master may take over unless it is heard until then."""
        parameters, state = self.parameters, self.state
        last = getattr(state, "adver_at", 0) - parameters.advertisement_interval
        return last + parameters.takeover_after

    # --- What happens to it ---

    def step(self, event: Event, now: Nanoseconds) -> Tuple[List[Action], List[fsm.DrainUndone]]:
        """Let an event happen; gives the actions on the host, and drains that were undone."""
        self.leave_fast_path()
        rehearsal, self.precomputed = self.precomputed, None
        if rehearsal is not None and rehearsal.matches(event, now):
            return rehearsal.apply(self)
        old = self.state_name
        self._state, decided = step(self.parameters, self._state, event, now)
        undone = [one for one in decided if isinstance(one, fsm.DrainUndone)]
        done = [action for one in decided for action in self._render(one)]
        if self.state_name != old:
            done.append(self._transition(event, old, now))
            done.extend(self._log_limiter.note_transition(self.name, now))
        return done, undone

    def restore(self, state: State) -> None:
        """Be in a state that another agent brought a router to, with all that belongs to it."""
        self._state = state
        self._last_priority = self.effective_priority

    def precompute(self, event: Event, at: Nanoseconds, holds_until: Nanoseconds) -> None:
        """Be prepared for an event at that time; whatever happens before makes it void."""
        self._collect()
        self.precomputed = precompute(self, event, at, holds_until)

    def log_limited(self, about: str, said: str, now: Nanoseconds) -> List[Log]:
        """A line for the log, but not too often about the same thing."""
        self.precomputed = None
        return self._log_limiter.log(self.name, about, said, now)

    def _transition(self, event: Event, old: str, now: Nanoseconds) -> Transition:
        self.since = now
        self.transitions += 1
        return Transition(
            self.name,
            self.instance.name,
            self.instance.family,
            name_of(event),
            old,
            self.state_name,
            self.state.reason,
            now,
        )

    def _render(self, action: fsm.Action) -> List[Action]:
        if isinstance(action, fsm.Advertise):
            return self._advertise(action.priority)
        if isinstance(action, fsm.InstallAddresses):
            return self._install()
        if isinstance(action, fsm.RemoveAddresses):
            return self._remove()
        if isinstance(action, fsm.Announce):
            return self._announce(action.refresh)
        return []

    def bind(self, links: Mapping[str, Link], link: Link, address: bytes) -> None:
        """Take note of the interfaces as they are now, and of our packed address."""
        if address != self.address:
            self._messages.clear()
        device = macvlan_of(self.instance, link.index)
        home = links.get(device.name) if device else link
        if (_index(self.link), _index(self._interfaces.vip_link)) != (link.index, _index(home)):
            self.leave_fast_path()
        self.precomputed = None
        self.link, self.address, self._interfaces = link, address, InterfaceMap(links, home)
        if self._removal_pending:
            self._removal_pending &= preexisting_addresses(self.instance, self._interfaces)

    def unbind(self) -> None:
        """The interface does not exist any more."""
        self.link, self.address, self._interfaces = None, b"", InterfaceMap()

    def replace_instance(self, instance: Instance) -> List[Action]:
        """Take other settings; what is no longer served goes at once."""
        before, native = resources_of(self.instance, self._interfaces), self.preexisting
        self.instance = instance
        self._messages.clear()
        if native is None:
            return []
        after = set(resources_of(instance, self._interfaces))
        dropped = tuple(one for one in removal_order(before, native) if one not in after)
        return [Remove(self.name, dropped)] if dropped else []

    # --- What it holds ---

    def _install(self) -> List[Action]:
        if self._interfaces.vip_link is None:
            return []
        if self.preexisting is None:
            self.preexisting = self._preexisting_now()
        return [Install(self.name, resources_of(self.instance, self._interfaces))]

    def _remove(self) -> List[Action]:
        """Everything after having been master; otherwise what another agent left behind."""
        native, self.preexisting = self.preexisting, None
        if native is None:
            leaving = self.unexpected_addresses()
            return [Remove(self.name, leaving)] if leaving else []
        held = removal_order(resources_of(self.instance, self._interfaces), native)
        if self.instance.is_owner:
            self._removal_pending |= {
                one.address.packed for one in held if isinstance(one, AddressResource)
            }
        return [Remove(self.name, held)] if held else []

    def unexpected_addresses(self) -> Tuple[AddressResource, ...]:
        """Virtual addresses that the host has although this router doesn't serve them."""
        if self.preexisting is not None:
            return ()
        return unexpected_addresses(self.instance, self._interfaces, self._preexisting_now())

    def _preexisting_now(self) -> FrozenSet[bytes]:
        """The addresses that an owner has by itself. Those that it has just taken off are still
        there as long as the kernel has not told otherwise, and are not among them.
        """
        native = preexisting_addresses(self.instance, self._interfaces)
        return native - self._removal_pending if self._removal_pending else native

    def missing_addresses(self) -> Tuple[AddressResource, ...]:
        """The addresses that should be on the host and are not."""
        return (
            () if self.preexisting is None else missing_addresses(self.instance, self._interfaces)
        )

    def _announce(self, refresh: bool) -> List[Action]:
        instance = self.instance
        count = instance.announce_refresh_count if refresh else instance.announce_count
        return [*announcements(self.name, instance, self._interfaces, count)]

    # --- Advertisements ---

    @property
    def egress_link(self) -> Link | None:
        """The interface that advertisements leave through: the virtual MAC's, if it has one.

        Unicast ones leave through the interface itself, where the peers expect its address.
        """
        return self.link if self.instance.unicast_peers else self._interfaces.vip_link

    def _advertise(self, priority: int) -> List[Action]:
        self._last_priority = priority
        self.counters["advertisements_sent"] += 1
        if priority == PRIORITY_RELEASE:
            self.counters["priority_zero_sent"] += 1
        instance, index, source = self.instance, _index(self.egress_link), self.address
        ttl, hmac = instance.unicast_ttl, instance.signing_hmac
        return [
            Send(self.name, index, source, destination, message, ttl, hmac)
            for destination, message in self._messages.messages(instance, source, priority)
        ]

    def record_send_failure(self) -> int:
        """Note that the last advertisement was not sent; gives how many in a row were not."""
        self.leave_fast_path()
        destinations = self.instance.destinations_from(self.address)
        return self.send_failures.record(self.counters["advertisements_sent"], len(destinations))

    def recovery(self) -> Recovery | None:
        """What to clean up if this agent dies; None while it can't be master."""
        if self.link is None or self.egress_link is None:
            return None
        native = self._preexisting_now() if self.preexisting is None else self.preexisting
        of = (self.instance, self.address, native, self._interfaces.fingerprint(self.instance))
        if self._recovery is None or self._recovery[0] != of:
            self._recovery = of, self._make_recovery(self.link, self.egress_link, native)
        return self._recovery[1]

    def _make_recovery(self, link: Link, speaker: Link, native: FrozenSet[bytes]) -> Recovery:
        device = macvlan_of(self.instance, link.index)
        table = packet_filter_of(self.instance, link.index)
        return Recovery(
            self.name,
            speaker.name,
            removal_order(resources_of(self.instance, self._interfaces), native),
            self.address,
            self._messages.messages(self.instance, self.address, PRIORITY_RELEASE),
            self.instance.unicast_ttl,
            device.name if device else "",
            table.table if table else "",
            self.instance.signing_hmac,
        )


def _index(link: Link | None) -> int:
    return link.index if link else 0
