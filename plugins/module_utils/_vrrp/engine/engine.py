# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""All virtual routers of a host: packets, links, wishes and time become events of single routers.

The engine owns the routers; a router owns its state; the state machine owns the rules. Every
method takes ``now`` (monotonic nanoseconds) and returns what is to be done on the host, in order.
Nothing here touches a clock, a socket or a file, so the same engine runs in the agent and in the
simulator. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Dict, Iterable, List, Mapping, Set, Tuple

from ..base.constants import DISCARD_LOG_INTERVAL, SEND_FAILURES_MAX
from ..base.errors import ControlError
from ..base.units import Nanoseconds
from ..fsm.actions import DrainUndone
from ..fsm.events import (
    AddressesLost,
    Event,
    Heard,
    Interrupted,
    Reconfigured,
    Replaced,
    Resign,
    Startup,
    TimerExpired,
)
from ..fsm.state import Backup, Initialize, Peer, Purpose
from ..model.family import Family, text
from ..model.instance import Config, Instance
from ..model.intent import AUTO, Intent, Wish
from ..wire.advertisement import Advertisement
from ..wire.receive import Datagram, DropReason, checksum_form, expect, receive
from .actions import Action, Install, KeepIntents, KeepRecovery, Listen, Note, Send
from .changes import IntentChange, Outcome
from .intents import CLAIM, claims_from, event_of, is_superseded, outbid, refuse_impossible
from .links import Links, primary_address, why_unusable
from .report import report
from .router import Router

Actions = List[Action]
Place = Tuple[int, Family, int]


