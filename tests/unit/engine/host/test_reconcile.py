# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciling on any host: afterwards it has what is wanted, and everything foreign."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

import pytest
from _vrrp.base.constants import FOREVER
from _vrrp.engine.host.links import Link
from _vrrp.engine.host.observed import MARK, Observed
from _vrrp.engine.host.reconcile import Add, Drop, Operation, OwnedAddress, reconcile
from _vrrp.engine.host.resources import (
    AddressResource,
    Key,
    LinkUp,
    Resource,
    RouteResource,
    RuleResource,
    address_key,
    route_resource,
    rule_resource,
)
from _vrrp.model.address import VirtualAddress, parse_address
from _vrrp.model.route import read_routes
from _vrrp.model.rule import read_rules
from _vrrp.planner.kernel import OTHER, SimulatedKernel
from hypothesis import given, settings
from hypothesis import strategies as st

# Two subnets on two interfaces, one address with two prefix lengths, labels, both families.
ADDRESSES = [
    "192.0.2.100/24", "192.0.2.101/24", "192.0.2.100/28", "198.51.100.1/24", "198.51.100.2/24",
    "2001:db8::100/64", "2001:db8::100/80", "fe80::100/64",
]  # fmt: skip
ROUTES = read_routes(
    [
        {"destination": "203.0.113.0/24", "interface": "eth0"},
        {"destination": "203.0.113.0/24", "interface": "eth1"},
        {"destination": "203.0.113.0/24", "interface": "eth1", "metric": 5},
        {"destination": "2001:db8:9::/48", "interface": "eth0"},
        {"destination": "2001:db8:9::/48", "interface": "eth1"},
    ]
)
RULES = read_rules([{"mark": 7, "table": 300}, {"from": "192.0.2.100/32", "table": 301}])

interfaces = st.sampled_from(["eth0", "eth1"])
addresses = st.builds(
    lambda name, written, label, lifetime: AddressResource(
        name, _with_attributes(written, label, lifetime)
    ),
    interfaces,
    st.sampled_from(ADDRESSES),
    st.sampled_from(["", "eth0:web"]),
    st.sampled_from([0, 3600, FOREVER]),
)
routes = st.sampled_from([route_resource(one, "eth0", {}) for one in ROUTES])
rules = st.sampled_from([rule_resource(one) for one in RULES])
resources = st.one_of(addresses, routes, rules, st.just(LinkUp("eth1")))


def _with_attributes(written: str, label: str, lifetime: int) -> VirtualAddress:
    address = parse_address(written)
    if len(address.packed) == 4:
        return replace(address, label=label)
    return replace(address, preferred_lifetime=lifetime)


def machine(
    ours: Sequence[Resource], foreign: Sequence[Resource], eth1_up: bool, ours_first: bool = False
) -> SimulatedKernel:
    """A kernel on which both have been added, in turn, and eth1 set up or down before."""
    kernel = SimulatedKernel()
    kernel.add_link(Link(2, "eth0", True, bytes(6)))
    kernel.add_link(Link(3, "eth1", eth1_up, bytes(6), admin_up=eth1_up))
    kernel.promoting = {"eth0", "eth1"}
    parts = [(foreign, OTHER), (ours, MARK)]
    for resources_of_one, protocol in reversed(parts) if ours_first else parts:
        for one in resources_of_one:
            kernel.add(one, protocol)
    return kernel


def owned_by(observed: Observed) -> set[OwnedAddress]:
    """All addresses with the agent's mark, as an old kernel would have to be remembered."""
    return {
        (link.index, one.packed, one.prefix_length)
        for link in observed.links.values()
        for one in link.addresses
        if one.protocol == MARK
    }


def without_marks(observed: Observed) -> Observed:
    """Return what an old kernel reports, which keeps no protocol with an address."""
    links = {
        name: replace(link, addresses=tuple(replace(one, protocol=0) for one in link.addresses))
        for name, link in observed.links.items()
    }
    return replace(observed, links=links)


