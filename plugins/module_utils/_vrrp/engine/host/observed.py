# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The part of the host that the engine observes, and what is missing or left over on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import AbstractSet, FrozenSet, Iterable, Iterator, Mapping, Tuple, Union

from ...base.constants import FOREVER, VRRP_PROTOCOL
from ...model.address import VirtualAddress
from ...model.family import Family
from ...model.rule import VirtualRule
from .links import Link, LinkAddress, Links
from .resources import (
    AddressResource,
    Key,
    Resource,
    RouteResource,
    RuleResource,
    address_key,
)

MARK = VRRP_PROTOCOL  # The protocol of the agent's addresses, routes and rules.
KEEPALIVED_MARK = 18  # RTPROT_KEEPALIVED, which keepalived also gives its addresses.


@dataclass(frozen=True)
class Observed:
    """The host as the kernel reports it.

    ``routes`` are those with the protocol of one of the agent's routes. ``rules`` are all that an
    instance could have asked for, each with whether it has the mark. ``has_other_vrrp``: another
    program of the host speaks VRRP.
    """

    links: Links = field(default_factory=dict)
    routes: FrozenSet[RouteResource] = frozenset()
    rules: Mapping[VirtualRule, bool] = field(default_factory=dict)
    has_other_vrrp: bool = False

    def has(self, resource: Resource) -> bool:
        """Whether a resource is in force, or the kernel would refuse it because of its like."""
        if isinstance(resource, AddressResource):
            return any(excludes(one, resource.address) for one in self.variants(resource))
        if isinstance(resource, RouteResource):
            return resource in self.routes
        if isinstance(resource, RuleResource):
            return resource.rule in self.rules
        link = self.links.get(resource.interface)
        return link is not None and link.admin_up

    def variants(self, resource: AddressResource) -> Iterable[LinkAddress]:
        """Return an address as the host has it on the interface of the resource: once for each
        prefix length.
        """
        link = self.links.get(resource.interface)
        return () if link is None else link.variants(resource.address.packed)

    def marked(self) -> Iterator[Resource]:
        """Yield everything that has the agent's mark."""
        for rule, is_marked in self.rules.items():
            if is_marked:
                yield RuleResource(rule)
        yield from (one for one in self.routes if one.route.protocol == MARK)
        for link in self.links.values():
            for one in link.addresses:
                if one.protocol == MARK:
                    yield as_resource(link, one)

    def without(self, gone: AbstractSet[Key]) -> Observed:
        """Return a copy without the resources of these keys."""
        if not gone:
            return self
        links = {name: _without(link, gone) for name, link in self.links.items()}
        routes = frozenset(one for one in self.routes if one.key not in gone)
        rules = {one: mark for one, mark in self.rules.items() if RuleResource(one).key not in gone}
        return replace(self, links=links, routes=routes, rules=rules)


def _without(link: Link, gone: AbstractSet[Key]) -> Link:
    kept = tuple(one for one in link.addresses if address_key(link.name, one.packed) not in gone)
    return link if len(kept) == len(link.addresses) else replace(link, addresses=kept)


def as_resource(link: Link, found: LinkAddress) -> AddressResource:
    """Return an address that the host has as the resource by which it can be removed."""
    address = VirtualAddress(
        found.packed, found.prefix_length, "", found.label, found.scope, peer=found.peer
    )
    return AddressResource(link.name, address)


def excludes(found: LinkAddress, address: VirtualAddress) -> bool:
    """Whether the kernel refuses to add ``address`` beside itself as found on an interface: IPv4
    may be there once for each prefix length, IPv6 once.
    """
    return address.family is Family.IPV6 or found.prefix_length == address.prefix_length


def is_same(found: LinkAddress, address: VirtualAddress) -> bool:
    """Whether an address of the host is as configured; IPv6 has no label, and a scope of its own,
    but a lifetime.
    """
    if _form(found) != _form(address):
        return False
    if address.family is Family.IPV6:
        return _has_lifetime(found, address.preferred_lifetime)
    return (found.label, found.scope) == (address.label, address.scope)


def _form(one: Union[LinkAddress, VirtualAddress]) -> Tuple[object, ...]:
    return one.prefix_length, one.broadcast, one.peer, one.home, one.noprefixroute


def _has_lifetime(found: LinkAddress, lifetime: int | None) -> bool:
    """Whether an address is deprecated, or not, as configured: a limited lifetime runs down."""
    if lifetime == 0:
        return found.deprecated
    return found.unlimited if lifetime == FOREVER else not found.unlimited
