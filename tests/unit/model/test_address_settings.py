# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of ``addresses``: how an address is installed."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from _vrrp.model.address import VirtualAddress, read_address
from _vrrp.model.readers import problems_of


def packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


def test_an_entry_has_the_attributes_of_its_family() -> None:
    four = {"address": "192.0.2.1/24", "broadcast": "192.0.2.255", "noprefixroute": True}
    assert read_address(four) == VirtualAddress(
        packed("192.0.2.1"), 24, broadcast=packed("192.0.2.255"), noprefixroute=True
    )
    six = {"address": "2001:db8::1/64", "home": True}
    assert read_address(six) == VirtualAddress(packed("2001:db8::1"), 64, home=True)


def test_the_prefix_length_beside_a_peer_is_that_of_the_peer() -> None:
    found = read_address({"address": "192.0.2.1", "peer": "198.51.100.2/30"})
    assert found == VirtualAddress(packed("192.0.2.1"), 30, peer=packed("198.51.100.2"))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"address": "192.0.2.1/24", "labels": "x"}, ".labels: unknown setting"),
        ({"interface": "eth1"}, ".address: missing"),
        ({"address": "2001:db8::1/64", "label": "x"}, "label is for IPv4 addresses only"),
        ({"address": "192.0.2.1/24", "home": True}, "home is for IPv6 addresses only"),
        (
            {"address": "192.0.2.1/24", "broadcast": "2001:db8::1"},
            "broadcast is not an IPv4 address",
        ),
        (
            {"address": "192.0.2.1/24", "peer": "192.0.2.2/32"},
            "192.0.2.1/24 has a prefix length: give it to the peer alone",
        ),
        (
            {"address": "192.0.2.1", "peer": "2001:db8::1"},
            "peer: 2001:db8::1/128 is not of the family of 192.0.2.1/32",
        ),
        (
            {"address": "192.0.2.1", "peer": "192.0.2.1"},
            "peer: 192.0.2.1/32 is the address itself",
        ),
    ],
    ids=str,
)
def test_a_wrong_entry_is_refused_with_its_problem(entry: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r".+") as refused:
        read_address(entry)
    (found,) = problems_of("", refused.value)
    assert (f"{found.path}: {found.text}" if found.path else found.text) == problem
