# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The routers of a host, and the consequences of one router's events for the others.

An operator's intent applies to both families of an instance and to all members of its sync group;
hooks run when a state changes, and before a master resigns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, Iterable, Iterator, List, Mapping, Sequence

from ...base.errors import unknown_instance
from ...base.units import Nanoseconds
from ...fsm.actions import DrainUndone
from ...fsm.events import Claim, Confirmed, Event, Reconfigured, Resign
from ...fsm.state import Backup, Initialize, Master, Peer, is_given_up, may_announce
from ...model.family import text
from ...model.intent import ChangeOutcome, Intent, IntentKind, Intents
from ..actions import Action, Install, Log, Remove, interleave
from ..announcements import Announcements
from ..commands.scheduler import CommandScheduler
from ..host.host import Host
from ..host.resources import Key
from ..router.rendering import Announcing, Release, RouterAction
from ..router.router import Router
from ..timer_queue import TimerQueue
from .deferred_resignations import DeferredResignations, cancel
from .intents import IntentStore, event_for_intent, refuse_unreachable
from .other_masters import OtherMasters
from .sync_groups import group_preempts, groups_of

Actions = List[Action]


class RouterSet:
    """The routers by name; the engine changes the set and sends events to its members. Mutable."""

    def __init__(
        self,
        intents: Intents,
        host: Host,
        commands: CommandScheduler,
        timers: TimerQueue,
        announcements: Announcements,
    ) -> None:
        self.groups: Dict[str, List[Router]] = {}
        self._routers: Dict[str, Router] = {}
        self._stopped: List[Router] = []
        self._moved: List[Router] = []
        self._intents = IntentStore(intents)
        self._host = host
        self._commands = commands
        self._timers = timers
        self._announcements = announcements
        self.other_masters = OtherMasters(host, commands)
        self._deferred = DeferredResignations(commands, self.group_members)

    def get(self, name: str) -> Router | None:
        """Return the router of that name; None when there is none."""
        return self._routers.get(name)

    def __iter__(self) -> Iterator[Router]:
        return iter(list(self._routers.values()))

    def replace_all(self, routers: Mapping[str, Router]) -> None:
        """Replace all routers; ``routers`` has them by name."""
        self._routers = dict(routers)
        self.groups = groups_of(self)
        grouped = {id(one): group for group in self.groups.values() for one in group}
        for router in self:
            members = grouped.get(id(router), ())
            preempts = group_preempts(members)
            inputs = replace(router.inputs, in_sync_group=bool(members), group_preempts=preempts)
            router.update(inputs)

    def group_members(self, router: Router) -> Sequence[Router]:
        """The members of a router's sync group, itself among them; none when it has no group."""
        if not router.inputs.in_sync_group:
            return ()
        return self.groups.get(router.instance.sync_group, ())

    def moving_together(self, name: str) -> List[Router]:
        """Both families of the instance with that name, and the members of its sync group."""
        named = [one for one in self if one.instance.name == name]
        groups = {one.instance.sync_group for one in named} - {""}
        return [
            one
            for one in self
            if (one in named or one.instance.sync_group in groups) and not one.retired
        ]

    def all_taking_part(self) -> List[Router]:
        """The routers that are configured."""
        return [one for one in self if not one.retired]

    def wanting(self, key: Key) -> List[Router]:
        """The routers that want a resource of the host."""
        return [self._routers[name] for name in self._host.desired.routers_of(key)]

    def intent_of(self, name: str) -> Intent:
        """Return the operator's intent for the instance with that name."""
        return self._intents.get(name)

    @property
    def host_intent(self) -> Intent:
        """The operator's intent for the host as a whole."""
        return self._intents.host

    def import_intents(self, intents: Intents) -> None:
        """Set the intents of routers that take no part yet."""
        self._intents = IntentStore(intents)
        for router in self:
            intent = self._intents.get(router.instance.name)
            router.update(replace(router.inputs, intent=intent))

    # --- What happens to one of them ---

    def step(self, router: Router, event: Event, now: Nanoseconds) -> Actions:
        """Step a router, with all consequences for others."""
        if isinstance(event, Resign) and self._deferred.must_defer(router):
            return self._deferred.defer(router, event, now)
        return self._step(router, event, now)

    def _step(self, router: Router, event: Event, now: Nanoseconds) -> Actions:
        old = router.state_name
        made = router.step(event, now)
        actions = self._on_host(router, made.actions, now)
        if not may_announce(router.state):
            self._announcements.cancel(router.name)
        if made.is_move:
            self._moved.append(router)
            self.other_masters.router_changed(router, now)
            if isinstance(router.state, Initialize):
                self._stopped.append(router)
        self._timers.schedule(router)
        if made.is_move or router.leaving_hooks_called:
            actions.extend(self._commands.router_changed(router, old, now))
        if made.is_move and router.instance.sync_group:
            members = self.group_members(router) or (router,)
            actions.extend(self._commands.group_changed(members, router, old, now))
        for one in made.undone:
            actions.extend(self._revert_drain(router, one, now))
        return actions

    def _on_host(
        self, router: Router, followed: Sequence[RouterAction], now: Nanoseconds
    ) -> Actions:
        """Return the actions of a router on a host that others use, too."""
        actions: Actions = []
        for action in followed:
            if isinstance(action, Announcing):
                actions.append(self._announcements.begin(action, now))
            elif isinstance(action, Release):
                removed = self._host.release(router.name)
                actions.extend([Remove(router.name, removed)] if removed else [])
            else:
                if isinstance(action, Install):
                    self._host.install(router.name, router.wanted)
                actions.append(action)
        return actions

    def confirmed(self, names: Iterable[str], now: Nanoseconds) -> Actions:
        """Let these routers go on: all their actions until now have been performed."""
        routers = (self._routers.get(name) for name in names)
        return interleave([self.step(one, Confirmed(), now) for one in routers if one is not None])

    def performed(self, now: Nanoseconds) -> None:
        """Take note that all actions until now have been performed."""
        moved, self._moved = self._moved, []
        for router in dict.fromkeys(moved):
            router.performed(now)
            self._timers.schedule(router)

    def pop_stopped(self) -> List[Router]:
        """Return the routers that have entered Initialize since the last call."""
        stopped, self._stopped = self._stopped, []
        return stopped

    # --- Leaving ---

    def hook_finished(self, name: str, ticket: int) -> None:
        """Take note that the last hook for which a router waits has ended."""
        router = self._routers.get(name)
        if router is not None and router.awaited_hook == ticket:
            router.awaited_hook = 0

    def release_deferred(self, now: Nanoseconds) -> Actions:
        """Let the routers resign whose leaving hooks have ended."""
        actions: Actions = []
        for router in self._deferred.ready():
            event = router.deferred
            router.update(replace(router.inputs, deferred=None))
            if event is not None:
                actions.extend(self._step(router, event, now))
        return actions

    # --- The operator ---

    def check_intent(self, name: str | None, intent: Intent) -> List[Router]:
        """Return the routers that an intent applies to: the instance, and all that moves with it.
        Without a name, these are all.

        Raises ControlError when the intent can't be carried out.
        """
        moving = self.all_taking_part() if name is None else self.moving_together(name)
        if name is not None:
            if not moving:
                raise unknown_instance([name], sorted({one.instance.name for one in self}))
            self._intents.refuse_if_drained()
        for router in moving:
            refuse_unreachable(router, intent)
        return moving

    def set_intent(self, name: str | None, intent: Intent, now: Nanoseconds) -> tuple[int, Actions]:
        """Set the intent of an instance, and of all that moves with it; returns the number of the
        change. Raises ControlError as ``check_intent`` does.
        """
        moving = self.check_intent(name, intent)
        change = self._intents.set_for_host if name is None else self._intents.set
        number = change(moving, intent, now)
        actions: Actions = [self._intents.save_action()]
        for router in moving:
            actions.extend(self._apply(router, event_for_intent(router), now))
        return number, actions

    def _apply(self, router: Router, event: Event | None, now: Nanoseconds) -> Actions:
        if not isinstance(event, Resign):
            cancel(router)
        return self.step(router, event, now) if event else []

    def release_hold(self, router: Router, peer: Peer, now: Nanoseconds) -> Actions:
        """Release a hold after the operator made another host master."""
        message = f"{text(peer.address)} claimed mastership with priority {peer.priority}"
        moving = self.moving_together(router.instance.name)
        self._intents.resolve(moving, ChangeOutcome.SUPERSEDED, message, now)
        note = Log(router.name, f"the hold is released: {message}", warning=False)
        return [note, self._intents.save_action()]

    def _revert_drain(self, router: Router, undone: DrainUndone, now: Nanoseconds) -> Actions:
        """Revert a drain after which no other host became master: the intent before applies again.
        That of a whole host is reverted for all.
        """
        moving, cause = self.moving_together(router.instance.name), undone.cause
        if self._intents.is_of_host(router.intent_change):
            moving = self.all_taking_part()
            unserved = [one for one in moving if one is router or is_given_up(one.state, now)]
            names = ", ".join(one.name for one in unserved)
            cause = f"{names} would be left without a master: {cause}"
            self._intents.undo_host_drain(moving, unserved, cause, now)
        else:
            self._intents.resolve(moving, ChangeOutcome.UNDONE, cause, now)
        actions: Actions = [
            Log(router.name, f"the drain is undone: {cause}"),
            self._intents.save_action(),
        ]
        for one in moving:
            event = None if one.intent.kind is IntentKind.BACKUP else _resumption(one)
            actions.extend(self._apply(one, event, now))
        return actions


def _resumption(router: Router) -> Event | None:
    """Return the event by which a router goes on after a drain that was undone: one that was master
    before is it again, unless its successor is better.
    """
    change, state = router.intent_change, router.state
    if isinstance(state, Master):
        return Reconfigured()
    if change is None or not change.served:
        return None
    if isinstance(state, Backup) and state.master and router.parameters.loses_to(state.master):
        return None
    return Claim("the drain is undone")
