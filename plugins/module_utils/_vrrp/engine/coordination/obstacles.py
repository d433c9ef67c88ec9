# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What all routers together need of the host, and what keeps one of them from taking part.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, FrozenSet, Iterable, Iterator, List, Sequence, Set, Tuple

from ...base.units import Nanoseconds
from ...fsm.state import Initialize
from ...model.tracking import Check, Tracked
from ..actions import Action, Ear, Furnish, KeepRecovery, Listen, Recovery
from ..host.devices import Filter, VirtualMac, packet_filter, virtual_mac
from ..host.links import Links, primary_address, why_unusable
from ..router.router import Router
from ..tracking import Tracking
from .sync_groups import why_held_back

Places = Dict[Ear, Dict[int, Router]]  # The routers by where their packets arrive, and by VRID.


@dataclass(frozen=True)
class Obstacle:
    """Why a router can't take part. ``hard``: it can't serve or speak, so there is no way to hand
    over what it serves.
    """

    cause: str
    hard: bool


class Premises:
    """The interfaces of the host, and what is tracked on it."""

    def __init__(self, tracking: Tracking) -> None:
        self.links: Links = {}
        self._tracking = tracking
        self._virtual: Dict[str, Set[bytes]] = {}
        self._kept: Tuple[Recovery, ...] | None = None

    def links_changed(self, links: Links) -> None:
        """The interfaces are now these. Complete: what is missing does not exist."""
        self.links = links
        self._tracking.links_changed(links)

    def routers_changed(self, routers: Iterable[Router]) -> None:
        """Virtual addresses may move away, so nobody sends from them."""
        self._virtual = {}
        for router in routers:
            instance = router.instance
            for address in instance.served_addresses:
                name = address.interface or instance.interface
                self._virtual.setdefault(name, set()).add(address.packed)

    def attach(self, router: Router) -> None:
        """Tell a router its interfaces. One that takes part keeps what it had until it has left."""
        link = self.links.get(router.instance.interface)
        idle = isinstance(router.state, Initialize)
        if link is not None:
            address = self._address_of(router) or (b"" if idle else router.address)
            router.attach(self.links, link, address)
        elif idle:
            router.detach()

    def _address_of(self, router: Router) -> bytes | None:
        link = self.links.get(router.instance.interface)
        if link is None:
            return None
        return primary_address(link, router.instance, self._virtual.get(link.name, set()))

    # --- What is left if the agent dies ---

    def keep_recovery(self, routers: Iterable[Router]) -> List[KeepRecovery]:
        """What to clean up if this agent dies now or later, if that is not what is kept already."""
        found = (router.recovery() for router in routers)
        recoveries = tuple(one for one in found if one is not None)
        if recoveries == self._kept:
            return []
        self._kept = recoveries
        return [KeepRecovery(recoveries)]

    def recovery_not_kept(self) -> None:
        """It has to be kept again."""
        self._kept = None

    # --- What keeps a router from taking part ---

    def obstacle(
        self, router: Router, mates: Sequence[Router], now: Nanoseconds
    ) -> Obstacle | None:
        """Why a router can't take part, be it for itself or for others of its sync group."""
        own = self._own_obstacle(router)
        if own is None:
            fault = self._tracking.judge(tracked_by(router, mates)).fault
            own = Obstacle(fault, hard=False) if fault else None
        return own or self._obstacle_of_mates(router, mates, now)

    def _own_obstacle(self, router: Router) -> Obstacle | None:
        cause = why_unusable(router.instance, self.links, self._address_of(router))
        return None if cause is None else Obstacle(cause, hard=True)

    def _obstacle_of_mates(
        self, router: Router, mates: Sequence[Router], now: Nanoseconds
    ) -> Obstacle | None:
        for mate in mates:
            if mate is router:
                continue
            own = self._own_obstacle(mate)
            cause = own.cause if own else _waits_to_retry(mate, now)
            if cause:
                held_back = why_held_back(router.instance.sync_group, mate, cause)
                return Obstacle(held_back, hard=False)
        return None

    # --- What the routers need ---

    def places(self, routers: Iterable[Router]) -> Places:
        """The routers by where their packets arrive, and by VRID."""
        found: Places = {}
        for router in routers:
            for ear in self._ears(router):
                found.setdefault(ear, {})[router.instance.vrid] = router
        return found

    def _ears(self, router: Router) -> Iterator[Ear]:
        family, link, speaker = router.instance.family, router.link, router.speaker
        if link is None or link.name not in self.links:
            return
        yield Ear(link.index, family)
        if speaker is not None and speaker.index != link.index:
            yield Ear(speaker.index, family, speaker.mac)

    def furnish(self, routers: Iterable[Router]) -> Furnish:
        """The devices and filters that the routers need."""
        devices: Set[VirtualMac] = set()
        filters: Set[Filter] = set()
        for router in routers:
            device, table = furniture(router)
            devices.update([device] if device else [])
            filters.update([table] if table else [])
        return Furnish(frozenset(devices), frozenset(filters))


def furniture(router: Router) -> Tuple[VirtualMac | None, Filter | None]:
    """The macvlan and the packet filter of a router, as far as it has them."""
    if router.link is None:
        return None, None
    index = router.link.index
    return virtual_mac(router.instance, index), packet_filter(router.instance, index)


def concerned(action: Action, routers: Iterable[Router], places: Places) -> List[Router]:
    """The routers that can't do without an action."""
    if isinstance(action, Listen):
        deaf = [places.get(ear, {}) for ear in action.ears]
        return [router for at_ear in deaf for router in at_ear.values()]
    if isinstance(action, Furnish):
        wanted = {*action.devices, *action.filters}
        return [one for one in routers if wanted & {*furniture(one)}]
    name = getattr(action, "router", None)
    return [one for one in routers if one.name == name]


def tracked_by(router: Router, mates: Sequence[Router]) -> List[Tracked]:
    """What counts for a router: a sync group is judged by all that its members track."""
    return [one for mate in mates or [router] for one in mate.instance.tracked]


def checks_of(routers: Iterable[Router]) -> FrozenSet[Check]:
    """All that is tracked for anybody."""
    return frozenset(one.check for router in routers for one in router.instance.tracked)


def _waits_to_retry(router: Router, now: Nanoseconds) -> str:
    state = router.state
    if not isinstance(state, Initialize) or state.retry_at is None or now >= state.retry_at:
        return ""
    return state.reason
