# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host between its routers: who wants what, and whose it was before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.engine.host.host import Host
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.engine.host.observed import MARK, Observed
from _vrrp.engine.host.reconcile import Add, Drop
from _vrrp.engine.host.resources import AddressResource, Wanted
from _vrrp.model.address import parse_address

S = 1_000_000_000
VIP = "192.0.2.100/24"


def resource(written: str, interface: str = "eth0") -> AddressResource:
    return AddressResource(interface, parse_address(written))


def wanting(*written: str) -> Wanted:
    return Wanted(tuple(resource(one) for one in written))


def observed(*written: str, name: str = "eth0", protocol: int = 0) -> Observed:
    """A host with the interface of index 2, which has these addresses."""
    parsed = [parse_address(one) for one in written]
    addresses = tuple(
        LinkAddress(one.packed, one.prefix_length, protocol=protocol) for one in parsed
    )
    return Observed({name: Link(2, name, True, bytes(6), addresses)})


@pytest.fixture
def host() -> Host:
    """A host without virtual addresses."""
    found = Host()
    found.observe(observed())
    return found


def removed(host: Host, router: str) -> list[str]:
    return [str(one) for one in host.release(router)]


def operations(host: Host) -> list[tuple[type, str]]:
    return [(type(one), str(one.resource)) for one in host.reconcile(0)]


def test_an_address_is_removed_with_the_label_that_it_has(host: Host) -> None:
    labelled = AddressResource("eth0", replace(parse_address(VIP), label="eth0:vip"))
    host.virtual = {labelled.key: "web"}
    host.observe(observed(VIP))
    host.install("web", Wanted((labelled,)))
    (gone,) = host.release("web")
    assert isinstance(gone, AddressResource)
    assert gone.address.label == ""


def test_an_address_that_another_program_has_taken_over_is_not_removed(host: Host) -> None:
    host.install("web", wanting(VIP))
    host.observe(observed(VIP, protocol=MARK))
    host.observe(observed(VIP, protocol=0))
    assert operations(host) == []
    assert removed(host, "web") == []


def test_an_address_that_was_there_before_is_not_removed_after_its_restoration(
    host: Host,
) -> None:
    host.observe(observed(VIP))
    host.install("web", wanting(VIP))
    host.observe(observed())
    assert operations(host) == [(Add, VIP)]
    host.observe(observed(VIP, protocol=MARK))
    assert removed(host, "web") == []
    assert operations(host) == []


def test_an_address_that_has_gone_is_the_agents_when_it_is_added_later(host: Host) -> None:
    host.observe(observed(VIP))
    host.install("web", wanting(VIP))
    assert removed(host, "web") == []
    host.observe(observed())
    host.install("web", wanting(VIP))
    host.observe(observed(VIP, protocol=MARK))
    assert removed(host, "web") == [VIP]


@pytest.mark.parametrize(("own_devices", "remembered"), [({"vmac"}, True), (set(), False)])
def test_a_macvlan_that_is_set_down_lets_no_fault_be_forgotten(
    host: Host, own_devices: set[str], remembered: bool
) -> None:
    wanted = Wanted((resource("198.51.100.5/24", "vmac"),))
    host.own_devices = own_devices
    vmac = Link(3, "vmac", True, bytes(6))
    host.observe(Observed({"vmac": vmac}))
    host.install("web", wanted)
    host.refused(wanted.essential[0], "something is in the way", 0)
    host.release("web")
    host.observe(Observed({"vmac": replace(vmac, up=False, admin_up=False)}))
    host.review_faults(S)
    assert bool(host.missing(wanted)) == remembered


def test_a_resource_without_its_interface_is_due_when_that_comes(host: Host) -> None:
    elsewhere = resource("198.51.100.5/32", "tun0")
    host.install("web", Wanted((elsewhere,)))
    host.refused(elsewhere, "no such device", 0)
    host.observe(observed())
    assert host.next_deadline() is None
    assert host.reconcile(20 * S) == []
    assert host.next_deadline() is None
    host.observe(observed("198.51.100.1/32", name="tun0"))
    assert operations(host) == [(Add, "198.51.100.5/32")]