def foreign_parts(kernel: SimulatedKernel, virtual: set[Key]) -> set[object]:
    """Everything on a machine that is not the agent's, and may not be touched."""
    observed = kernel.observed()
    addresses = {
        (link.name, one.packed, one.prefix_length, one.label)
        for link in observed.links.values()
        for one in link.addresses
        if one.protocol == OTHER and address_key(link.name, one.packed) not in virtual
    }
    other_routes = {one for one in kernel.routes if one.protocol == OTHER}
    other_rules = {rule for rule, is_marked in observed.rules.items() if not is_marked}
    return {*addresses, *other_routes, *other_rules}


def perform(
    kernel: SimulatedKernel, operations: list[Operation], served: list[AddressResource]
) -> None:
    """Perform operations; an address that is served before and after is never gone."""
    for operation in operations:
        if isinstance(operation, Add):
            kernel.add(operation.resource)
        else:
            kernel.remove(operation.resource)
        if isinstance(operation, Drop) and len(_packed(operation.resource)) == 16:
            continue  # IPv6 has no way to exchange an address, or a route, without a gap.
        for one in served:
            if len(one.address.packed) == 4:
                assert kernel.links[one.interface].has(one.address.packed), f"{one} is gone"


def _packed(resource: Resource) -> bytes:
    return resource.address.packed if isinstance(resource, AddressResource) else b""


@settings(max_examples=600, deadline=None)
@given(
    st.lists(resources, max_size=6),
    st.lists(resources, max_size=6),
    st.lists(st.one_of(addresses, routes, rules), max_size=4),
    st.lists(addresses, max_size=3),
    st.sets(
        st.sampled_from(
            ["eth1 is up", "the kernel has no marks", "ours came first", "an owner", "other VRRP"]
        )
    ),
)
def test_afterwards_the_host_has_what_is_wanted_and_everything_foreign(
    before: list[Resource],
    wanted: list[Resource],
    foreign: list[Resource],
    virtual_ones: list[AddressResource],
    circumstances: set[str],
) -> None:
    kernel = machine(
        before, foreign, "eth1 is up" in circumstances, "ours came first" in circumstances
    )
    desired = {one.key: one for one in wanted}
    of_owners = wanted[:1] if "an owner" in circumstances else []
    others = (*wanted[len(of_owners) :], *virtual_ones)
    virtual = {one.key for one in others if isinstance(one, AddressResource)}
    beside = "other VRRP" in circumstances
    observed, owned = replace(kernel.observed(), has_other_vrrp=beside), set[OwnedAddress]()
    if "the kernel has no marks" in circumstances:
        observed, owned = without_marks(observed), owned_by(observed)
    untouched = foreign_parts(kernel, virtual)
    served = [
        one
        for one in desired.values()
        if isinstance(one, AddressResource) and kernel.links[one.interface].has(one.address.packed)
    ]
    operations = reconcile(observed, desired, owned, virtual)
    perform(kernel, operations, served)
    after = kernel.observed()
    assert untouched <= foreign_parts(kernel, virtual)
    for resource in desired.values():
        assert after.has(resource) or _is_refused(kernel, resource), resource
    assert not [one for one in after.marked() if not _is_wanted(one, desired)]
    for one in virtual_ones:
        if one.key not in desired and not beside:
            assert not after.links[one.interface].has(one.address.packed)
    for link in after.links.values():
        for found in link.addresses:
            intended = desired.get(address_key(link.name, found.packed))
            if isinstance(intended, AddressResource) and found.protocol == MARK:
                assert found.deprecated or intended.address.preferred_lifetime != 0
                assert not found.deprecated or intended.address.preferred_lifetime != FOREVER
    after = replace(after, has_other_vrrp=beside)
    again = reconcile(after, desired, owned_by(after), virtual)
    assert [one for one in again if not _is_refused(kernel, one.resource)] == []


