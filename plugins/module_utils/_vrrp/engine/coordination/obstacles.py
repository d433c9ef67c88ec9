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
from ..actions import Action, OpenSockets, Provision, Recovery, SaveRecoveries, SocketSpec
from ..host.devices import Macvlan, PacketFilter, macvlan_of, packet_filter_of
from ..host.links import Links, primary_address, unusable_reason
from ..router.router import Router
from ..tracking import Tracking
from .sync_groups import blocked_by

DemuxTable = Dict[
    SocketSpec, Dict[int, Router]
]  # The routers by where their packets arrive, and by VRID.


@dataclass(frozen=True)
class Obstacle:
    """Why a router can't take part. ``hard``: it can't serve or speak, so there is no way to hand
    over what it serves.
    """

    cause: str
    hard: bool


class Obstacles:
    """The interfaces of the host, and what is tracked on it."""

    def __init__(self, tracking: Tracking) -> None:
        self.links: Links = {}
        self._tracking = tracking
        self._virtual: Dict[str, Set[bytes]] = {}
        self._saved: Tuple[Recovery, ...] | None = None

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

    def bind_interfaces(self, router: Router) -> None:
        """Tell a router its interfaces. One that takes part keeps what it had until it has left."""
        link = self.links.get(router.instance.interface)
        idle = isinstance(router.state, Initialize)
        if link is not None:
            address = self._address_of(router) or (b"" if idle else router.address)
            router.bind(self.links, link, address)
        elif idle:
            router.unbind()

    def _address_of(self, router: Router) -> bytes | None:
        link = self.links.get(router.instance.interface)
        if link is None:
            return None
        return primary_address(link, router.instance, self._virtual.get(link.name, set()))

    # --- What is left if the agent dies ---

    def save_recoveries(self, routers: Iterable[Router]) -> List[SaveRecoveries]:
        """What to clean up if this agent dies now or later, if that is not what is kept already."""
        found = (router.recovery() for router in routers)
        recoveries = tuple(one for one in found if one is not None)
        if recoveries == self._saved:
            return []
        self._saved = recoveries
        return [SaveRecoveries(recoveries)]

    def recoveries_not_saved(self) -> None:
        """It has to be kept again."""
        self._saved = None

    # --- What keeps a router from taking part ---

    def obstacle(
        self, router: Router, mates: Sequence[Router], now: Nanoseconds
    ) -> Obstacle | None:
        """Why a router can't take part, be it for itself or for others of its sync group."""
        own = self._own_obstacle(router)
        if own is None:
            fault = self._tracking.evaluate(tracked_for(router, mates)).fault
            own = Obstacle(fault, hard=False) if fault else None
        return own or self._obstacle_of_mates(router, mates, now)

    def _own_obstacle(self, router: Router) -> Obstacle | None:
        cause = unusable_reason(router.instance, self.links, self._address_of(router))
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
                held_back = blocked_by(router.instance.sync_group, mate, cause)
                return Obstacle(held_back, hard=False)
        return None

    # --- What the routers need ---

    def demux_table(self, routers: Iterable[Router]) -> DemuxTable:
        """The routers by where their packets arrive, and by VRID."""
        found: DemuxTable = {}
        for router in routers:
            for ear in self._sockets_of(router):
                found.setdefault(ear, {})[router.instance.vrid] = router
        return found

    def _sockets_of(self, router: Router) -> Iterator[SocketSpec]:
        family, link, speaker = router.instance.family, router.link, router.egress_link
        if link is None or link.name not in self.links:
            return
        yield SocketSpec(link.index, family)
        if speaker is not None and speaker.index != link.index:
            yield SocketSpec(speaker.index, family, speaker.mac)

    def provision(self, routers: Iterable[Router]) -> Provision:
        """The devices and filters that the routers need."""
        devices: Set[Macvlan] = set()
        filters: Set[PacketFilter] = set()
        for router in routers:
            device, table = devices_of(router)
            devices.update([device] if device else [])
            filters.update([table] if table else [])
        return Provision(frozenset(devices), frozenset(filters))


def devices_of(router: Router) -> Tuple[Macvlan | None, PacketFilter | None]:
    """The macvlan and the packet filter of a router, as far as it has them."""
    if router.link is None:
        return None, None
    index = router.link.index
    return macvlan_of(router.instance, index), packet_filter_of(router.instance, index)


def affected_routers(action: Action, routers: Iterable[Router], places: DemuxTable) -> List[Router]:
    """The routers that can't do without an action."""
    if isinstance(action, OpenSockets):
        deaf = [places.get(ear, {}) for ear in action.sockets]
        return [router for at_ear in deaf for router in at_ear.values()]
    if isinstance(action, Provision):
        wanted = {*action.macvlans, *action.filters}
        return [one for one in routers if wanted & {*devices_of(one)}]
    name = getattr(action, "router", None)
    return [one for one in routers if one.name == name]


def tracked_for(router: Router, mates: Sequence[Router]) -> List[Tracked]:
    """What counts for a router: a sync group is judged by all that its members track."""
    return [one for mate in mates or [router] for one in mate.instance.tracked]


def all_checks(routers: Iterable[Router]) -> FrozenSet[Check]:
    """All that is tracked for anybody."""
    return frozenset(one.check for router in routers for one in router.instance.tracked)


def _waits_to_retry(router: Router, now: Nanoseconds) -> str:
    state = router.state
    if not isinstance(state, Initialize) or state.retry_at is None or now >= state.retry_at:
        return ""
    return state.reason
