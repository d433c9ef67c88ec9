# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A kernel that is pretended: interfaces, addresses, routes and rules, as Linux treats them.

What it knows of Linux was seen on Linux: secondary addresses go with their primary one unless they
are promoted; routes and IPv6 addresses go with an interface that is set down; an IPv4 route may
stand before its like, an IPv6 route may not; and so on.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import Any, Callable

from ..base.constants import FOREVER
from ..engine import actions as act
from ..engine.host.links import Link, LinkAddress
from ..engine.host.observed import MARK, Observed
from ..engine.host.resources import (
    AddressResource,
    LinkUp,
    Resource,
    RouteResource,
    RuleResource,
)
from ..model.rule import VirtualRule

Refusal = tuple[act.Action, str]
OTHER = 0  # The protocol of addresses, routes and rules of other programs.


@dataclass(frozen=True)
class _Route:
    resource: RouteResource
    protocol: int


class SimulatedKernel:
    """``refuses`` decides whether a resource is refused, and may say why."""

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.routes: list[_Route] = []
        self.rules: dict[VirtualRule, int] = {}
        self.promoting: set[str] = set()
        self.refuses: Callable[[Resource], str] = lambda resource: ""
        self._indexes = 100

    def observed(self) -> Observed:
        """Return what the engine would observe."""
        routes = frozenset(one.resource for one in self.routes if one.protocol != OTHER)
        rules = {rule: protocol == MARK for rule, protocol in self.rules.items()}
        return Observed(dict(self.links), routes, rules)

    # --- Interfaces ---

    def set_link(self, name: str, **changes: Any) -> None:
        """Change attributes of an interface."""
        self.links[name] = replace(self.links[name], **changes)

    def add_link(self, link: Link) -> None:
        """Add an interface."""
        self.links[link.name] = link

    def delete_link(self, name: str) -> None:
        """Delete an interface, with its addresses and routes."""
        self.routes = [one for one in self.routes if name not in one.resource.interfaces]
        self.links.pop(name, None)

    def rename_link(self, name: str, new: str) -> None:
        """Give an interface another name."""
        link = self.links.pop(name)
        self.links[new] = replace(link, name=new)
        self.routes = [
            replace(one, resource=replace(one.resource, interface=new))
            if one.resource.interface == name
            else one
            for one in self.routes
        ]

    def set_down(self, name: str) -> None:
        """Set an interface down: its routes and IPv6 addresses go."""
        self.routes = [one for one in self.routes if one.resource.interface != name]
        link = self.links[name]
        kept = tuple(one for one in link.addresses if len(one.packed) == 4)
        lost = link.losses[0], link.losses[1] + (len(kept) < len(link.addresses))
        self.set_link(name, up=False, admin_up=False, addresses=kept, losses=lost)

    def set_up(self, name: str, *own: LinkAddress) -> None:
        """Set an interface up; ``own`` are the addresses that it gets by itself."""
        link = self.links[name]
        present = {one.packed for one in link.addresses}
        added = tuple(one for one in own if one.packed not in present)
        self.set_link(name, up=True, admin_up=True, addresses=(*added, *link.addresses))

    # --- Actions of the agent ---

    def perform(self, action: act.Action) -> list[Refusal]:
        """Perform an action; returns what was refused, as the executor reports it."""
        if isinstance(action, act.Remove):
            for resource in action.resources:
                self.remove(resource)
        elif isinstance(action, act.Install):
            essential = [(act.Install(action.router, (one,)), one) for one in action.resources]
            optional = [(act.Install(action.router, (), (one,)), one) for one in action.optional]
            tried = [(made, self.add(one)) for made, one in (*essential, *optional)]
            return [(made, error) for made, error in tried if error]
        elif isinstance(action, act.Provision):
            self._provide(action)
        return []

    def _provide(self, action: act.Provision) -> None:
        self.promoting = {name for name, _index in action.promoting}
        for device in action.macvlans - action.postponed:
            if device.name not in self.links and device.parent in self.links:
                self._indexes += 1
                new = Link(self._indexes, device.name, False, device.mac, (), False)
                self.add_link(new)

    # --- Resources ---

    def add(self, resource: Resource, protocol: int = MARK) -> str:
        """Add a resource; returns why that is refused, or nothing."""
        refusal = self.refuses(resource)
        if refusal:
            return refusal
        if isinstance(resource, RuleResource):
            self.rules.setdefault(resource.rule, protocol)
            return ""
        missing = [name for name in resource.interfaces if name not in self.links]
        if missing:
            return f"cannot add {resource} on {missing[0]}: No such device"
        if isinstance(resource, LinkUp):
            self.set_up(resource.interface)
            return ""
        if isinstance(resource, RouteResource):
            return self._add_route(resource, protocol)
        return self._add_address(resource, protocol)

    def _add_address(self, resource: AddressResource, protocol: int) -> str:
        link, address = self.links[resource.interface], resource.address
        is_ipv4 = len(address.packed) == 4
        for one in link.variants(address.packed):
            if not is_ipv4 or one.prefix_length == address.prefix_length:
                return ""  # EEXIST
        added = LinkAddress(
            address.packed,
            address.prefix_length,
            secondary=is_ipv4 and any(_share(one, address) for one in link.addresses),
            label=address.label,
            scope=address.scope if is_ipv4 else 0,
            protocol=protocol,
            deprecated=address.preferred_lifetime == 0,
            unlimited=address.preferred_lifetime == FOREVER,
            broadcast=address.broadcast,
            peer=address.peer,
            home=address.home,
            noprefixroute=address.noprefixroute,
        )
        self.set_link(link.name, addresses=(*link.addresses, added))
        return ""

    def _add_route(self, resource: RouteResource, protocol: int) -> str:
        attempt = f"cannot add {resource} on {resource.interface}"
        links, route = [self.links[name] for name in resource.interfaces], resource.route
        if not all(link.admin_up for link in links):
            return f"{attempt}: Network is down"
        addresses = [one for link in links for one in link.addresses]
        gateways = [one.via for one in route.hops if one.via and not one.onlink]
        if not all(any(_covers(one, via) for one in addresses) for via in gateways):
            return f"{attempt}: Network is unreachable"
        alike = [one for one in self.routes if one.resource.key == resource.key]
        if _Route(resource, protocol) in alike:
            return ""
        if alike and len(route.destination.packed) == 16:
            return f"{attempt}: {alike[0].resource} of the host is in its way"
        self.routes.insert(0, _Route(resource, protocol))
        return ""

    def remove(self, resource: Resource, protocol: int = MARK) -> None:
        """Remove a resource, if it is there."""
        if isinstance(resource, RuleResource):
            self.rules.pop(resource.rule, None)
        elif isinstance(resource, RouteResource):
            self.routes = [one for one in self.routes if one != _Route(resource, protocol)]
        elif resource.interface in self.links:
            if isinstance(resource, LinkUp):
                self.set_down(resource.interface)
            else:
                self._remove_address(resource)

    def _remove_address(self, resource: AddressResource) -> None:
        link, address = self.links[resource.interface], resource.address
        found = next(
            (
                one
                for one in link.variants(address.packed)
                if one.prefix_length == address.prefix_length
            ),
            None,
        )
        if found is None:
            return
        kept = [one for one in link.addresses if one is not found]
        if not found.secondary and len(found.packed) == 4:
            kept = self._after_primary(link, found, kept)
        gone = {len(one.packed) for one in link.addresses} - {len(one.packed) for one in kept}
        lost = link.losses[0] + (4 in gone), link.losses[1] + (16 in gone)
        self.set_link(link.name, addresses=tuple(kept), losses=lost)

    def _after_primary(
        self, link: Link, primary: LinkAddress, kept: list[LinkAddress]
    ) -> list[LinkAddress]:
        """Return the addresses that stay when the primary one of a subnet goes."""
        secondaries = [one for one in kept if one.secondary and _share(one, primary)]
        if link.name not in self.promoting:
            return [one for one in kept if one not in secondaries]
        promoted = secondaries[:1]
        return [replace(one, secondary=False) if one in promoted else one for one in kept]


def _network(packed: bytes, length: int) -> Any:
    return ipaddress.ip_network((packed, length), strict=False)


def _share(one: Any, other: Any) -> bool:
    """Whether two addresses with prefix lengths are in one subnet, as Linux sees it."""
    if len(one.packed) != len(other.packed) or one.prefix_length != other.prefix_length:
        return False
    return bool(
        _network(one.packed, one.prefix_length) == _network(other.packed, other.prefix_length)
    )


def _covers(address: LinkAddress, packed: bytes) -> bool:
    if len(address.packed) != len(packed):
        return False
    return ipaddress.ip_address(packed) in _network(address.packed, address.prefix_length)