class Engine:
    """Starts with no routers and no links; ``reconfigure`` and ``links_changed`` bring them."""

    def __init__(self, intents: Mapping[str, Intent] | None = None) -> None:
        self._routers: Dict[str, Router] = {}
        self._places: Dict[Place, Router] = {}
        self._links: Links = {}
        self._virtual: Dict[str, Set[bytes]] = {}
        self._intents: Dict[str, Intent] = dict(intents or {})
        self._changes = 0
        self._stopping = False
        self._unknown: Dict[str, int] = {"unknown_vrid": 0, "truncated": 0}

    # --- Questions ---

    @property
    def stopped(self) -> bool:
        """Whether a stop is complete: no router takes part any more."""
        return self._stopping and all(
            isinstance(router.state, Initialize) for router in self._routers.values()
        )

    def next_deadline(self) -> Nanoseconds | None:
        """When ``wakeup`` has to be called next; None: not before something else happens."""
        deadlines = [router.deadline for router in self._routers.values()]
        return min((one for one in deadlines if one is not None), default=None)

    def status(self, now: Nanoseconds, wall: datetime) -> Dict[str, Any]:
        """All instances and the counters that belong to none, as plain values."""
        return {
            "instances": [report(router, now, wall) for router in self._routers.values()],
            "counters": dict(self._unknown),
        }

    # --- The host ---

    def links_changed(self, links: Links, now: Nanoseconds) -> Actions:
        """The interfaces are now these. Complete: what is missing does not exist."""
        self._links = links
        return self._look_around(now)

    def failed(self, action: Action, error: str, now: Nanoseconds) -> Actions:
        """The kernel refused an action. A router that can't serve, speak or hear steps down."""
        if isinstance(action, Listen):
            return self._deaf(action, error, now)
        router = self._routers.get(getattr(action, "router", ""))
        if router is None:
            return []
        if isinstance(action, Send) and router.failed_to_send() < SEND_FAILURES_MAX:
            return [Note(router.name, error)]
        if isinstance(action, (Send, Install)):
            # A router that has only just become master has not said so: it never served.
            told = now - router.since >= router.instance.advertisement_interval
            interrupted = Interrupted(error, retry=True, tell=told)
            return [Note(router.name, error), *self._step(router, interrupted, now)]
        return [Note(router.name, error)]

    def _deaf(self, action: Listen, error: str, now: Nanoseconds) -> Actions:
        """Who can't hear other masters must not be one."""
        actions: Actions = []
        for (index, family, _vrid), router in list(self._places.items()):
            if (index, family) in action.channels:
                actions.append(Note(router.name, error))
                actions.extend(self._step(router, Interrupted(error, True), now))
        return actions

    def _look_around(self, now: Nanoseconds) -> Actions:
        """Bring every router in line with the interfaces, and forget those that have left."""
        actions: Actions = []
        for router in self._routers.values():
            self._attach(router)
        before = [self._listen()]
        for router in list(self._routers.values()):
            actions.extend(self._bring_in_line(router, now))
        self._forget_retired()
        return [*before, self._keep_recovery(), *actions]

    def _attach(self, router: Router) -> None:
        """Tell a router its interface. One that takes part keeps what it had until it has left."""
        link = self._links.get(router.instance.interface)
        address = self._primary_address(router)
        if isinstance(router.state, Initialize):
            router.attach(link, address or b"")
        elif link is not None:
            router.attach(link, address or router.address)

    def _primary_address(self, router: Router) -> bytes | None:
        link = self._links.get(router.instance.interface)
        if link is None:
            return None
        return primary_address(link, router.instance, self._virtual.get(link.name, set()))

    def _bring_in_line(self, router: Router, now: Nanoseconds) -> Actions:
        cause = self._why_unusable(router)
        if isinstance(router.state, Initialize):
            return self._consider_start(router, cause, now)
        if cause is not None:
            return self._step(router, Interrupted(cause), now)
        if isinstance(router.state, Backup):
            return router.remove_strays()
        lost = router.lost_addresses()
        if not lost:
            return []
        router.counters["addresses_restored"] += len(lost)
        note = Note(router.name, f"{', '.join(map(str, lost))} was deleted; putting it back")
        return [note, *self._step(router, AddressesLost(), now)]

    def _why_unusable(self, router: Router) -> str | None:
        link = self._links.get(router.instance.interface)
        return why_unusable(router.instance, link, self._primary_address(router))

    def _consider_start(self, router: Router, cause: str | None, now: Nanoseconds) -> Actions:
        if self._stopping or router.retired:
            return []
        if cause is not None:
            return self._step(router, Interrupted(cause), now)
        retry_at = getattr(router.state, "retry_at", None)
        if retry_at is not None and now < retry_at:
            return []
        return [self._listen(), *self._step(router, Startup(), now)]

    def _listen(self) -> Listen:
        self._places = {
            (router.link.index, router.instance.family, router.instance.vrid): router
            for router in self._routers.values()
            if router.link is not None and router.link.name in self._links
        }
        return Listen(frozenset((index, family) for index, family, _vrid in self._places))

    def _keep_recovery(self) -> KeepRecovery:
        found = (router.recovery() for router in self._routers.values())
        return KeepRecovery(tuple(one for one in found if one is not None))

    def _forget_retired(self) -> None:
        for router in list(self._routers.values()):
            if router.retired and isinstance(router.state, Initialize):
                del self._routers[router.name]

    # --- Time ---

    def wakeup(self, now: Nanoseconds) -> Actions:
        """Let every deadline that has passed have its effect."""
        actions: Actions = []
        for router in list(self._routers.values()):
            deadline = router.deadline
            if deadline is not None and now >= deadline:
                actions.extend(self._wake(router, now))
        self._forget_retired()
        return actions

    def _wake(self, router: Router, now: Nanoseconds) -> Actions:
        if isinstance(router.state, Initialize):
            return self._consider_start(router, self._why_unusable(router), now)
        return self._step(router, TimerExpired(), now)

    def _step(self, router: Router, event: Event, now: Nanoseconds) -> Actions:
        actions, undone = router.step(event, now)
        for one in undone:
            actions.extend(self._undo(router, one, now))
        return actions

    # --- Packets ---

    def datagram(self, index: int, datagram: Datagram, now: Nanoseconds) -> Actions:
        """Something arrived for protocol 112 on the interface with this index."""
        vrid = datagram.vrid
        if vrid is None:
            self._unknown["truncated"] += 1
            return []
        router = self._places.get((index, datagram.family, vrid))
        if router is None:
            self._unknown["unknown_vrid"] += 1
            return []
        advertisement = receive(datagram)
        if isinstance(advertisement, DropReason):
            return self._discard(router, datagram, advertisement, now)
        reason = expect(router.instance, datagram, advertisement, router.address)
        if reason is not None:
            return self._discard(router, datagram, reason, now)
        self._count(router, datagram, advertisement)
        peer = Peer(datagram.source, advertisement.priority, advertisement.interval)
        return self._hear(router, peer, now)

    @staticmethod
    def _discard(
        router: Router, datagram: Datagram, reason: DropReason, now: Nanoseconds
    ) -> Actions:
        router.counters[reason.value] += 1
        logged_at = router.logged_at.get(reason.value)
        if logged_at is not None and now - logged_at < DISCARD_LOG_INTERVAL:
            return []
        router.logged_at[reason.value] = now
        why = f"discards a packet of {text(datagram.source)}: {reason.value}"
        return [Note(router.name, f"{why} (counted; told once a minute)")]

    @staticmethod
    def _count(router: Router, datagram: Datagram, advertisement: Advertisement) -> None:
        counters = router.counters
        counters["advertisements_received"] += 1
        if advertisement.priority == 0:
            counters["priority_zero_received"] += 1
        if advertisement.version == 3 and datagram.family is Family.IPV4:
            form = checksum_form(datagram)
            counters[f"checksum_{form.value}" if form else "checksum_unknown"] += 1
        # RFC 9568 section 7.1: compare and tell, but don't discard.
        if set(advertisement.addresses) != set(router.instance.packed_addresses):
            counters["addresses_mismatch"] += 1
        if advertisement.interval != router.instance.advertisement_interval:
            counters["interval_mismatch"] += 1

    def _hear(self, router: Router, peer: Peer, now: Nanoseconds) -> Actions:
        actions = self._supersede(router, peer) if is_superseded(router, peer, now) else []
        outbid(router, peer)
        actions.extend(self._step(router, Heard(peer), now))
        if claims_from(router, peer):
            actions.extend(self._step(router, CLAIM, now))
        return actions

    # --- The operator ---

    def set_intent(
        self, name: str, intent: Intent, now: Nanoseconds
    ) -> Tuple[IntentChange, Actions]:
        """Want something of an instance; raises ControlError when it can't be.

        A drain under way and its failure can be followed by the number of the change.
        """
        router = self._routers.get(name)
        if router is None or router.retired:
            raise ControlError("unknown_instance", f"there is no instance {name!r}")
        refuse_impossible(router, intent)
        self._changes += 1
        router.change = IntentChange(self._changes, intent, router.intent)
        router.claimed_at = now
        actions = self._set(router, intent)
        event = event_of(router)
        if event is not None:
            actions.extend(self._step(router, event, now))
        return router.change, actions

    def _supersede(self, router: Router, peer: Peer) -> Actions:
        """Another host was made master after this one: let go."""
        message = f"{text(peer.address)} was made master with priority {peer.priority}"
        if router.change is not None:
            router.change = replace(router.change, outcome=Outcome.SUPERSEDED, message=message)
        note = Note(router.name, f"no longer held here: {message}", warning=False)
        return [note, *self._set(router, AUTO)]

    def _set(self, router: Router, intent: Intent) -> Actions:
        if intent.wish is not router.intent.wish:
            router.hold_priority = 0
        router.intent = intent
        self._intents[router.name] = intent
        return [self._keep_intents()]

    def _keep_intents(self) -> KeepIntents:
        kept = {name: one for name, one in self._intents.items() if one != AUTO}
        return KeepIntents(kept)

    def _undo(self, router: Router, undone: DrainUndone, now: Nanoseconds) -> Actions:
        """A drain that nobody took over from: want again what was wanted before."""
        change = router.change
        before = change.before if change and change.before.wish is not Wish.BACKUP else AUTO
        if change is not None:
            router.change = replace(change, outcome=Outcome.UNDONE, message=undone.cause)
        note = Note(router.name, f"the drain is undone: {undone.cause}")
        return [note, *self._set(router, before), *self._step(router, Reconfigured(), now)]

    # --- Configuration ---

    def reconfigure(self, config: Config, now: Nanoseconds) -> Actions:
        """Take another configuration; a master stays master wherever that is possible."""
        actions: Actions = []
        heirs = {one.name: self._predecessor(one, config) for one in config.instances}
        kept = {id(router) for router in heirs.values() if router is not None}
        leavers = [one for one in self._routers.values() if id(one) not in kept]
        self._routers = {one.name: one for one in leavers}
        for router in leavers:
            router.retired = True
            actions.extend(self._step(router, Resign(Purpose.STOP, "left the configuration"), now))
        for instance in config.instances:
            actions.extend(self._adopt(instance, heirs[instance.name], now))
        self._virtual = _virtual_addresses(self._routers.values())
        return [*actions, *self._look_around(now)]

    def _predecessor(self, instance: Instance, config: Config) -> Router | None:
        """The router of that name; failing that, one in the same place that lost its name."""
        by_name = self._routers.get(instance.name)
        if by_name is not None:
            return by_name
        renamed = (
            router
            for router in self._routers.values()
            if router.instance.place == instance.place and config.named(router.name) is None
        )
        return next(renamed, None)

    def _adopt(self, instance: Instance, router: Router | None, now: Nanoseconds) -> Actions:
        if router is None:
            self._routers[instance.name] = self._new(instance, now)
            return []
        self._routers[instance.name] = router
        router.retired = False
        if router.instance == instance:
            return []
        if router.instance.place != instance.place:
            actions = self._step(router, Replaced("the configuration moved it"), now)
            self._routers[instance.name] = self._new(instance, now)
            return actions
        actions = router.replace_instance(instance)
        self._attach(router)
        return [*actions, *self._step(router, Reconfigured(), now)]

    def _new(self, instance: Instance, now: Nanoseconds) -> Router:
        return Router(instance, self._intents.get(instance.name, AUTO), now)

    # --- The end ---

    def stop(self, now: Nanoseconds, cause: str = "the agent is stopping") -> Actions:
        """Leave: masters resign and serve until a successor is heard; see ``stopped``."""
        self._stopping = True
        actions: Actions = []
        for router in list(self._routers.values()):
            actions.extend(self._step(router, Resign(Purpose.STOP, cause), now))
        return actions


def _virtual_addresses(routers: Iterable[Router]) -> Dict[str, Set[bytes]]:
    """All virtual addresses of each interface: they may move away, so nobody sends from them."""
    found: Dict[str, Set[bytes]] = {}
    for router in routers:
        found.setdefault(router.instance.interface, set()).update(router.instance.packed_addresses)
    return found
