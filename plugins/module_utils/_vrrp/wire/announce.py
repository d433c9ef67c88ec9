# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Encoded Ethernet frames that announce the MAC address of an IP address.

IPv4: a gratuitous ARP request (RFC 9568 section 8.1.2 with errata 7947 and 7949). IPv6: an
unsolicited Neighbor Advertisement (RFC 4861 section 4.4, RFC 9568 section 8.2.2). MAC addresses
are six bytes, IP addresses packed.
"""

from __future__ import annotations

import ipaddress
import struct

from .checksum import internet_checksum, pseudo_header
from .constants import ICMPV6, NEIGHBOR_ADVERTISEMENT

_BROADCAST = b"\xff" * 6
_ALL_NODES = ipaddress.ip_address("ff02::1").packed
_ALL_NODES_MAC = bytes.fromhex("333300000001")
_ARP_REQUEST_HEADER = bytes.fromhex("0806 0001 0800 06 04 0001")
# RFC 4861 section 4.4; Solicited is clear.
_ROUTER = 0x80000000
_OVERRIDE = 0x20000000
_TARGET_LINK_LAYER_ADDRESS = bytes((2, 1))  # Type 2, one unit of eight bytes.


def announcement(address: bytes, mac: bytes, link_local: bytes | None, is_router: bool) -> bytes:
    """Return the frame that announces ``address`` at ``mac``; IPv6 is sent from ``link_local``,
    or from ``address`` if that is None. ``is_router``: the interface forwards IPv6.
    """
    if len(address) == 4:
        return gratuitous_arp(address, mac)
    return unsolicited_neighbor_advertisement(address, mac, link_local or address, is_router)


def gratuitous_arp(address: bytes, mac: bytes) -> bytes:
    """Return a broadcast ARP request by the address for itself, 42 bytes."""
    return _BROADCAST + mac + _ARP_REQUEST_HEADER + mac + address + mac + address


def unsolicited_neighbor_advertisement(
    address: bytes, mac: bytes, source: bytes, is_router: bool
) -> bytes:
    """Return a Neighbor Advertisement to all nodes, 86 bytes. ``is_router``: the sender forwards,
    as its answers to solicitations say, too.
    """
    flags = _OVERRIDE | (_ROUTER if is_router else 0)
    body = struct.pack("!BBHI", NEIGHBOR_ADVERTISEMENT, 0, 0, flags) + address
    body += _TARGET_LINK_LAYER_ADDRESS + mac
    covered = pseudo_header(source, _ALL_NODES, len(body), ICMPV6) + body
    body = body[:2] + struct.pack("!H", internet_checksum(covered)) + body[4:]
    header = struct.pack("!IHBB", 6 << 28, len(body), ICMPV6, 255) + source + _ALL_NODES
    return _ALL_NODES_MAC + mac + b"\x86\xdd" + header + body
