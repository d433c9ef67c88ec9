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
from .fields import read_flag, read_interface, read_ip, read_lifetime, refuse_impossible
from .readers import matching, one_of, record

IpInterface = Union[ipaddress.IPv4Interface, ipaddress.IPv6Interface]
SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254}  # rtnetlink(7), rtm_scope.


@slotted
@dataclass(frozen=True)
class VirtualAddress:
    """``packed`` is the address in network order, 4 or 16 bytes.

    ``interface`` is empty where it is the instance's own. ``label``, ``scope`` and ``broadcast``
    are for IPv4, ``preferred_lifetime`` and ``home`` for IPv6: the seconds after its installation
    for which the host may begin traffic from it, 0 for never, or FOREVER (RFC 4862 section 5.5.4),
    and whether it is a home address (RFC 6275). Without ``track`` the router takes part although
    the interface is down, or missing. With ``peer``, the other end of a link between two hosts, the
    prefix length is that of the peer. ``noprefixroute``: the kernel adds no route to the network.
    """

    packed: bytes
    prefix_length: int
    interface: str = ""
    label: str = ""
    scope: int = 0
    track: bool = True
    preferred_lifetime: int | None = None
    broadcast: bytes = b""
    peer: bytes = b""
    home: bool = False
    noprefixroute: bool = False

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
        "broadcast": read_ip,
        "peer": parse_address,
        "home": read_flag,
        "noprefixroute": read_flag,
    },
    ["address"],
)
_IPV4_ONLY = ("label", "scope", "broadcast")
_IPV6_ONLY = ("preferred_lifetime", "home")


def read_address(value: object) -> VirtualAddress:
    """Read a string with an address, or an object with an address and its settings; raises
    ValueError.
    """
    if not isinstance(value, dict):
        return parse_address(value)
    given = _record(value)
    address = given.pop("address")
    unfit = _IPV4_ONLY if address.family is Family.IPV6 else _IPV6_ONLY
    for key in unfit:
        if key in given:
            other = "IPv4" if unfit is _IPV4_ONLY else "IPv6"
            raise ValueError(f"{key} is for {other} addresses only")
    if "broadcast" in given and len(given["broadcast"]) != len(address.packed):
        raise ValueError("broadcast is not an IPv4 address")
    length = address.prefix_length
    if "peer" in given:
        peer = given.pop("peer")
        given["peer"], length = peer.packed, _length_with_peer(address, peer)
    return VirtualAddress(address.packed, length, **given)


def _length_with_peer(address: VirtualAddress, peer: VirtualAddress) -> int:
    """Return the prefix length of an address with a peer, which is that of the peer; raises
    ValueError.
    """
    if peer.family is not address.family:
        raise ValueError(f"peer: {peer} is not of the family of {address}")
    if address.prefix_length != 8 * len(address.packed):
        raise ValueError(f"{address} has a prefix length: give it to the peer alone")
    if peer.packed == address.packed:
        raise ValueError(f"peer: {peer} is the address itself")
    return peer.prefix_length


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
