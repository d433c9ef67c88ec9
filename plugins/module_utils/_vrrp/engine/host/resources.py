# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The resources that a master wants on the host: addresses, routes, rules, and an interface that
is up.

Each has a ``key``: two resources of one key can't both be in force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import FrozenSet, Hashable, Iterable, Iterator, Mapping, Sequence, Tuple, Union

from ...base.constants import MACVLAN_ROUTE_METRIC
from ...base.slots import slotted
from ...model.address import VirtualAddress
from ...model.instance import Instance
from ...model.route import MAIN_TABLE, VirtualRoute
from ...model.rule import VirtualRule
from .links import Links

Key = Tuple[Hashable, ...]
Tables = Mapping[str, int]  # Routing tables by interface.


def address_key(interface: str, packed: bytes) -> Key:
    """Return the key of an address on the interface of that name."""
    return ("address", interface, packed)


@slotted
@dataclass(frozen=True)
class AddressResource:
    """An address on the interface of that name. ``metric`` is that of the route to its network, 0
    for the kernel's default.
    """

    interface: str
    address: VirtualAddress
    metric: int = 0

    @property
    def key(self) -> Key:
        """The interface and the address: whatever its prefix length, it is served once."""
        return address_key(self.interface, self.address.packed)

    @property
    def interfaces(self) -> Sequence[str]:
        """The interfaces that it needs."""
        return (self.interface,)

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True)
class RouteResource:
    """A route as the kernel has it: with its metric, and without the setting ``track``.
    ``interface`` is empty where it has none, or several next hops.
    """

    interface: str
    route: VirtualRoute

    @property
    def key(self) -> Key:
        """The table, the destination and the metric, by which the kernel chooses a route."""
        return ("route", *self.route.identity)

    @property
    def interfaces(self) -> Sequence[str]:
        """The interfaces that it needs."""
        hops = [one.interface for one in self.route.nexthops]
        return [self.interface] if self.interface else hops

    def __str__(self) -> str:
        return str(self.route)


@dataclass(frozen=True)
class RuleResource:
    """A policy rule of the host, without the setting ``track``."""

    rule: VirtualRule

    @property
    def key(self) -> Key:
        """The whole rule: the kernel has rules that differ in anything side by side."""
        return ("rule", self.rule)

    @property
    def interfaces(self) -> Sequence[str]:
        """The interfaces that it needs: a rule may name one that is missing."""
        return ()

    def __str__(self) -> str:
        return str(self.rule)


@dataclass(frozen=True)
class LinkUp:
    """The interface of that name is up."""

    interface: str

    @property
    def key(self) -> Key:
        """The interface."""
        return ("link", self.interface)

    @property
    def interfaces(self) -> Sequence[str]:
        """The interfaces that it needs."""
        return (self.interface,)

    def __str__(self) -> str:
        return f"interface {self.interface}"


Resource = Union[AddressResource, RouteResource, RuleResource, LinkUp]


class Wanted:
    """The resources of a router that is master, in the order of installation. Immutable.

    It can't serve without the ``essential`` ones; without another one it is degraded, unless the
    key is among the ``untracked``.
    """

    __slots__ = ("by_key", "essential", "optional", "resources", "untracked")

    def __init__(
        self,
        essential: Tuple[Resource, ...] = (),
        optional: Tuple[Resource, ...] = (),
        untracked: FrozenSet[Key] = frozenset(),
    ) -> None:
        self.essential, self.optional, self.untracked = essential, optional, untracked
        self.resources: Tuple[Resource, ...] = essential + optional
        # Made beforehand: a takeover has no time for it.
        self.by_key: Mapping[Key, Resource] = {one.key: one for one in self.resources}


NOTHING_WANTED = Wanted()


def wanted_by(instance: Instance, interface: str, tables: Tables) -> Wanted:
    """Return the resources of an instance whose addresses are on ``interface``, unless they name
    another one; ``tables`` are the routing tables of interfaces that are in a VRF.

    With a virtual MAC they include that the interface is up: it is up only on the master, as a
    switch must not learn that address from a backup.
    """
    link_up: Tuple[Resource, ...] = (LinkUp(interface),) if instance.virtual_mac else ()
    tracked = [one for one in instance.addresses if one.track]
    others = [one for one in instance.served_addresses if one not in tracked]
    metric = MACVLAN_ROUTE_METRIC if instance.virtual_mac else 0
    essential = (*link_up, *_addresses(tracked, interface, metric))
    optional: Tuple[Resource, ...] = (
        *_addresses(others, interface, metric),
        *(route_resource(one, interface, tables) for one in instance.virtual_routes),
        *(rule_resource(one) for one in instance.virtual_rules),
    )
    return Wanted(essential, optional, frozenset(_untracked(instance, interface, tables)))


def tables_of(instance: Instance, links: Links, device: str | None) -> Tables:
    """Return the routing tables of those interfaces of an instance's routes that are in a VRF;
    ``device`` carries its addresses, and is in the VRF of the instance's interface.
    """
    if not instance.virtual_routes or device is None:
        return {}
    names = {name for one in instance.virtual_routes for name in one.interfaces}
    found = {name: links[name].table for name in names if name in links and links[name].vrf}
    own = links.get(instance.interface)
    return {**found, device: own.table} if own is not None and own.vrf else found


def wanted_routes(instance: Instance, links: Links) -> Sequence[RouteResource]:
    """Return the routes of an instance on a host; those of each virtual MAC are on an interface of
    their own.
    """
    device = instance.interface
    if instance.virtual_mac:
        device = f"the macvlan of {instance.family.value}.{instance.vrid} on {device}"
    tables = tables_of(instance, links, device)
    return [route_resource(one, device, tables) for one in instance.virtual_routes]


def _addresses(
    addresses: Iterable[VirtualAddress], interface: str, metric: int
) -> Iterator[AddressResource]:
    """Yield the resources; ``metric`` is for the addresses on ``interface``."""
    for one in addresses:
        name = one.interface or interface
        # The kernel gives an address without a label the name of the interface.
        address = replace(one, label="") if one.label == name else one
        yield AddressResource(name, address, 0 if one.interface else metric)


def _untracked(instance: Instance, interface: str, tables: Tables) -> Iterator[Key]:
    for address in instance.served_addresses:
        if not address.track:
            yield AddressResource(address.interface or interface, address).key
    for route in instance.virtual_routes:
        if not route.track:
            yield route_resource(route, interface, tables).key
    for rule in instance.virtual_rules:
        if not rule.track:
            yield rule_resource(rule).key


def route_resource(route: VirtualRoute, interface: str, tables: Tables) -> RouteResource:
    """Return the resource of a configured route; ``interface`` is the default."""
    name = min(route.interfaces, default=interface)
    kernel = route.through(interface, tables.get(name, MAIN_TABLE))
    return RouteResource(kernel.interface, replace(kernel, interface=""))


def rule_resource(rule: VirtualRule) -> RuleResource:
    """Return the resource of a configured rule."""
    return RuleResource(rule.in_kernel)
