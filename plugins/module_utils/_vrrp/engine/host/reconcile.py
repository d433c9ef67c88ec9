# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The operations that make the host as the routers want it.

Pure: the same values give the same operations, and none when the host is as it should be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import AbstractSet, Iterator, List, Mapping, Sequence, Tuple, Union

from ...model.address import VirtualAddress
from ...model.family import Family
from .links import Link, LinkAddress, Network, network_of
from .observed import KEEPALIVED_MARK, MARK, Observed, as_resource, excludes, is_same
from .resources import (
    AddressResource,
    Key,
    LinkUp,
    Resource,
    RouteResource,
    RuleResource,
    address_key,
)

# An address as the agent added it: the index of the interface, the address and its prefix length.
OwnedAddress = Tuple[int, bytes, int]

# Links before addresses, addresses before routes, routes before rules; removed the other way round.
_RANKS = {LinkUp: 0, AddressResource: 1, RouteResource: 2, RuleResource: 3}


@dataclass(frozen=True)
class Add:
    """Add a resource to the host."""

    resource: Resource


@dataclass(frozen=True)
class Drop:
    """Remove a resource from the host; ``is_foreign``: another program added it."""

    resource: Resource
    is_foreign: bool = False


Operation = Union[Add, Drop]


def reconcile(
    observed: Observed,
    desired: Mapping[Key, Resource],
    owned: AbstractSet[OwnedAddress],
    virtual: AbstractSet[Key],
    *,
    routes: AbstractSet[RouteResource] = frozenset(),
    kept: AbstractSet[Key] = frozenset(),
    fixed: AbstractSet[str] = frozenset(),
) -> List[Operation]:
    """Return the operations, in order, after which the host has what is ``desired``.

    What is desired and there is not touched; what is missing comes before what is left over.
    Removed is only what the agent added: it has the agent's mark, or is among the ``owned`` or the
    ``routes``; and the addresses of the keys in ``virtual``, which no other program may serve on
    this host, unless that is another VRRP daemon. Those in ``kept`` are another program's, although
    the agent may have restored them. On the interfaces in ``fixed`` Linux removes all addresses of
    a network with the primary one, so that none is exchanged for a better order.
    """
    added: List[Operation] = []
    occupied = {
        name: _occupied(link, desired, owned, virtual)
        for name, link in observed.links.items()
        if name not in fixed
    }
    for resource in sorted(desired.values(), key=rank):
        old = _outdated(observed, resource, owned, routes, occupied)
        if old or not observed.has(resource):
            added.extend(_put_into_force(resource, old))
    exchanged = {step.resource for step in added if isinstance(step, Drop)}
    left = _leftovers(observed, desired, owned, routes, virtual)
    dropped = [
        one for one in left if one.resource not in exchanged and one.resource.key not in kept
    ]
    return [*added, *sorted(dropped, key=lambda one: rank(one.resource), reverse=True)]


def rank(resource: Resource) -> int:
    """Return the place of a resource in the order of installation."""
    return _RANKS[type(resource)]


def _outdated(
    observed: Observed,
    resource: Resource,
    owned: AbstractSet[OwnedAddress],
    routes: AbstractSet[RouteResource],
    occupied: Mapping[str, AbstractSet[Network]],
) -> List[Resource]:
    """Return what the agent added and the kernel would not have beside the resource: itself with
    other attributes, or before an address of the host's own.
    """
    if isinstance(resource, AddressResource):
        link = observed.links.get(resource.interface)
        if link is None:
            return []
        networks = occupied.get(link.name, frozenset())
        is_misplaced = bool(networks) and network_of(resource.address) in networks
        return _outdated_addresses(link, resource.address, owned, is_misplaced)
    if isinstance(resource, RouteResource) and resource.route.family is Family.IPV6:
        alike = [one for one in observed.routes if one.key == resource.key and one != resource]
        return [one for one in alike if one.route.protocol == MARK or one in routes]
    return []


def _outdated_addresses(
    link: Link,
    address: VirtualAddress,
    owned: AbstractSet[OwnedAddress],
    is_misplaced: bool,
) -> List[Resource]:
    return [
        as_resource(link, one)
        for one in link.variants(address.packed)
        if excludes(one, address) and _is_ours(link, one, owned)
        if is_misplaced or not is_same(one, address)
    ]


def _occupied(
    link: Link,
    desired: Mapping[Key, Resource],
    owned: AbstractSet[OwnedAddress],
    virtual: AbstractSet[Key],
) -> AbstractSet[Network]:
    """Return the networks of which the primary address is one of the agent's, although the host has
    another one: Linux takes the first for that, and begins traffic from it.
    """
    secondary = [one for one in link.addresses if one.secondary]
    networks = {
        network_of(one)
        for one in secondary
        if address_key(link.name, one.packed) not in virtual
        and address_key(link.name, one.packed) not in desired
        and not _is_ours(link, one, owned)
    }
    if not networks:
        return networks
    return networks & {
        network_of(one)
        for one in link.addresses
        if len(one.packed) == Family.IPV4.address_length and not one.secondary
        if address_key(link.name, one.packed) in desired and _is_ours(link, one, owned)
    }


def _put_into_force(resource: Resource, old: Sequence[Resource]) -> List[Operation]:
    """Return the operations for one resource; ``old`` has to make way for it.

    IPv4 keeps an address that is exchanged, with another prefix length meanwhile. IPv6 has no way
    but to be without it for some microseconds.
    """
    exchange: List[Operation] = [*map(Drop, old), Add(resource)]
    if not old or not isinstance(resource, AddressResource):
        return exchange
    if resource.address.family is Family.IPV6:
        return exchange
    length = 31 if resource.address.prefix_length == 32 else 32
    address = replace(resource.address, prefix_length=length, label="")
    bridge = AddressResource(resource.interface, address)
    return [Add(bridge), *exchange, Drop(bridge)]


def _leftovers(
    observed: Observed,
    desired: Mapping[Key, Resource],
    owned: AbstractSet[OwnedAddress],
    routes: AbstractSet[RouteResource],
    virtual: AbstractSet[Key],
) -> Iterator[Drop]:
    """Yield the removal of all that no router wants: each address with the prefix length it has."""
    wanted = set(desired.values())
    added = {one for one in observed.marked() if not isinstance(one, AddressResource)}
    for resource in (*added, *(routes & observed.routes - added)):
        if resource not in wanted:
            yield Drop(resource)
    for link in observed.links.values():
        for found in link.addresses:
            key = address_key(link.name, found.packed)
            is_ours, intended = _is_ours(link, found, owned), desired.get(key)
            if isinstance(intended, AddressResource):
                if is_ours and not is_same(found, intended.address):
                    yield Drop(as_resource(link, found))
            elif is_ours or (key in virtual and not _may_be_of_other_vrrp(observed, found)):
                yield Drop(as_resource(link, found), is_foreign=not is_ours)


def _may_be_of_other_vrrp(observed: Observed, found: LinkAddress) -> bool:
    """Whether an address may have been added by another VRRP daemon: only new ones mark them."""
    return observed.has_other_vrrp or found.protocol == KEEPALIVED_MARK


def _is_ours(link: Link, found: LinkAddress, owned: AbstractSet[OwnedAddress]) -> bool:
    is_owned = (link.index, found.packed, found.prefix_length) in owned
    return is_owned or found.protocol == MARK