def _is_wanted(resource: Resource, desired: dict[Key, Resource]) -> bool:
    intended = desired.get(resource.key)
    if isinstance(resource, AddressResource) and isinstance(intended, AddressResource):
        return resource.address.prefix_length == intended.address.prefix_length
    return intended == resource


def _is_refused(kernel: SimulatedKernel, resource: Resource) -> bool:
    """Whether the kernel can't have a resource: its interface is down, or a route in its way."""
    if isinstance(resource, RouteResource):
        is_down = not kernel.links[resource.interface].admin_up
        alike = [one for one in kernel.routes if one.resource.key == resource.key]
        is_ipv6 = len(resource.route.destination.packed) == 16
        return is_down or (is_ipv6 and any(one.protocol == OTHER for one in alike))
    return False


def test_a_rule_of_another_program_is_enough() -> None:
    rule = RuleResource(RULES[0].in_kernel)
    kernel = machine([], [rule], True)
    assert reconcile(kernel.observed(), {rule.key: rule}, set(), set()) == []


@pytest.mark.finding("D2")
def test_virtual_addresses_make_way_for_the_hosts_own_as_the_primary_one() -> None:
    ours = [AddressResource("eth0", parse_address(f"192.0.2.{last}/24")) for last in (100, 101)]
    own = AddressResource("eth0", parse_address("192.0.2.11/24"))
    kernel = machine(ours, [], True)
    kernel.add(own, OTHER)  # As after a restart of the network manager.
    desired: dict[Key, Resource] = {one.key: one for one in ours}
    operations = reconcile(kernel.observed(), desired, set(), set(desired))
    perform(kernel, operations, ours)
    after = kernel.observed()
    primary = [one.packed for one in after.links["eth0"].addresses if not one.secondary]
    assert primary == [own.address.packed]
    assert reconcile(after, desired, set(), set(desired)) == []


def test_an_address_that_another_vrrp_daemon_may_have_added_is_left_alone() -> None:
    virtual = AddressResource("eth0", parse_address("192.0.2.100/24"))
    observed = machine([], [virtual], True).observed()
    beside = replace(observed, has_other_vrrp=True)
    assert reconcile(observed, {}, set(), {virtual.key}) == [Drop(virtual, is_foreign=True)]
    assert reconcile(beside, {}, set(), {virtual.key}) == []


def test_an_own_address_that_would_go_with_the_primary_one_is_left_behind_it() -> None:
    ours = AddressResource("eth0", parse_address("192.0.2.100/24"))
    own = AddressResource("eth0", parse_address("192.0.2.11/24"))
    kernel = machine([ours], [own], True, ours_first=True)
    desired: dict[Key, Resource] = {ours.key: ours}
    fixed = {"eth0"}  # promote_secondaries can't be set.
    assert reconcile(kernel.observed(), desired, set(), set(desired), fixed=fixed) == []
    assert reconcile(kernel.observed(), desired, set(), set(desired)) != []


def test_addresses_of_the_agent_are_exchanged_for_no_other_one_of_its_own() -> None:
    first, second = (
        AddressResource("eth0", parse_address(f"192.0.2.{last}/24")) for last in (100, 101)
    )
    observed = machine([first, second], [], True).observed()
    desired: dict[Key, Resource] = {one.key: one for one in (first, second)}
    # The second is an owner's, which other programs may have as well.
    assert reconcile(observed, desired, set(), {first.key}) == []
    # The first is another VRRP daemon's, which the agent may not exchange.
    own = AddressResource("eth0", parse_address("192.0.2.11/24"))
    beside = machine([], [first, own], True)
    beside.add(second, MARK)
    observed = replace(beside.observed(), has_other_vrrp=True)
    found = reconcile(observed, {second.key: second}, set(), {first.key, second.key})
    assert found == []
