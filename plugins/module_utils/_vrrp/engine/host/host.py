# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The host: what the kernel reports, what the routers want, and what the agent has added."""

from __future__ import annotations

from typing import (
    AbstractSet,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    Sequence,
    Set,
    Tuple,
)

from ...base.constants import FAULT_MEMORY
from ...base.units import Nanoseconds, earliest
from .desired import Desired
from .link_states import LinkStates
from .links import Links
from .observed import MARK, Observed, as_resource
from .reconcile import Add, Drop, Operation, OwnedAddress, rank, reconcile
from .removals import Removals
from .repairs import Fault, Repairable, Repairs
from .resources import (
    AddressResource,
    Key,
    LinkUp,
    Resource,
    RouteResource,
    RuleResource,
    Wanted,
    address_key,
)


class Host:
    """Each resource of the host once, with all routers that want it. Mutable.

    ``virtual`` has the addresses that no other program may serve here, those of all routers but
    address owners: the name of the router by the key of the address. ``own_devices`` are the names
    of the agent's macvlans, and ``not_promoting`` those of interfaces on which addresses that are
    not primary ones go with the primary one.
    """

    def __init__(self) -> None:
        self.observed = Observed()
        self.desired = Desired()
        self.repairs = Repairs()
        self.removals = Removals()
        self.link_states = LinkStates()
        self.virtual: Mapping[Key, str] = {}
        self.own_devices: AbstractSet[str] = frozenset()
        self.not_promoting: Set[str] = set()
        self._owned: Set[OwnedAddress] = set()
        # The addresses that were there before, also when the agent has restored them.
        self._of_others: Set[Key] = set()
        self._own_routes: AbstractSet[RouteResource] = frozenset()
        # The operations since the host was last observed.
        self._added: Dict[Key, Resource] = {}
        self._removed: Set[Key] = set()

    def update_links(self, now: Nanoseconds) -> None:
        """Let changes of interfaces take effect whose delays are over."""
        self.link_states.update(self.links, now)

    @property
    def links(self) -> Links:
        """The interfaces by name."""
        return self.observed.links

    @property
    def owned(self) -> AbstractSet[OwnedAddress]:
        """The addresses that the agent has added."""
        self._own_added()
        return self._owned

    def interfaces_with_ours(self) -> AbstractSet[str]:
        """Return the names of the interfaces with an address or a route that the agent has added,
        or that has its mark.
        """
        indexes = {index for index, _packed, _length in self.owned}
        return {
            link.name
            for link in self.links.values()
            if link.index in indexes or any(one.protocol == MARK for one in link.addresses)
        }.union(*(one.interfaces for one in self.observed.routes))

    def route_protocols(self) -> AbstractSet[int]:
        """Return the protocols of the routes that the agent has added, and that are still there."""
        return {one.route.protocol for one in self._own_routes}

    def restore_owned(self, owned: Iterable[OwnedAddress]) -> None:
        """Take over the addresses that another process has added."""
        self._owned = set(owned)

    def _own_added(self) -> None:
        """Record the addresses that were added: those that were not there before."""
        for resource in self._added.values():
            self._own(resource)

    def _own(self, resource: Resource) -> None:
        if not isinstance(resource, AddressResource) or resource.key in self._of_others:
            return
        if self._may_remove(resource):
            self._owned.add(_owned(self.links, resource))

    def is_as_expected(self, observed: Observed) -> bool:
        """Whether the host is as it was, and nothing was to change."""
        return not (self._added or self._removed) and observed == self.observed

    def observe(self, observed: Observed) -> None:
        """Replace the observation; it was made after all operations until now."""
        self._own_added()
        if self._owned:
            before, now = _marks(self.observed), _marks(observed)
            # An address that loses its mark is another program's now.
            self._owned -= {one for one in before if before[one] and now.get(one) is False}
        self.observed = observed
        # Of what it wants and has, the agent can't tell what another program has added.
        wanted = self.desired.routes() if observed.routes else frozenset()
        self._own_routes = (self._own_routes | wanted) & observed.routes
        self._forget_addresses_of_others()
        self._added.clear()
        self._removed.clear()

    def _forget_addresses_of_others(self) -> None:
        """Forget those that neither are there nor are wanted."""
        if self._of_others:
            present = {
                address_key(link.name, one.packed)
                for link in self.links.values()
                for one in link.addresses
            }
            self._of_others = {
                key for key in self._of_others if key in present or key in self.desired
            }

    def taken_by_another(self, wanted: Wanted) -> AddressResource | None:
        """Return the first of these addresses that another VRRP daemon of the host serves; None
        when there is no such daemon, or it has none.
        """
        if not self.observed.has_other_vrrp:
            return None
        addresses = (one for one in wanted.resources if isinstance(one, AddressResource))
        return next((one for one in addresses if self._is_of_another(one)), None)

    def _is_of_another(self, resource: AddressResource) -> bool:
        link = self.links.get(resource.interface)
        if link is None or resource.key in self.desired or resource.key in self._removed:
            return False
        return any(
            one.protocol != MARK and (link.index, one.packed, one.prefix_length) not in self.owned
            for one in link.variants(resource.address.packed)
        )

    # --- Operations of a router ---

    def install(self, router: str, wanted: Wanted) -> None:
        """Take note that a router wants these resources, and that they are about to be added."""
        self._of_others |= self.preexisting(wanted)
        self.desired.want(router, wanted)
        self._note_added(wanted.by_key)

    def release(self, router: str) -> Tuple[Resource, ...]:
        """Let a router want nothing any more; returns what has to be removed, in order: what no
        other router wants and the agent has added.
        """
        left = self.desired.release(router)
        removed = [found for one in left for found in self._removable(one)]
        for resource in removed:
            self._note_removed(resource)
        return tuple(sorted(removed, key=rank, reverse=True))

    def _removable(self, resource: Resource) -> List[Resource]:
        """Return a resource as it has to be removed: an address with each prefix length that it
        has on the host, and nothing that was there before it was added.
        """
        if isinstance(resource, RuleResource):
            return [] if self.observed.rules.get(resource.rule) is False else [resource]
        if not isinstance(resource, AddressResource):
            return [resource]
        # What is there counts: Linux compares labels when it removes an address.
        found = [resource, *self._variants(resource)]
        once = {one.address.prefix_length: one for one in found}
        return [one for one in once.values() if self._may_remove(one)]

    def _variants(self, resource: AddressResource) -> Iterator[AddressResource]:
        link = self.links.get(resource.interface)
        if link is not None:
            for one in link.variants(resource.address.packed):
                yield as_resource(link, one)

    def _may_remove(self, resource: AddressResource) -> bool:
        """Whether an address may be removed: one of a router that is no owner, or one that the
        agent has added, or is going to add.
        """
        if resource.key in self.virtual or resource.key in self._removed:
            return True
        if resource.key in self._of_others:
            return False
        if _owned(self.links, resource) in self._owned:
            return True
        length = resource.address.prefix_length
        return all(one.address.prefix_length != length for one in self._variants(resource))

    def preexisting(self, wanted: Wanted) -> FrozenSet[Key]:
        """Return the keys of those addresses that the agent must not remove."""
        addresses = [one for one in wanted.resources if isinstance(one, AddressResource)]
        return frozenset(one.key for one in addresses if not self._may_remove(one))

    def _note_added(self, resources: Mapping[Key, Resource]) -> None:
        for key in self._removed & resources.keys():
            self._own(resources[key])
            self._removed.discard(key)
        self._added.update(resources)

    def _note_removed(self, resource: Resource) -> None:
        if isinstance(resource, AddressResource):
            self._owned.discard(_owned(self.links, resource))
        self._removed.add(resource.key)
        self._added.pop(resource.key, None)

    # --- Reconciling ---

    def reconcile(self, now: Nanoseconds) -> List[Operation]:
        """Return the operations that are due, and take note of them as performed."""
        observed = self.observed.without(self._removed)
        desired = self.desired.resources()
        waiting = {key for key, one in desired.items() if self._waits(observed, one, now)}
        kept = self._of_others - self.virtual.keys()
        wanted = reconcile(
            observed,
            desired,
            self.owned,
            self.virtual.keys(),
            routes=self._own_routes,
            kept=kept,
            fixed=self.not_promoting,
        )
        found = self.removals.permitted(wanted, now)
        exchanged = {one.resource.key for one in found if isinstance(one, Drop)}
        waiting -= exchanged
        operations = [
            one for one in found if isinstance(one, Drop) or one.resource.key not in waiting
        ]
        for operation in operations:
            if isinstance(operation, Add):
                self._note_added({operation.resource.key: operation.resource})
            else:
                self._note_removed(operation.resource)
        # Of these keys, only another one is gone.
        self._note_added({key: desired[key] for key in exchanged & desired.keys()})
        return operations

    def _waits(self, observed: Observed, resource: Resource, now: Nanoseconds) -> bool:
        """Whether a resource is being added already, or must not be added now."""
        key = resource.key
        if observed.has(resource):
            self.repairs.is_there(key, now)
            return False
        fault = self.repairs.faults.get(key)
        is_due = fault is not None and now >= fault.retry_at
        if (key in self._added and not is_due) or self._has_no_interface(resource, now):
            return True
        return not self.repairs.may_restore(resource, now, self.circumstances(resource))

    def _has_no_interface(self, resource: Resource, now: Nanoseconds) -> bool:
        """Whether the interface of a resource does not exist, which is a fault of a route. Without
        that of an address a router takes no part, unless it is a macvlan that is created again.
        """
        if not self._lacks_interface(resource):
            return False
        if isinstance(resource, RouteResource):
            missing = [name for name in resource.interfaces if name not in self.links]
            reason = f"{missing[0]} does not exist"
            self.repairs.refused(resource, reason, now, self.circumstances(resource))
        return True

    def _lacks_interface(self, resource: Resource) -> bool:
        return not all(name in self.links for name in resource.interfaces)

    def next_deadline(self) -> Nanoseconds | None:
        """Return when ``reconcile`` or ``update_links`` is due next; None while neither is."""
        due = [self.link_states.next_deadline(), self.removals.next_deadline()]
        due.extend(self._due_at(key, fault) for key, fault in self.repairs.faults.items())
        return earliest(due)

    def _due_at(self, key: Key, fault: Fault) -> Nanoseconds | None:
        if not isinstance(fault.resource, _KINDS) or self._lacks_interface(fault.resource):
            return None
        return fault.retry_at if key in self.desired else fault.retry_at + FAULT_MEMORY

    # --- What is missing ---

    def lacks(self, resource: Resource) -> bool:
        """Whether a resource was not there when the host was observed after it had been added."""
        return resource.key not in self._added and not self.observed.has(resource)

    def review_faults(self, now: Nanoseconds) -> List[Fault]:
        """End the faults of what is in force again; returns them."""
        self._forget_faults_of_backups(now)
        return [
            fault
            for key, fault in list(self.repairs.faults.items())
            if self._is_there(fault.resource) and self.repairs.is_there(key, now)
        ]

    def _is_there(self, resource: Repairable) -> bool:
        return isinstance(resource, _KINDS) and self.observed.has(resource)

    def refused(self, resource: Resource, reason: str, now: Nanoseconds) -> None:
        """Take note that the kernel refused to add a resource."""
        self._added.pop(resource.key, None)
        self.repairs.refused(resource, reason, now, self.circumstances(resource))

    def missing(self, wanted: Wanted) -> Sequence[Tuple[Resource, Fault]]:
        """Return the tracked ones of these resources that have a fault."""
        faults = self.repairs.faults
        if not faults:
            return ()
        return [
            (one, faults[key])
            for key, one in wanted.by_key.items()
            if key in faults and key not in wanted.untracked
        ]

    def _forget_faults_of_backups(self, now: Nanoseconds) -> None:
        """Forget why a router could not serve with all its parts, once that may have changed.

        A backup can't try: without the memory it would take over, fail and lose again for ever.
        """
        for key, fault in list(self.repairs.faults.items()):
            if key in self.desired or not isinstance(fault.resource, _KINDS):
                continue
            has_changed = fault.circumstances != self.circumstances(fault.resource)
            if has_changed or now >= fault.retry_at + FAULT_MEMORY:
                self.repairs.forget(key)

    def circumstances(self, resource: object) -> object:
        """Return what may decide whether the kernel takes a resource: its interfaces, each with the
        addresses that are not virtual.
        """
        return tuple(map(self._circumstances_on, getattr(resource, "interfaces", ())))

    def _circumstances_on(self, name: str) -> object:
        link = self.links.get(name)
        if link is None or name in self.own_devices:
            return None  # What the agent does with a macvlan of its own decides nothing.
        own = frozenset(
            (one.packed, one.usable)
            for one in link.addresses
            if address_key(link.name, one.packed) not in self.virtual
        )
        return link.index, link.up, own


_KINDS = (AddressResource, RouteResource, RuleResource, LinkUp)


def _owned(links: Links, resource: AddressResource) -> OwnedAddress:
    link = links.get(resource.interface)
    address = resource.address
    return (0 if link is None else link.index, address.packed, address.prefix_length)


def _marks(observed: Observed) -> Dict[OwnedAddress, bool]:
    """Return all addresses of the host, and whether each has the agent's mark."""
    return {
        (link.index, one.packed, one.prefix_length): one.protocol == MARK
        for link in observed.links.values()
        for one in link.addresses
    }
