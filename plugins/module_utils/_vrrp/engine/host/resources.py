# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The resources of a master on the host, and the interface of each.

Addresses, routes, rules, and the link of a virtual MAC, which is up only on the master: a switch
must not learn that address from a backup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import FrozenSet, Iterator, Mapping, Tuple, Union

from ...base.slots import slotted
from ...model.address import VirtualAddress
from ...model.instance import Instance
from ...model.routing import VirtualRoute, VirtualRule
from .links import Link


@slotted
@dataclass(frozen=True)
class AddressResource:
    """An address on the interface of that name."""

    interface: str
    address: VirtualAddress

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True)
class RouteResource:
    """A route through the interface of that name."""

    interface: str
    route: VirtualRoute

    def __str__(self) -> str:
        return str(self.route)


@dataclass(frozen=True)
class RuleResource:
    """A policy rule of the host."""

    rule: VirtualRule

    def __str__(self) -> str:
        return str(self.rule)


@dataclass(frozen=True)
class LinkUp:
    """The interface of that name is up."""

    interface: str

    def __str__(self) -> str:
        return f"interface {self.interface}"


# Shared by all routers: each empty set would take 200 bytes.
NO_ADDRESSES: FrozenSet[bytes] = frozenset()

Resource = Union[AddressResource, RouteResource, RuleResource, LinkUp]


@slotted
@dataclass(frozen=True)
class InterfaceMap:
    """The interfaces of a router: ``vip_link`` carries its addresses."""

    links: Mapping[str, Link] = field(default_factory=dict)
    vip_link: Link | None = None

    def link_for(self, address: VirtualAddress) -> Link | None:
        """Return the interface of an address; None when it does not exist."""
        return self.links.get(address.interface) if address.interface else self.vip_link

    def fingerprint(self, instance: Instance) -> Tuple[Tuple[str, int], ...]:
        """Return the names and indexes of all existing interfaces that an instance uses."""
        there = (self.vip_link, *(self.links.get(name) for name in sorted(instance.interfaces)))
        return tuple((link.name, link.index) for link in there if link is not None)


def resources_of(instance: Instance, interfaces: InterfaceMap) -> Tuple[Resource, ...]:
    """Return all resources of a master, in the order of installation."""
    vip_link = interfaces.vip_link
    if vip_link is None:
        return ()
    link_up = (LinkUp(vip_link.name),) if instance.virtual_mac else ()
    routes = (RouteResource(one.interface or vip_link.name, one) for one in instance.virtual_routes)
    rules = (RuleResource(one) for one in instance.virtual_rules)
    return (*link_up, *_address_resources(instance, interfaces), *routes, *rules)


def _address_resources(instance: Instance, interfaces: InterfaceMap) -> Iterator[AddressResource]:
    for address in instance.served_addresses:
        link = interfaces.link_for(address)
        if link is not None:
            yield AddressResource(link.name, address)


def preexisting_addresses(instance: Instance, interfaces: InterfaceMap) -> FrozenSet[bytes]:
    """Return the owner's own addresses, packed, which the agent must not remove."""
    if not instance.is_owner:
        return NO_ADDRESSES
    return frozenset(
        address.packed
        for address in instance.served_addresses
        if (link := interfaces.link_for(address)) is not None and link.has(address.packed)
    )


def removal_order(
    resources: Tuple[Resource, ...], preexisting: FrozenSet[bytes]
) -> Tuple[Resource, ...]:
    """Return the resources to remove, in order: last in, first out."""
    return tuple(
        one
        for one in reversed(resources)
        if not isinstance(one, AddressResource) or one.address.packed not in preexisting
    )


def unexpected_addresses(
    instance: Instance, interfaces: InterfaceMap, preexisting: FrozenSet[bytes]
) -> Tuple[AddressResource, ...]:
    """Return virtual addresses that the host has although the router does not serve them.

    Their prefix lengths are those on the host, without which the kernel would not find them.
    """
    found: list[AddressResource] = []
    for address in instance.served_addresses:
        link = interfaces.link_for(address)
        if link is None or address.packed in preexisting:
            continue
        found.extend(
            AddressResource(link.name, VirtualAddress(one.packed, one.prefix_length))
            for one in link.addresses
            if one.packed == address.packed
        )
    return tuple(found)


def missing_addresses(instance: Instance, interfaces: InterfaceMap) -> Tuple[AddressResource, ...]:
    """Return the addresses of a master that the host does not have."""
    return tuple(
        one
        for one in _address_resources(instance, interfaces)
        if not interfaces.links[one.interface].has(one.address.packed)
    )
