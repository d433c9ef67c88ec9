# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One virtual router of this host: its settings, its state, and the bytes it sends.

The router turns the abstract actions of the state machine into actions on the host. It decides
nothing: ``fsm`` decides what happens, ``engine`` what happens to whom. This module is PRIVATE to
the collection.
"""

from __future__ import annotations

from collections import Counter
from typing import Dict, FrozenSet, List, Tuple

from ..base.constants import PRIORITY_MAX, PRIORITY_MIN, PRIORITY_OWNER, PRIORITY_RELEASE
from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds
from ..fsm import actions as fsm
from ..fsm.events import Event, name_of
from ..fsm.parameters import Parameters
from ..fsm.state import Backup, Initialize, Master, Peer, Resigning, State
from ..fsm.step import next_deadline, step
from ..model.address import VirtualAddress
from ..model.instance import Instance
from ..model.intent import Intent, Wish
from ..wire.advertisement import Advertisement, encode
from ..wire.announce import announcement
from .actions import Action, Install, Note, Recovery, Remove, Send, SendFrames, Transition
from .changes import IntentChange
from .links import Link

DISPLAYED = {Initialize: "INITIALIZE", Backup: "BACKUP", Master: "MASTER", Resigning: "MASTER"}


class Router:
    """Mutable; the engine sets the intent and what goes with it."""

    def __init__(self, instance: Instance, intent: Intent, now: Nanoseconds) -> None:
        self.instance = instance
        self.intent = intent
        self.state: State = Initialize("starting")
        self.since = now
        self.transitions = 0
        self.counters: Counter[str] = Counter()
        self.link: Link | None = None
        self.address = b""
        self.hold_priority = 0
        self.claimed_at: Nanoseconds = -NANOSECONDS_PER_SECOND * 3600
        self.change: IntentChange | None = None
        self.retired = False
        self.logged_at: Dict[str, Nanoseconds] = {}
        self._installed = False
        self._native: FrozenSet[bytes] = frozenset()
        self._messages: Dict[int, bytes] = {}
        self._failed_send = 0
        self._failed_in_a_row = 0

    # --- What it is now ---

    @property
    def name(self) -> str:
        return self.instance.name

    @property
    def displayed(self) -> str:
        """The state as users say it."""
        return DISPLAYED[type(self.state)]

    @property
    def effective_priority(self) -> int:
        """The priority it advertises: configured, or what the operator's intent makes of it."""
        if self.intent.wish is Wish.BACKUP:
            return PRIORITY_MIN
        if self.intent.wish is Wish.MASTER and self.instance.priority != PRIORITY_OWNER:
            return max(self.instance.priority, min(self.hold_priority, PRIORITY_MAX))
        return self.instance.priority

    @property
    def preempts(self) -> bool:
        """Whether it displaces a worse master; an owner always does (RFC 9568 section 6.1)."""
        return self.instance.preempt or self.effective_priority == PRIORITY_OWNER

    @property
    def parameters(self) -> Parameters:
        """What the state machine has to know."""
        return Parameters(
            version=self.instance.version,
            priority=self.effective_priority,
            address=self.address,
            advertisement_interval=self.instance.advertisement_interval,
            preempt=self.preempts,
            announce_delay=self.instance.announce_delay,
            stay_out=self.intent.forced,
        )

    @property
    def deadline(self) -> Nanoseconds | None:
        """When it next needs a wake-up."""
        return next_deadline(self.state)

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

    # --- What happens to it ---

    def step(self, event: Event, now: Nanoseconds) -> Tuple[List[Action], List[fsm.DrainUndone]]:
        """Let an event happen; gives the actions on the host, and drains that were undone."""
        old = self.displayed
        self.state, decided = step(self.parameters, self.state, event, now)
        undone = [one for one in decided if isinstance(one, fsm.DrainUndone)]
        done = [action for one in decided for action in self._realise(one)]
        if self.displayed != old:
            done.append(self._transition(event, old, now))
        return done, undone

    def _transition(self, event: Event, old: str, now: Nanoseconds) -> Transition:
        self.since = now
        self.transitions += 1
        return Transition(self.name, name_of(event), old, self.displayed, self.state.reason, now)

    def _realise(self, action: fsm.Action) -> List[Action]:
        if isinstance(action, fsm.Advertise):
            return [self._send(action.priority)]
        if isinstance(action, fsm.InstallAddresses):
            return self._install()
        if isinstance(action, fsm.RemoveAddresses):
            return self._remove()
        if isinstance(action, fsm.Announce):
            return self._announce()
        return []

    def attach(self, link: Link | None, address: bytes) -> None:
        """Take note of the interface as it is now, and of our packed address on it."""
        if address != self.address:
            self._messages.clear()
        self.link, self.address = link, address

    # --- Addresses ---

    def _install(self) -> List[Action]:
        if self.link is None:
            return []
        if not self._installed:
            self._native = self._native_addresses()
            self._installed = True
        return [Install(self.name, self.link.index, self.instance.addresses)]

    def _native_addresses(self) -> FrozenSet[bytes]:
        """The addresses that an owner has by itself, and that are not ours to remove."""
        if self.link is None or self.instance.priority != PRIORITY_OWNER:
            return frozenset()
        return frozenset(one for one in self.instance.packed_addresses if self.link.has(one))

    def _remove(self) -> List[Action]:
        """All of them after having been master; otherwise what another agent left behind."""
        present = self._installed
        self._installed = False
        if self.link is None:
            return []
        native = self._native if present else self._native_addresses()
        served = self.instance.addresses if present else ()
        leaving = tuple(one for one in served if one.packed not in native)
        leaving += tuple(one for one in self.stray_addresses() if one not in leaving)
        return [Remove(self.name, self.link.index, leaving)] if leaving else []

    def stray_addresses(self) -> Tuple[VirtualAddress, ...]:
        """Virtual addresses that the interface has although this router doesn't serve them.

        With the prefix lengths they have there, without which the kernel would not find them.
        """
        if self.link is None or self._installed:
            return ()
        virtual = set(self.instance.packed_addresses) - self._native_addresses()
        return tuple(
            VirtualAddress(one.packed, one.prefix_length)
            for one in self.link.addresses
            if one.packed in virtual
        )

    def remove_strays(self) -> List[Action]:
        """Take away what another program put on the interface of a router that is no master."""
        strays = self.stray_addresses()
        if self.link is None or not strays:
            return []
        note = Note(
            self.name, f"{', '.join(map(str, strays))} was added by another program; removing"
        )
        return [note, Remove(self.name, self.link.index, strays)]

    def replace_instance(self, instance: Instance) -> List[Action]:
        """Take other settings; addresses that are no longer served go at once."""
        dropped = tuple(one for one in self.instance.addresses if one not in instance.addresses)
        dropped = tuple(one for one in dropped if one.packed not in self._native)
        self.instance = instance
        self._messages.clear()
        if not self._installed or not dropped or self.link is None:
            return []
        return [Remove(self.name, self.link.index, dropped)]

    def lost_addresses(self) -> Tuple[VirtualAddress, ...]:
        """The addresses that should be on the interface and are not."""
        if not self._installed or self.link is None:
            return ()
        link = self.link
        return tuple(one for one in self.instance.addresses if not link.has(one.packed))

    def _announce(self) -> List[Action]:
        if self.link is None:
            return []
        mac, source = self.link.mac, self.address
        frames = tuple(announcement(one, mac, source) for one in self.instance.packed_addresses)
        return [SendFrames(self.name, self.link.index, frames, self.instance.announce_count)]

    # --- Advertisements ---

    def _send(self, priority: int) -> Send:
        self.counters["advertisements_sent"] += 1
        if priority == PRIORITY_RELEASE:
            self.counters["priority_zero_sent"] += 1
        index = self.link.index if self.link else 0
        group = self.instance.family.group
        return Send(self.name, index, self.address, group, self._message(priority))

    def failed_to_send(self) -> int:
        """Note that the last advertisement was not sent; gives how many in a row were not."""
        number = self.counters["advertisements_sent"]
        follows = self._failed_send == number - 1
        self._failed_in_a_row = self._failed_in_a_row + 1 if follows else 1
        self._failed_send = number
        return self._failed_in_a_row

    def _message(self, priority: int) -> bytes:
        """The ready-made bytes for this priority; made anew only when what they say changed."""
        if priority not in self._messages:
            self._messages[priority] = self._encode(priority)
        return self._messages[priority]

    def _encode(self, priority: int) -> bytes:
        advertisement = Advertisement(
            self.instance.version,
            self.instance.vrid,
            priority,
            self.instance.advertisement_interval,
            self.instance.packed_addresses,
        )
        group = self.instance.family.group
        return encode(advertisement, self.address, group, self.instance.advertise_checksum)

    def recovery(self) -> Recovery | None:
        """What to clean up if this agent dies; None while it can't be master."""
        if self.link is None or not self.address:
            return None
        native = self._native if self._installed else self._native_addresses()
        return Recovery(
            self.name,
            self.link.name,
            tuple(one for one in self.instance.addresses if one.packed not in native),
            self.address,
            self.instance.family.group,
            self._message(PRIORITY_RELEASE),
        )
