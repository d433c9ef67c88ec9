# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The addresses, routes and rules that one router has on the host while it is master.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import FrozenSet, Mapping, Tuple

from ...model.instance import Instance
from ..host.links import Link
from ..host.resources import (
    NO_ADDRESSES,
    AddressResource,
    InterfaceMap,
    Resource,
    missing_addresses,
    preexisting_addresses,
    removal_order,
    resources_of,
    unexpected_addresses,
)


class ServedResources:
    """Mutable: the interfaces of a router, and which of its addresses were there before it.

    ``preexisting`` are the addresses, packed, that an owner had before it installed those it
    serves; None while it has installed none.
    """

    __slots__ = ("_removal_pending", "interfaces", "preexisting")

    def __init__(self) -> None:
        self.interfaces = InterfaceMap()
        self.preexisting: FrozenSet[bytes] | None = None
        self._removal_pending = NO_ADDRESSES

    def bind(self, instance: Instance, links: Mapping[str, Link], vip_link: Link | None) -> None:
        """Take note of the interfaces as they are now."""
        self.interfaces = InterfaceMap(links, vip_link)
        if self._removal_pending:
            self._removal_pending &= preexisting_addresses(instance, self.interfaces)

    def unbind(self) -> None:
        """Take note that the interface does not exist any more."""
        self.interfaces = InterfaceMap()

    def begin(self, instance: Instance) -> None:
        """Remember what was there before the first resource is installed."""
        if self.preexisting is None:
            self.preexisting = self.kept_at_removal(instance)

    def end(self, instance: Instance) -> Tuple[Resource, ...]:
        """Return what has to be removed, in order: everything that is served, or, of a router that
        served nothing, what another agent left behind.
        """
        preexisting, self.preexisting = self.preexisting, None
        if preexisting is None:
            return self.unexpected(instance)
        resources = removal_order(resources_of(instance, self.interfaces), preexisting)
        if instance.is_owner:
            self._removal_pending |= {
                one.address.packed for one in resources if isinstance(one, AddressResource)
            }
        return resources

    def change(self, before: Instance, after: Instance) -> Tuple[Resource, ...]:
        """Return what has to be removed, in order, when other settings take effect."""
        if self.preexisting is None:
            return ()
        wanted = set(resources_of(after, self.interfaces))
        present = removal_order(resources_of(before, self.interfaces), self.preexisting)
        return tuple(one for one in present if one not in wanted)

    def unexpected(self, instance: Instance) -> Tuple[AddressResource, ...]:
        """Virtual addresses that the host has although the router doesn't serve them."""
        if self.preexisting is not None:
            return ()
        return unexpected_addresses(instance, self.interfaces, self.kept_at_removal(instance))

    def missing(self, instance: Instance) -> Tuple[AddressResource, ...]:
        """The addresses that should be on the host and are not."""
        return () if self.preexisting is None else missing_addresses(instance, self.interfaces)

    def kept_at_removal(self, instance: Instance) -> FrozenSet[bytes]:
        """The packed addresses that an owner has by itself.

        Those that it has just removed are there as long as the kernel has not reported otherwise,
        and are not among them.
        """
        if self.preexisting is not None:
            return self.preexisting
        found = preexisting_addresses(instance, self.interfaces)
        return found - self._removal_pending if self._removal_pending else found
