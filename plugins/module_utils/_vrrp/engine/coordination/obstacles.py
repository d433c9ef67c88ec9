# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Obstacles: everything that keeps a router from taking part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Iterable, Iterator, List, Sequence, Set

from ...base.units import Nanoseconds
from ...fsm.state import Backup, Initialize
from ...model.event_type import EventType
from ...model.family import Family, text
from ...model.instance import Instance
from ...model.tracking import InterfaceCheck
from ..host.devices import macvlan_of
from ..host.host import Host
from ..host.link_states import LINK_UP_DELAY, Watched
from ..host.links import Link, Links, primary_address
from ..router.router import Router
from ..tracking.tracking import Tracking, tracked_for
from .address_losses import AddressLosses
from .sync_groups import blocked_by

NO_OWN_PEER = "none of the addresses in unicast_peers, which have to include that of this host"


@dataclass(frozen=True)
class Obstacle:
    """The ``cause`` why a router can't take part, and its type. ``hard``: it can't serve, so it
    can't wait for a successor either. ``mute``: it can't advertise either, not even that it
    resigns.
    """

    cause: str
    event_type: EventType
    hard: bool
    mute: bool = False


class Obstacles:
    """Binds routers to the interfaces of the host, and finds their obstacles. Mutable."""

    def __init__(self, host: Host, tracking: Tracking) -> None:
        self._host = host
        self._tracking = tracking
        self._virtual: Dict[str, Set[bytes]] = {}
        self._address_losses = AddressLosses()

    def next_deadline(self) -> Nanoseconds | None:
        """Return when the next obstacle arises by itself; None while none is to come."""
        return self._address_losses.next_deadline()

    @property
    def links(self) -> Links:
        """The interfaces of the host by name."""
        return self._host.links

    def routers_changed(self, routers: Iterable[Router]) -> None:
        """Update the virtual addresses, and the interfaces whose changes have a delay. Only an
        owner sends from a virtual address, as they may move away.
        """
        routers = list(routers)
        watched = (one for router in routers for one in _watched_interfaces(router.instance))
        self._host.link_states.watch(watched, self.links)
        self._virtual = {}
        for router in routers:
            instance = router.instance
            for address in instance.served_addresses:
                name = address.interface or instance.interface
                self._virtual.setdefault(name, set()).add(address.packed)

    def bind_all(self, routers: Iterable[Router], now: Nanoseconds) -> List[Router]:
        """Bind routers to their interfaces, all that there are; returns those whose addresses have
        another MAC address since.
        """
        everyone = list(routers)
        moved = [one for one in everyone if self.bind_interfaces(one)]
        self._address_losses.update(filter(self._has_lost_address, everyone), now)
        return moved

    def tolerates_address_loss(self, router: Router) -> bool:
        """Whether a router goes on although the address that it sends from is away."""
        return self._address_losses.tolerates(router)

    def _has_lost_address(self, router: Router) -> bool:
        link = self.links.get(router.instance.interface)
        if link is None or isinstance(router.state, Initialize):
            return False
        return self._address_of(router, link) is None

    def bind_interfaces(self, router: Router) -> bool:
        """Bind a router to its interfaces. One that takes part keeps its interfaces until it has
        left, and the address that it sends from.

        Returns whether the MAC address of its addresses has changed.
        """
        link = self.links.get(router.instance.interface)
        idle = isinstance(router.state, Initialize)
        if link is not None:
            address = self._address_of(router, link) or (b"" if idle else router.address)
            router.update(replace(router.inputs, address=address))
            return self._bind(router, link)
        if idle:
            router.update(replace(router.inputs, address=b""))
            router.unbind()
        return False

    def _bind(self, router: Router, link: Link) -> bool:
        is_moved = router.bind(self.links, link)
        if self._host.desired.wanted(router.name) is not None:
            self._host.desired.want(router.name, router.wanted)
        return is_moved

    def _address_of(self, router: Router, link: Link) -> bytes | None:
        virtual = self._virtual.get(link.name, set())
        return primary_address(link, router.instance, virtual, self.links, router.address)

    def obstacle(
        self, router: Router, members: Sequence[Router], now: Nanoseconds
    ) -> Obstacle | None:
        """Return why a router, or another member of its sync group, can't take part; None if all
        can.
        """
        own = self._obstacle_on_host(router)
        if own is None:
            fault = self._tracking.evaluate(tracked_for(router, members)).fault
            own = Obstacle(fault, EventType.TRACKING_DOWN, hard=False) if fault else None
        return own or self._obstacle_of_members(router, members, now)

    def _obstacle_on_host(self, router: Router) -> Obstacle | None:
        """Return why a router can't take part on its interfaces; None when it can."""
        silencing = self._silencing_obstacle(router)
        if silencing is not None:
            return silencing
        cause = self._missing_address(router)
        if cause is not None:
            return Obstacle(cause, EventType.NO_PRIMARY_IP_ADDRESS, hard=True)
        cause = self._taken_reason(router)
        if cause is not None:
            return Obstacle(cause, EventType.NO_VIRTUAL_IP_ADDRESSES, hard=True)
        cause = self._unserved_reason(router)
        return Obstacle(cause, EventType.INTERFACE_DOWN, hard=True) if cause else None

    def _obstacle_of_members(
        self, router: Router, members: Sequence[Router], now: Nanoseconds
    ) -> Obstacle | None:
        for member in members:
            if member is router:
                continue
            obstacle = self._obstacle_on_host(member)
            cause = obstacle.cause if obstacle else reason_to_wait(member, now)
            if cause:
                blocked = blocked_by(router.instance.sync_group, member, cause)
                return Obstacle(blocked, EventType.SYNC_GROUP, hard=False)
        return None

    def _silencing_obstacle(self, router: Router) -> Obstacle | None:
        """Return why a router can't advertise; None when it can. Until its macvlan exists, a router
        stays out for the reason that it had before.
        """
        name, kind, state = router.instance.interface, EventType.INTERFACE_DOWN, router.state
        link = self.links.get(name)
        if link is None:
            cause: str | None = f"{name} does not exist"
        elif self._is_primary_down(router, link):
            cause = self._why_down(link)
        else:
            cause = self._missing_macvlan(router, link)
            kind = state.event_type if isinstance(state, Initialize) else kind
        return None if cause is None else Obstacle(cause, kind, hard=True, mute=True)

    def _is_primary_down(self, router: Router, link: Link) -> bool:
        """Whether the interface of an instance counts as down. One that is not tracked only has to
        be set up: a cable to the other host has no carrier while that host is off.
        """
        return self._is_down(router, link) if router.instance.track_primary else not link.admin_up

    def _missing_address(self, router: Router) -> str | None:
        """Return which address is missing for a router to send from; None when it has one, or has
        had it until a moment ago.
        """
        link = self.links[router.instance.interface]
        if self._address_of(router, link) is not None or self._address_losses.tolerates(router):
            return None
        return f"{link.name} has {_wanted_address(router.instance)}"

    def _missing_macvlan(self, router: Router, link: Link) -> str | None:
        """Return why the macvlan of a router is missing; None for a master whose macvlan another
        program has just deleted: it is created again at once.
        """
        device = macvlan_of(router.instance, link)
        if device is None or device.name in self.links:
            return None
        fault = self._host.repairs.faults.get(device.key)
        if fault is not None:
            return f"{device} {fault.reason}" if fault.is_contested else fault.reason
        idle = isinstance(router.state, (Initialize, Backup))
        return f"the {device} does not exist yet" if idle else None

    def _taken_reason(self, router: Router) -> str | None:
        """Return who else serves the addresses of a router on this host; None for nobody."""
        taken = None if router.instance.is_owner else self._host.taken_by_another(router.wanted)
        if taken is None:
            return None
        return f"another VRRP program of this host serves {taken} on {taken.interface}"

    def _unserved_reason(self, router: Router) -> str | None:
        """Return which interface is missing for a router to serve on; None for none."""
        for name in sorted(router.instance.tracked_interfaces):
            link = self.links.get(name)
            if link is None or self._is_down(router, link):
                return f"{name} does not exist" if link is None else self._why_down(link)
        return None

    def _is_down(self, router: Router, link: Link) -> bool:
        """Whether an interface counts as down. A delay lets a router serve on; a backup has nothing
        to wait for, and must not miss the master on a link that is down.
        """
        states, delays = self._host.link_states, router.instance.link_delays
        if isinstance(router.state, Initialize):
            return not states.is_ready(link, delays)
        if isinstance(router.state, Backup):
            return not link.up
        return not states.is_up(link, delays)

    @staticmethod
    def _why_down(link: Link) -> str:
        return f"{link.name} is {LINK_UP_DELAY if link.up else 'down'}"


def _watched_interfaces(instance: Instance) -> Iterator[Watched]:
    """Yield the interfaces whose changes matter to an instance, each with the delays."""
    for name in (instance.interface, *instance.tracked_interfaces):
        yield name, instance.link_delays
    for check in (one.check for one in instance.tracked):
        if isinstance(check, InterfaceCheck):
            yield check.interface, check.delays


def _wanted_address(instance: Instance) -> str:
    if instance.source_address:
        return f"no address {text(instance.source_address)}"
    if instance.unicast_peers:
        return NO_OWN_PEER
    if instance.family is Family.IPV4:
        return "no IPv4 address"
    return "no usable IPv6 link-local address"


def reason_to_wait(router: Router, now: Nanoseconds) -> str:
    """Return the reason of a router that waits before it starts; empty for all others."""
    state = router.state
    if not isinstance(state, Initialize) or state.retry_at is None or now >= state.retry_at:
        return ""
    return state.reason
