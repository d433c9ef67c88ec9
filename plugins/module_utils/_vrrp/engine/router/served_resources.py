# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The addresses, routes and rules that one router has on the host while it is master."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import FrozenSet, Mapping, Tuple

from ...base.slots import slotted
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

_NO_INTERFACES = InterfaceMap()


@slotted
@dataclass(frozen=True)
class ServedResources:
    """The interfaces of a router, and which of its addresses were there before it.

    ``preexisting`` are the addresses, packed, that an owner had before it installed those it
    serves; None while it has installed none. ``removal_pending`` are those that it has removed
    and that the kernel has not reported as gone.
    """

    interfaces: InterfaceMap = _NO_INTERFACES
    preexisting: FrozenSet[bytes] | None = None
    removal_pending: FrozenSet[bytes] = NO_ADDRESSES

    def bind(
        self, instance: Instance, links: Mapping[str, Link], vip_link: Link | None
    ) -> ServedResources:
        """Return a copy with the interfaces as they are now."""
        interfaces, pending = InterfaceMap(links, vip_link), self.removal_pending
        if pending:
            pending &= preexisting_addresses(instance, interfaces)
        return ServedResources(interfaces, self.preexisting, pending)

    def unbind(self) -> ServedResources:
        """Return a copy without interfaces: they do not exist any more."""
        return replace(self, interfaces=_NO_INTERFACES)

    def begin(self, instance: Instance) -> ServedResources:
        """Return a copy that remembers the addresses from before the first installation."""
        if self.preexisting is not None:
            return self
        kept = self.kept_at_removal(instance)
        return ServedResources(self.interfaces, kept, self.removal_pending)

    def end(self, instance: Instance) -> ServedResources:
        """Return the copy that is valid when ``to_remove`` has been removed."""
        pending = self.removal_pending
        if instance.is_owner and self.preexisting is not None:
            removed = self.to_remove(instance)
            pending |= {one.address.packed for one in removed if isinstance(one, AddressResource)}
        return ServedResources(self.interfaces, None, pending)

    def to_remove(self, instance: Instance) -> Tuple[Resource, ...]:
        """Return what has to be removed, in order: everything that is served, or, for a router
        that serves nothing, what another agent left behind.
        """
        if self.preexisting is None:
            return self.unexpected(instance)
        return removal_order(resources_of(instance, self.interfaces), self.preexisting)

    def no_longer_wanted(self, before: Instance, after: Instance) -> Tuple[Resource, ...]:
        """Return what has to be removed, in order, when other settings take effect."""
        if self.preexisting is None:
            return ()
        wanted = set(resources_of(after, self.interfaces))
        return tuple(one for one in self.to_remove(before) if one not in wanted)

    def unexpected(self, instance: Instance) -> Tuple[AddressResource, ...]:
        """Return virtual addresses that the host has although the router does not serve them."""
        if self.preexisting is not None:
            return ()
        return unexpected_addresses(instance, self.interfaces, self.kept_at_removal(instance))

    def missing(self, instance: Instance) -> Tuple[AddressResource, ...]:
        """Return the served addresses that the host does not have."""
        return () if self.preexisting is None else missing_addresses(instance, self.interfaces)

    def kept_at_removal(self, instance: Instance) -> FrozenSet[bytes]:
        """Return the owner's own addresses, packed.

        Addresses whose removal the kernel has not reported yet are not among them.
        """
        if self.preexisting is not None:
            return self.preexisting
        found = preexisting_addresses(instance, self.interfaces)
        return found - self.removal_pending if self.removal_pending else found
