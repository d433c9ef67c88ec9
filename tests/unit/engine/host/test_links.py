# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The primary address, and what makes an interface unusable."""

from __future__ import annotations

import ipaddress

import pytest
from _vrrp.engine.host.links import Link, LinkAddress, primary_address
from _vrrp.model.config import build_config
from _vrrp.model.instance import Instance


def packed(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


def an_instance(*addresses: str, priority: int = 100) -> Instance:
    settings = {"name": "web", "interface": "eth0", "vrid": 51, "priority": priority}
    config = build_config({"instances": [{**settings, "addresses": list(addresses)}]})
    return config.instances[0]


def primary(instance: Instance, *addresses: LinkAddress, present: str = "") -> str | None:
    link = Link(2, "eth0", True, bytes(6), addresses)
    virtual, links = set(instance.packed_addresses), {"eth0": link}
    before = packed(present) if present else b""
    found = primary_address(link, instance, virtual, links, before)
    return None if found is None else str(ipaddress.ip_address(found))


def held(text: str, usable: bool = True, secondary: bool = False) -> LinkAddress:
    return LinkAddress(packed(text), 24, usable, secondary)


WEB = an_instance("192.0.2.100/24")
WEB6 = an_instance("fe80::100/64", "2001:db8::100/64")


def test_the_first_address_that_is_not_secondary_is_primary() -> None:
    assert primary(WEB, held("192.0.2.9", secondary=True), held("192.0.2.11")) == "192.0.2.11"


def test_a_virtual_address_is_never_primary() -> None:
    assert primary(WEB, held("192.0.2.100"), held("192.0.2.11")) == "192.0.2.11"
    assert primary(WEB, held("192.0.2.100")) is None


def test_an_owner_without_another_address_sends_from_its_virtual_one() -> None:
    owner = an_instance("192.0.2.100/24", priority=255)
    assert primary(owner, held("192.0.2.100")) == "192.0.2.100"


def test_ipv6_is_sent_from_a_usable_link_local_address() -> None:
    assert primary(WEB6, held("2001:db8::11"), held("fe80::11")) == "fe80::11"
    assert primary(WEB6, held("fe80::11", usable=False)) is None
    assert primary(WEB6, held("fe80::100")) is None
    assert primary(WEB6, held("192.0.2.11")) is None


@pytest.mark.finding("G2")
def test_the_link_local_address_that_the_kernel_made_goes_before_that_of_a_daemon() -> None:
    # The MAC address 00:00:00:00:00:00 gives fe80::200:ff:fe00:0 (RFC 4291 appendix A).
    derived, other = held("fe80::200:ff:fe00:0"), held("fe80::113")
    assert primary(WEB6, other, derived) == "fe80::200:ff:fe00:0"
    assert primary(WEB6, other) == "fe80::113"
    marked = LinkAddress(packed("fe80::1"), 64, protocol=3)
    assert primary(WEB6, other, marked) == "fe80::1"


@pytest.mark.finding("D3")
def test_an_address_that_is_sent_from_stays_while_it_is_there() -> None:
    addresses = held("192.0.2.9"), held("192.0.2.11")
    assert primary(WEB, *addresses, present="192.0.2.11") == "192.0.2.11"
    assert primary(WEB, *addresses, present="192.0.2.12") == "192.0.2.9"
    assert primary(WEB, held("192.0.2.100"), present="192.0.2.100") is None


@pytest.mark.finding("G1")
def test_an_address_that_is_probed_again_is_still_sent_from() -> None:
    # As when NetworkManager turns IPv6 off and on: the probe takes a second.
    probed = LinkAddress(packed("fe80::11"), 64, usable=False, tentative=True)
    assert primary(WEB6, probed, present="fe80::11") == "fe80::11"
    assert primary(WEB6, probed) is None
    duplicate = LinkAddress(packed("fe80::11"), 64, usable=False)
    assert primary(WEB6, duplicate, present="fe80::11") is None
