# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine under an agent: its kernel, and the other programs that change things there."""

from __future__ import annotations

from typing import Any, Callable

from _vrrp.engine import actions as act
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.engine.host.observed import Observed, as_resource
from _vrrp.engine.host.resources import AddressResource, Resource, RouteResource, RuleResource
from _vrrp.model.address import VirtualAddress
from _vrrp.planner.kernel import OTHER, Refusal, SimulatedKernel
from simulation.demands import demand
from simulation.unpack import (
    Served,
    host_length,
    routes_of,
    rules_of,
    served_by,
    virtual_of,
)

INDEX, OTHER_INDEX = 2, 3
Foreign = tuple[str, bytes, int]  # An address of another program: interface, packed, length.


class Machine:
    """``on_change`` is called when something has changed that an agent would hear of. With
    ``refuses_extras`` the kernel refuses routes and rules.

    eth0 is on the segment of the routers, eth1 on another one. ``foreign`` are the addresses that
    other programs have added for good, which have to stay whatever the agent does.
    """

    def __init__(self, number: int, own: bytes, on_change: Callable[[], None]) -> None:
        self.kernel = SimulatedKernel()
        self.own = own
        self.refuses_extras = False
        self._on_change = on_change
        self._number = number
        self.power_off()

    def power_off(self) -> None:
        """Lose everything but what the machine is set up with."""
        self.kernel = SimulatedKernel()
        length = 24 if len(self.own) == 4 else 64
        elsewhere = bytes([203, 0, 113, self._number])
        mac = bytes([2, 0, 0, 0, 0, self._number])
        eth0 = (LinkAddress(self.own, length),)
        eth1 = (LinkAddress(elsewhere, 24),)
        self.kernel.add_link(Link(INDEX, "eth0", True, mac, eth0))
        self.kernel.add_link(Link(OTHER_INDEX, "eth1", True, mac, eth1))
        self.foreign: set[Foreign] = {("eth0", self.own, length), ("eth1", elsewhere, 24)}
        self.foreign_routes: list[RouteResource] = []
        self.foreign_rules: list[RuleResource] = []

    def observed(self) -> Observed:
        """Return the host as an agent observes it."""
        return self.kernel.observed()

    # --- The agent ---

    def perform(self, action: act.Action, refuses_all: bool) -> list[Refusal]:
        """Perform an action; returns what was refused. Nothing of others may be touched."""
        self.kernel.refuses = lambda one: self._why_refused(one, refuses_all)
        before = self.observed()
        failed = self.kernel.perform(action)
        self._changed(before)
        self.check_foreign()
        return failed

    def _why_refused(self, resource: Resource, refuses_all: bool) -> str:
        is_extra = isinstance(resource, (RouteResource, RuleResource))
        return "refused" if refuses_all or (self.refuses_extras and is_extra) else ""

    def clean_up(self, resources: tuple[Resource, ...]) -> bool:
        """Remove what a dead agent left; returns whether there was an address."""
        before = self.observed()
        there = [one for one in resources if isinstance(one, AddressResource) and before.has(one)]
        for resource in resources:
            self.kernel.remove(resource)
        self._changed(before)
        self.check_foreign()
        return bool(there)

    def clean_up_marked(self) -> None:
        """Remove everything with the agent's mark."""
        self.clean_up(tuple(self.observed().marked()))

    def check_foreign(self) -> None:
        """Everything of other programs is where it was."""
        present = {
            (link.name, one.packed, one.prefix_length)
            for link in self.kernel.links.values()
            for one in link.addresses
        }
        demand(self.foreign <= present, f"{self._number} lost {self.foreign - present}")
        routes = [one.resource for one in self.kernel.routes if one.protocol == OTHER]
        for route in self.foreign_routes:
            demand(route in routes, f"{self._number} lost the {route} of another program")
        for rule in self.foreign_rules:
            demand(rule.rule in self.kernel.rules, f"{self._number} lost another program's {rule}")

    def _changed(self, before: Observed) -> None:
        if self.observed() != before:
            self._on_change()

    # --- Interfaces ---

    def set_carrier(self, name: str, up: bool) -> None:
        """Pull the cable of an interface, or put it back."""
        self.kernel.set_link(name, up=up)
        self._on_change()

    def is_up(self, name: str) -> bool:
        """Whether an interface is up."""
        return self.kernel.links[name].up

    def flap(self, name: str) -> None:
        """Set an interface down and up again, so quickly that nobody sees it down."""
        own = [
            LinkAddress(packed, length)
            for interface, packed, length in sorted(self.foreign)
            if interface == name
        ]
        self.foreign_routes = [one for one in self.foreign_routes if one.interface != name]
        self.kernel.set_down(name)
        self.kernel.set_up(name, *own)
        self._on_change()

    def set_down(self, name: str) -> None:
        """Set a macvlan down behind the agent's back."""
        self.kernel.set_down(name)
        self._on_change()

    def delete_link(self, name: str) -> None:
        """Delete a macvlan behind the agent's back."""
        self.kernel.delete_link(name)
        self._on_change()

    def macvlans(self) -> list[str]:
        """Return the macvlans of routers."""
        return sorted(self.kernel.links.keys() - {"eth0", "eth1"})

    # --- Other programs ---

    def delete_address(self, served: Served) -> None:
        """Delete an address that the agent serves, with every prefix length."""
        link = self.kernel.links.get(served.interface)
        for one in link.variants(served.packed) if link else ():
            self.kernel.remove(as_resource(self.kernel.links[served.interface], one))
        self._on_change()

    def add_virtual(self, served: Served) -> None:
        """Add an address that only the agent may serve."""
        length = host_length(served.packed)
        address = VirtualAddress(served.packed, length)
        self.kernel.add(AddressResource(served.interface, address), OTHER)
        self._on_change()

    def add_neighbour_address(self, served: Served) -> None:
        """Add an address of another program in the subnet of a virtual one, for good."""
        packed = served.packed[:-1] + bytes([7 + self._number])
        resource = AddressResource(served.interface, VirtualAddress(packed, served.length))
        if served.interface in ("eth0", "eth1") and not self.kernel.add(resource, OTHER):
            self.foreign.add((served.interface, packed, served.length))
            self._on_change()

    def add_route(self, route: RouteResource) -> None:
        """Add a route of another program, for good; the kernel may refuse it."""
        if route.interface not in ("eth0", "eth1"):
            return  # It would go with the macvlan.
        if not self.kernel.add(route, OTHER) and route not in self.foreign_routes:
            if any(one.resource == route and one.protocol == OTHER for one in self.kernel.routes):
                self.foreign_routes.append(route)
            self._on_change()

    def add_rule(self, rule: RuleResource) -> None:
        """Add a rule of another program, for good, unless the agent has it; the kernel may refuse
        it.
        """
        if rule.rule not in self.kernel.rules and not self.kernel.add(rule, OTHER):
            self.foreign_rules.append(rule)
            self._on_change()

    def delete_routing(self) -> None:
        """Delete all routes and rules of the agent."""
        before = self.observed()
        for route in before.routes:
            self.kernel.remove(route)
        for rule, is_marked in before.rules.items():
            if is_marked:
                self.kernel.remove(RuleResource(rule))
        self._changed(before)

    # --- What can be seen ---

    def has(self, served: Served) -> bool:
        """Whether the machine has an address on its interface."""
        link = self.kernel.links.get(served.interface)
        return link is not None and link.has(served.packed)

    def parts_of(self, entry: dict[str, Any]) -> set[object]:
        """Return all that a master of an instance wants and the machine has."""
        observed = self.observed()
        routing: list[Resource] = [*routes_of(entry), *rules_of(entry)]
        served = [one for one in virtual_of(entry) if self.has(one)]
        present = [one for one in routing if observed.has(one)]
        return {*((one.interface, one.packed) for one in served), *present}

    def serves(self, entry: dict[str, Any]) -> bool:
        """Whether it has all addresses of an instance and can be reached."""
        return self.is_reachable(entry) and all(map(self.has, served_by(entry)))

    def is_reachable(self, entry: dict[str, Any]) -> bool:
        """Whether the interfaces of an instance's addresses are up, as far as there are any."""
        interfaces = {one.interface for one in served_by(entry)} & self.kernel.links.keys()
        return all(map(self.is_up, {"eth0", *interfaces}))

    def has_any(self, entry: dict[str, Any]) -> set[bytes]:
        """Return the addresses of an instance that it has, packed."""
        return {one.packed for one in virtual_of(entry) if self.has(one)}
