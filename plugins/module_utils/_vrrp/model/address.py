# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A virtual address: an address that may be served, and how it is installed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from ..base.slots import slotted
from .family import Family
from .fields import read_interface
from .readers import matching, one_of, record

SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254}  # rtnetlink(7), rtm_scope.


@slotted
@dataclass(frozen=True)
class VirtualAddress:
    """``packed`` is the address in network order, 4 or 16 bytes.

    ``interface`` is empty where it is the instance's own. ``label`` and ``scope`` are for IPv4.
    """

    packed: bytes
    prefix_length: int
    interface: str = ""
    label: str = ""
    scope: int = 0

    @property
    def family(self) -> Family:
        """The address family."""
        return Family.of(self.packed)

    def __str__(self) -> str:
        return f"{ipaddress.ip_address(self.packed)}/{self.prefix_length}"


def parse_address(text: object) -> VirtualAddress:
    """Read ``192.0.2.100/24`` or ``2001:db8::1``; without a length it is a host address.

    Raises ValueError for an address that no host can serve.
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a string such as 192.0.2.100/24")
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address with a prefix length") from None
    _refuse_unservable(interface.ip)
    return VirtualAddress(interface.ip.packed, interface.network.prefixlen)


_record = record(
    {
        "address": parse_address,
        "interface": read_interface,
        "label": matching(r"[!-~]{1,15}", "a label of 1 to 15 visible characters"),
        "scope": one_of(SCOPES),
    },
    ["address"],
)


def read_address(value: object) -> VirtualAddress:
    """Read a string with an address, or an object with address, interface, label and scope; raises
    ValueError.
    """
    if not isinstance(value, dict):
        return parse_address(value)
    given = _record(value)
    address = given.pop("address")
    if address.family is Family.IPV6 and {"label", "scope"} & set(given):
        raise ValueError("label and scope are for IPv4 addresses only")
    return VirtualAddress(address.packed, address.prefix_length, **given)


def _refuse_unservable(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    kinds = (
        (address.is_multicast, "a multicast"),
        (address.is_loopback, "a loopback"),
        (address.is_unspecified, "the unspecified"),
        (address.packed == b"\xff\xff\xff\xff", "the broadcast"),
    )
    for applies, kind in kinds:
        if applies:
            raise ValueError(f"{address} is {kind} address, which no host can serve")