def test_an_address_of_two_routers_goes_with_the_last(host: Host) -> None:
    for name in ("web", "db"):
        host.install(name, wanting(VIP))
    assert removed(host, "web") == []
    assert removed(host, "db") == [VIP]


def test_an_owners_own_address_stays(host: Host) -> None:
    host.observe(observed(VIP))
    host.install("web", wanting(VIP, "192.0.2.101/24"))
    assert removed(host, "web") == ["192.0.2.101/24"]


def test_an_added_address_is_the_agents_before_the_kernel_has_reported_that_it_went(
    host: Host,
) -> None:
    host.install("web", wanting(VIP))
    host.observe(observed(VIP))
    assert removed(host, "web") == [VIP]
    host.install("web", wanting(VIP))
    assert removed(host, "web") == [VIP]


def test_a_virtual_address_goes_with_each_of_its_prefix_lengths(host: Host) -> None:
    host.virtual = {resource(VIP).key: "web"}
    host.install("web", wanting(VIP))
    host.observe(observed(VIP, "192.0.2.100/32"))
    assert sorted(removed(host, "web")) == [VIP, "192.0.2.100/32"]


def test_what_is_being_added_is_not_missing(host: Host) -> None:
    host.install("web", wanting(VIP))
    assert operations(host) == []
    host.observe(observed())
    assert operations(host) == [(Add, VIP)]
    assert operations(host) == []


def test_an_address_follows_no_renamed_interface(host: Host) -> None:
    host.install("web", wanting(VIP))
    host.release("web")
    host.observe(observed(VIP, name="lan0", protocol=MARK))
    assert operations(host) == [(Drop, VIP)]


def test_a_backup_remembers_what_was_refused_until_something_changes(host: Host) -> None:
    wanted = Wanted((resource(VIP),), (resource("198.51.100.1/24"),))
    host.install("web", wanted)
    host.refused(wanted.optional[0], "Permission denied", 0)
    host.release("web")
    host.observe(observed())
    assert host.review_faults(60 * S) == []
    assert [str(one) for one, _fault in host.missing(wanted)] == ["198.51.100.1/24"]
    host.observe(observed("192.0.2.7/24"))
    host.review_faults(61 * S)
    assert host.missing(wanted) == ()


def test_a_backup_remembers_what_was_refused_for_five_minutes(host: Host) -> None:
    wanted = Wanted((resource(VIP),), (resource("198.51.100.1/24"),))
    host.install("web", wanted)
    host.refused(wanted.optional[0], "Permission denied", 0)
    host.release("web")
    host.observe(observed())
    # The next attempt would have been after 10 s.
    assert host.next_deadline() == 310 * S
    host.review_faults(310 * S)
    assert host.missing(wanted) == ()


def test_an_untracked_part_is_not_missing(host: Host) -> None:
    route = resource("198.51.100.1/24")
    wanted = Wanted((resource(VIP),), (route,), frozenset({route.key}))
    host.install("web", wanted)
    host.refused(route, "Permission denied", 0)
    assert host.missing(wanted) == []


def test_a_refused_address_is_not_the_agents(host: Host) -> None:
    host.install("web", wanting(VIP))
    host.refused(resource(VIP), "Permission denied", 0)
    assert host.owned == set()


def test_a_fault_ends_although_its_resource_was_installed_once_more(host: Host) -> None:
    part = resource("198.51.100.1/24")
    wanted = Wanted((resource(VIP),), (part,))
    host.install("web", wanted)
    for second in range(5):
        host.observe(observed(VIP))
        host.reconcile(second * S)
    assert [str(one) for one, _fault in host.missing(wanted)] == ["198.51.100.1/24"]
    host.observe(observed(VIP, "198.51.100.1/24"))
    # The kernel has both already, and so reports nothing that would lead to another look.
    host.install("web", wanted)
    deadline = host.next_deadline()
    assert deadline is not None
    host.review_faults(deadline)
    assert host.missing(wanted) == ()
    assert host.next_deadline() is None
