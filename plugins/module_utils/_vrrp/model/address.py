# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A virtual address: an address that may be served, and how it is installed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Union

from ..base.slots import slotted
from .family import Family
from .fields import read_flag, read_interface, read_lifetime, refuse_impossible
from .readers import matching, one_of, record

IpInterface = Union[ipaddress.IPv4Interface, ipaddress.IPv6Interface]
SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254}  # rtnetlink(7), rtm_scope.


@slotted
@dataclass(frozen=True)
class VirtualAddress:
    """``packed`` is the address in network order, 4 or 16 bytes.

    ``interface`` is empty where it is the instance's own. ``label`` and ``scope`` are for IPv4,
    ``preferred_lifetime`` is for IPv6: the seconds after its installation for which the host may
    begin traffic from it, 0 for never, or FOREVER (RFC 4862 section 5.5.4). Without ``track`` the
    router takes part although the interface is down, or missing.
    """

    packed: bytes
    prefix_length: int
    interface: str = ""
    label: str = ""
    scope: int = 0
    track: bool = True
    preferred_lifetime: int | None = None

    @property
    def family(self) -> Family:
        """The address family."""
        return Family.of(self.packed)

    def __str__(self) -> str:
        return f"{ipaddress.ip_address(self.packed)}/{self.prefix_length}"


def parse_address(text: object) -> VirtualAddress:
    """Read ``192.0.2.100/24`` or ``2001:db8::1``; without a length it is a host address.

    Raises ValueError for an address that no host can have.
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a string such as 192.0.2.100/24")
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address with a prefix length") from None
    refuse_impossible(interface.ip)
    _refuse_ends_of_network(interface)
    return VirtualAddress(interface.ip.packed, interface.network.prefixlen)


_record = record(
    {
        "address": parse_address,
        "interface": read_interface,
        "label": matching(r"[!-~]{1,15}", "a label of 1 to 15 visible characters"),
        "scope": one_of(SCOPES),
        "track": read_flag,
        "preferred_lifetime": read_lifetime,
    },
    ["address"],
)


def read_address(value: object) -> VirtualAddress:
    """Read a string with an address, or an object with address, interface, label, scope, track
    and preferred_lifetime; raises ValueError.
    """
    if not isinstance(value, dict):
        return parse_address(value)
    given = _record(value)
    address = given.pop("address")
    if address.family is Family.IPV6 and {"label", "scope"} & set(given):
        raise ValueError("label and scope are for IPv4 addresses only")
    if address.family is Family.IPV4 and "preferred_lifetime" in given:
        raise ValueError("preferred_lifetime is for IPv6 addresses only")
    return VirtualAddress(address.packed, address.prefix_length, **given)


def _refuse_ends_of_network(interface: IpInterface) -> None:
    """Raise ValueError for the network and the broadcast address, which no host can have."""
    address, network = interface.ip, interface.network
    if network.prefixlen == 0:
        raise ValueError(f"{interface} has the prefix length 0, which makes every address local")
    if network.max_prefixlen - network.prefixlen <= 1:
        return  # RFC 3021 and RFC 6164: both addresses of such a network are hosts'.
    if address == network.network_address:
        raise ValueError(f"{address} is the network address of {network}")
    if address.version == 4 and address == network.broadcast_address:
        raise ValueError(f"{address} is the broadcast address of {network}")
