# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A virtual address: an address that may be served, with the prefix length it is installed with.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from .family import Family


@dataclass(frozen=True)
class VirtualAddress:
    """``packed`` is the address in network order, 4 or 16 bytes."""

    packed: bytes
    prefix_length: int

    @property
    def family(self) -> Family:
        return Family.IPV4 if len(self.packed) == 4 else Family.IPV6

    def __str__(self) -> str:
        return f"{ipaddress.ip_address(self.packed)}/{self.prefix_length}"


def parse_address(text: object) -> VirtualAddress:
    """Read ``192.0.2.100/24`` or ``2001:db8::1``; without a length it is a host address.

    Raises ValueError with a sentence when it is no address that a host may serve.
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a string such as 192.0.2.100/24")
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address with a prefix length") from None
    _refuse_unservable(interface.ip)
    return VirtualAddress(interface.ip.packed, interface.network.prefixlen)


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
