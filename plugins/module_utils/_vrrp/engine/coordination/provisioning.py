# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Macvlans, packet filters and kernel settings that the routers need in every state."""

from __future__ import annotations

from typing import AbstractSet, Iterable, Iterator, List, Sequence, Set, Tuple, Union

from ...base.units import Nanoseconds, earliest
from ...fsm.state import MASTER
from ...model.family import Family
from ...model.instance import observed_interfaces
from ..actions import (
    Action,
    Observe,
    OpenSockets,
    Provision,
)
from ..host.devices import Macvlan, PacketFilter, macvlan_of, packet_filter_of
from ..host.host import Host
from ..host.observed import MARK
from ..host.resources import AddressResource, Key
from ..router.router import Router
from .demultiplexer import Demultiplexer
from .recovery_file import RecoveryFile

Part = Union[Macvlan, PacketFilter]


class Provisioning:
    """Decides what is provided, and when a part is tried again that was refused or is deleted
    repeatedly. Mutable.
    """

    def __init__(self, host: Host, demultiplexer: Demultiplexer) -> None:
        self._host = host
        self._demultiplexer = demultiplexer
        self._recovery_file = RecoveryFile()
        self._requested: Set[Macvlan] = set()

    @property
    def is_complete(self) -> bool:
        """Whether nothing has been requested that was not observed since."""
        return not self._requested

    def observed(self) -> None:
        """Take note that the interfaces were observed after the last request."""
        self._requested.clear()

    def provide(self, routers: Iterable[Router], owns_host: bool, now: Nanoseconds) -> List[Action]:
        """Return the actions that provide what the routers need in every state.

        Without ``owns_host`` the clean-up is another process's.
        """
        everyone = list(routers)
        self._demultiplexer.update(everyone, self._host.links)
        actions: List[Action] = [
            self._devices(everyone, now),
            OpenSockets(self._demultiplexer.sockets, self._demultiplexer.selections),
            self._observation(everyone),
        ]
        if owns_host:
            actions.extend(self._recovery_file.update(everyone, self._host))
        return actions

    def recoveries_not_saved(self) -> None:
        """Take note that saving the recovery records failed: it is tried again."""
        self._recovery_file.not_saved()

    def affected(self, action: Action, routers: Iterable[Router]) -> List[Router]:
        """Return the routers that can't work without an action."""
        if isinstance(action, OpenSockets):
            return self._demultiplexer.routers_at(action.sockets)
        if isinstance(action, Provision):
            failed = {*action.macvlans, *(one for one in action.filters if not one.silenced)}
            return [one for one in routers if failed & {*devices_of(one)}]
        name = getattr(action, "router", None)
        return [one for one in routers if one.name == name]

    def _devices(self, routers: Iterable[Router], now: Nanoseconds) -> Provision:
        macvlans: Set[Macvlan] = set()
        filters: Set[PacketFilter] = set()
        promoting: Set[Tuple[str, int]] = set()
        for router in routers:
            macvlan, packet_filter = devices_of(router)
            macvlans.update([macvlan] if macvlan else [])
            filters.update([packet_filter] if packet_filter else [])
            promoting.update(self._ipv4_interfaces(router))
        self._host.own_devices = frozenset(one.name for one in macvlans)
        parts: List[Part] = [*macvlans, *filters]
        postponed = frozenset(one for one in parts if self._must_wait(one, now))
        self._requested |= macvlans - postponed
        self._forget_all_but({one.key for one in parts})
        return Provision(frozenset(macvlans), frozenset(filters), frozenset(promoting), postponed)

    def refused(self, parts: Iterable[Part], error: str, now: Nanoseconds) -> None:
        """Take note that the kernel refused these parts."""
        for part in parts:
            self._host.repairs.refused(part, error, now, self._host.circumstances(part))
            self._requested -= {part}

    def next_deadline(self) -> Nanoseconds | None:
        """Return when a part is tried again; None while none has to be."""
        faults = self._host.repairs.faults
        if not faults:
            return None
        waiting = [
            one for one in faults.values() if isinstance(one.resource, (Macvlan, PacketFilter))
        ]
        return earliest(one.retry_at for one in waiting if one.resource not in self._requested)

    def _forget_all_but(self, keys: AbstractSet[Key]) -> None:
        for key, fault in list(self._host.repairs.faults.items()):
            if isinstance(fault.resource, (Macvlan, PacketFilter)) and key not in keys:
                self._host.repairs.forget(key)

    def _must_wait(self, part: Part, now: Nanoseconds) -> bool:
        if isinstance(part, PacketFilter):
            return self._must_wait_for_filter(part, now)
        if part in self._requested:
            return False
        if part.name in self._host.links:
            self._host.repairs.is_there(part.key, now)
            return False
        circumstances = self._host.circumstances(part)
        return not self._host.repairs.may_restore(part, now, circumstances)

    def _must_wait_for_filter(self, part: PacketFilter, now: Nanoseconds) -> bool:
        fault = self._host.repairs.faults.get(part.key)
        if fault is not None and now < fault.retry_at:
            return True
        self._host.repairs.forget(part.key)  # It is not observed: only a refusal is reported.
        return False

    def _observation(self, routers: Sequence[Router]) -> Observe:
        """Return the action that observes what concerns the routers, and where something was added
        that may have to be removed still.
        """
        instances = [one.instance for one in routers]
        routes = [one for each in instances for one in each.virtual_routes]
        protocols = {MARK, *(one.protocol for one in routes), *self._host.route_protocols()}
        rules = any(each.virtual_rules for each in instances)
        names = observed_interfaces(instances)
        if names is not None:
            macvlans = (devices_of(one)[0] for one in routers)
            names |= {one.name for one in macvlans if one} | self._host.interfaces_with_ours()
        destinations = frozenset(one.destination for one in routes)
        return Observe(names, destinations, rules, frozenset(protocols))

    def _ipv4_interfaces(self, router: Router) -> Iterator[Tuple[str, int]]:
        for one in router.wanted.resources:
            if isinstance(one, AddressResource) and one.address.family is Family.IPV4:
                link = self._host.links.get(one.interface)
                if link is not None:
                    yield link.name, link.index


def devices_of(router: Router) -> Tuple[Macvlan | None, PacketFilter | None]:
    """Return the macvlan and the packet filter of a router, as far as it has them. The interface is
    silenced while the macvlan answers in its place.
    """
    link = router.link
    if link is None:
        return None, None
    packet_filter = packet_filter_of(router.instance, link.index)
    if packet_filter is not None and packet_filter.silenced and router.state_name != MASTER:
        packet_filter = None
    return macvlan_of(router.instance, link), packet_filter
