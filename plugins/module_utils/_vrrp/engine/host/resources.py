# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a router has on the host while it is master, and on which interface.

Addresses, routes, rules, and the link of a virtual MAC, which is up for no other time: a switch
must not learn that address from a backup. This module is PRIVATE to the collection.
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
class Placed:
    """An address on the interface of that name."""

    interface: str
    address: VirtualAddress

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True)
class Routed:
    """A route through the interface of that name."""

    interface: str
    route: VirtualRoute

    def __str__(self) -> str:
        return str(self.route)


@dataclass(frozen=True)
class Ruled:
    """A policy rule of the host."""

    rule: VirtualRule

    def __str__(self) -> str:
        return str(self.rule)


@dataclass(frozen=True)
class Raised:
    """The interface of that name is up."""

    interface: str

    def __str__(self) -> str:
        return f"interface {self.interface}"


NO_ADDRESSES: FrozenSet[bytes] = frozenset()  # One for all: each would take 200 bytes.

Held = Union[Placed, Routed, Ruled, Raised]


@slotted
@dataclass(frozen=True)
class Ground:
    """The interfaces of a router: ``home`` is where its addresses live."""

    links: Mapping[str, Link] = field(default_factory=dict)
    home: Link | None = None

    def of(self, address: VirtualAddress) -> Link | None:
        """The interface on which an address belongs."""
        return self.links.get(address.interface) if address.interface else self.home

    def outline(self, instance: Instance) -> Tuple[Tuple[str, int], ...]:
        """The names and indexes of all interfaces that matter for an instance, as far as they are
        there.
        """
        there = (self.home, *(self.links.get(name) for name in sorted(instance.interfaces)))
        return tuple((link.name, link.index) for link in there if link is not None)


def holdings(instance: Instance, ground: Ground) -> Tuple[Held, ...]:
    """All that a master has, in the order in which it is installed."""
    home = ground.home
    if home is None:
        return ()
    raised = (Raised(home.name),) if instance.virtual_mac else ()
    routes = (Routed(one.interface or home.name, one) for one in instance.virtual_routes)
    rules = (Ruled(one) for one in instance.virtual_rules)
    return (*raised, *_placed(instance, ground), *routes, *rules)


def _placed(instance: Instance, ground: Ground) -> Iterator[Placed]:
    for address in instance.served_addresses:
        link = ground.of(address)
        if link is not None:
            yield Placed(link.name, address)


def native_addresses(instance: Instance, ground: Ground) -> FrozenSet[bytes]:
    """The addresses that an owner has by itself, packed, which are not ours to remove."""
    if not instance.is_owner:
        return NO_ADDRESSES
    return frozenset(
        address.packed
        for address in instance.served_addresses
        if (link := ground.of(address)) is not None and link.has(address.packed)
    )


def without(held: Tuple[Held, ...], native: FrozenSet[bytes]) -> Tuple[Held, ...]:
    """What there is to remove, in the order in which it goes: last in, first out."""
    return tuple(
        one
        for one in reversed(held)
        if not isinstance(one, Placed) or one.address.packed not in native
    )


def strays(instance: Instance, ground: Ground, native: FrozenSet[bytes]) -> Tuple[Placed, ...]:
    """Virtual addresses that are there although the router does not serve them.

    With the prefix lengths they have there, without which the kernel would not find them.
    """
    found: list[Placed] = []
    for address in instance.served_addresses:
        link = ground.of(address)
        if link is None or address.packed in native:
            continue
        found.extend(
            Placed(link.name, VirtualAddress(one.packed, one.prefix_length))
            for one in link.addresses
            if one.packed == address.packed
        )
    return tuple(found)


def lost(instance: Instance, ground: Ground) -> Tuple[Placed, ...]:
    """The addresses that should be there and are not."""
    return tuple(
        one
        for one in _placed(instance, ground)
        if not ground.links[one.interface].has(one.address.packed)
    )
