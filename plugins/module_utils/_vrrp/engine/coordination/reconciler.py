# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""From the operations on the host to actions, with their consequences for the routers."""

from __future__ import annotations

from itertools import groupby
from typing import AbstractSet, Dict, Iterable, Iterator, List, Mapping, Sequence, Tuple

from ...base.constants import RETRY_INTERVAL
from ...base.units import Nanoseconds
from ...fsm.events import Interrupted, Unannounced
from ...fsm.state import Master
from ...model.event_type import EventType
from ..actions import AGENT, Action, Confirm, Install, Log, Remove
from ..host.host import Host
from ..host.reconcile import Add, Drop, Operation
from ..host.repairs import Fault
from ..host.resources import (
    AddressResource,
    Key,
    LinkUp,
    Resource,
    RouteResource,
    RuleResource,
    Wanted,
    address_key,
)
from ..router.router import Router
from .router_set import RouterSet

Actions = List[Action]


class Reconciler:
    """Makes the host as the routers want it. Mutable."""

    def __init__(self, routers: RouterSet, host: Host) -> None:
        self._routers = routers
        self._host = host
        self._wanted: List[Wanted] = []
        self._restored: Dict[Router, List[Resource]] = {}

    def review(self, now: Nanoseconds) -> Actions:
        """End the faults of what is in force again; addresses are announced then."""
        actions: Actions = []
        for fault in self._host.review_faults(now):
            for router in self._routers.wanting(fault.resource.key):
                text = f"{fault.resource} is in force again"
                actions.append(Log(router.name, text, warning=False))
                if isinstance(fault.resource, (AddressResource, LinkUp)):
                    actions.extend(self._routers.step(router, Unannounced(), now))
        return actions

    def run(self, now: Nanoseconds) -> Actions:
        """Return the actions that restore what is missing and remove what is left over."""
        self._update_virtual()
        known = set(self._host.repairs.faults)
        operations = self._host.reconcile(now)
        contested = [one for key, one in self._host.repairs.faults.items() if key not in known]
        lost = [action for one in contested for action in self._contested(one, now)]
        lost.extend(self._withdraw_without_address(now))
        for address in self._host.removals.waiting:
            lost.extend(self._log_of_virtual(address, f"{address} {_ADDED_AGAIN}", now))
        return [*lost, *self._follow(operations, known, now)]

    def _log_of_virtual(self, address: Resource, text: str, now: Nanoseconds) -> Sequence[Action]:
        """Log something of a virtual address that another program has added; at most every minute,
        as it may do that again and again.
        """
        router = self._routers.get(self._host.virtual.get(address.key, ""))
        return [] if router is None else router.log_limited(text, text, now)

    def _withdraw_without_address(self, now: Nanoseconds) -> Actions:
        """Let masters leave whose resources were removed again at once, as often before."""
        faults = self._host.repairs.faults
        actions: Actions = []
        for router in self._routers if faults else ():
            lost = [
                fault
                for one in router.wanted.essential
                if (fault := faults.get(one.key)) and fault.is_contested and self._host.lacks(one)
            ]
            if lost and isinstance(router.state, Master) and self._can_notify(router):
                cause = lost[0].text
                interrupted = _address_lost(cause)
                actions.extend(self._routers.step(router, interrupted, now))
        return actions

    def _contested(self, fault: Fault, now: Nanoseconds) -> Actions:
        """Handle a resource that is not fought for any more: a router that can't serve without it
        leaves mastership to others.
        """
        actions: Actions = []
        cause = fault.text
        for router in self._routers.wanting(fault.resource.key):
            text = f"{cause}; {fault.resource} is tried again every 10 seconds"
            actions.extend(router.log_limited(cause, text, now))
            if fault.resource in router.wanted.essential and self._can_notify(router):
                interrupted = _address_lost(cause)
                actions.extend(self._routers.step(router, interrupted, now))
        return actions

    def _can_notify(self, router: Router) -> bool:
        """Whether the address of a router is there to send from: while a network manager has taken
        that away, too, peers would not hear that the router leaves.
        """
        links = self._host.links.values()
        return not router.address or any(link.has(router.address) for link in links)

    def _follow(
        self, operations: Sequence[Operation], faulty: AbstractSet[Key], now: Nanoseconds
    ) -> Actions:
        """Return the actions, which log what is restored: not what is exchanged, or tried again."""
        if not operations:
            return []
        dropped = {one.resource.key for one in operations if isinstance(one, Drop)}
        restored = [
            one.resource
            for one in operations
            if isinstance(one, Add) and one.resource.key not in (dropped | faulty)
        ]
        self._restored = dict(self._by_router(restored))
        confirm = [Confirm(AGENT)] if restored else []
        return [*self._logs(restored, operations, now), *self._perform(operations), *confirm]

    def confirmed(self, now: Nanoseconds) -> Actions:
        """Count what has been restored; addresses have to be announced again."""
        restored, self._restored = self._restored, {}
        faults = self._host.repairs.faults
        actions: Actions = []
        for router, resources in restored.items():
            there = [one for one in resources if one.key not in faults]
            for one in there:
                router.count([_COUNTERS[type(one)]])
            if any(isinstance(one, (AddressResource, LinkUp)) for one in there):
                actions.extend(self._routers.step(router, Unannounced(), now))
        return actions

    def _update_virtual(self) -> None:
        """Update the virtual addresses, if a router wants something else than the last time."""
        routers = [one for one in self._routers if not one.instance.is_owner]
        wanted = [one.wanted for one in routers]
        if wanted != self._wanted:
            self._wanted = wanted
            self._host.virtual = dict(_virtual_of(routers))

    def _logs(
        self, restored: Sequence[Resource], operations: Iterable[Operation], now: Nanoseconds
    ) -> Actions:
        actions: Actions = [
            Log(router.name, f"gone from the host: {_listed(lost)}; adding it again")
            for router, lost in self._by_router(restored).items()
        ]
        for one in operations:
            if isinstance(one, Drop) and one.is_foreign:
                text = f"removing {one.resource}, which no router of this host serves"
                actions.extend(self._log_of_virtual(one.resource, text, now))
        return actions

    def _perform(self, operations: Sequence[Operation]) -> Iterator[Action]:
        """Yield the actions: consecutive operations of one kind and one router as one."""
        for (kind, name), group in groupby(operations, self._kind_and_router):
            resources = tuple(one.resource for one in group)
            if kind is Drop:
                yield Remove(AGENT, resources)
            else:
                yield self._install(name, resources)

    def _kind_and_router(self, operation: Operation) -> Tuple[type, str]:
        if isinstance(operation, Drop):
            return Drop, AGENT
        routers = self._host.desired.routers_of(operation.resource.key)
        return Add, routers[0] if routers else AGENT

    def _install(self, name: str, resources: Tuple[Resource, ...]) -> Install:
        wanted = self._host.desired.wanted(name)
        needed = {one.key for one in wanted.essential} if wanted else set()
        essential = tuple(one for one in resources if one.key in needed)
        return Install(name, essential, tuple(one for one in resources if one.key not in needed))

    def _by_router(self, resources: Iterable[Resource]) -> Mapping[Router, List[Resource]]:
        """Return the resources by each router that wants them."""
        found: Dict[Router, List[Resource]] = {}
        for resource in resources:
            for router in self._routers.wanting(resource.key):
                found.setdefault(router, []).append(resource)
        return found


_COUNTERS: Mapping[type, str] = {
    AddressResource: "addresses_restored",
    LinkUp: "interfaces_restored",
    RouteResource: "routes_restored",
    RuleResource: "rules_restored",
}


_ADDED_AGAIN = (
    "is added again and again by another program, although this host does not serve it; it is "
    "removed every 10 seconds"
)


def _address_lost(cause: str) -> Interrupted:
    kind = EventType.NO_VIRTUAL_IP_ADDRESSES
    return Interrupted(cause, RETRY_INTERVAL, notify_peers=True, event_type=kind)


def _listed(resources: Iterable[Resource]) -> str:
    return ", ".join(dict.fromkeys(map(str, resources)))


def _virtual_of(routers: Iterable[Router]) -> Iterator[Tuple[Key, str]]:
    """Yield the key of each virtual address with the router's name: with a virtual MAC, on the
    interface under the macvlan, too.
    """
    for router in routers:
        for one in router.wanted.resources:
            if isinstance(one, AddressResource):
                yield one.key, router.name
                if not one.address.interface:
                    yield address_key(router.instance.interface, one.address.packed), router.name
