# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Probes that ask whether another host answers for an address, and the answers.

IPv4: the ARP Probe of RFC 5227 section 2.1.1, whose empty sender changes no neighbour's table.
IPv6: a Neighbor Solicitation, RFC 4861 section 7.2.2, from an address of this host: the answer
comes to this host alone. That to duplicate address detection would reach all neighbours, and change
their tables.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import NamedTuple

from .checksum import internet_checksum, pseudo_header
from .constants import (
    ARP,
    ARP_REPLY,
    ETHERTYPE_ARP,
    ETHERTYPE_IPV6,
    ICMPV6,
    NEIGHBOR_ADVERTISEMENT,
)

_BROADCAST = b"\xff" * 6
_ARP_REQUEST = 1
_NEIGHBOR_SOLICITATION = 135
_SOLICITED_NODE = ipaddress.ip_address("ff02::1:ff00:0").packed[:13]
_SOURCE_LINK_LAYER_ADDRESS = bytes((1, 1))  # Type 1, one unit of eight bytes.
_SOLICITED = 0x40  # In the first byte of the flags.
_ETHERNET, _IPV6_HEADER = 14, 40
_ARP_LENGTH = _ETHERNET + 28
_TARGET_END = _ETHERNET + _IPV6_HEADER + 24


class AddressAnswer(NamedTuple):
    """The packed address that somebody answers for, and the MAC address of the sender."""

    address: bytes
    mac: bytes


def address_probe(address: bytes, mac: bytes, source: bytes) -> bytes:
    """Return the frame that asks who has a packed address, from the address ``source`` at ``mac``;
    for IPv4 the source is left out.
    """
    if len(address) == 4:
        return _arp_probe(address, mac)
    return _solicitation(address, mac, source)


def _arp_probe(address: bytes, mac: bytes) -> bytes:
    head = _BROADCAST + mac + struct.pack("!H", ETHERTYPE_ARP) + ARP
    return head + struct.pack("!H", _ARP_REQUEST) + mac + bytes(4) + bytes(6) + address


def _solicitation(address: bytes, mac: bytes, source: bytes) -> bytes:
    group = _SOLICITED_NODE + address[13:]
    body = struct.pack("!BBHI", _NEIGHBOR_SOLICITATION, 0, 0, 0) + address
    body += _SOURCE_LINK_LAYER_ADDRESS + mac
    covered = pseudo_header(source, group, len(body), ICMPV6) + body
    body = body[:2] + struct.pack("!H", internet_checksum(covered)) + body[4:]
    header = struct.pack("!IHBB", 6 << 28, len(body), ICMPV6, 255) + source + group
    return b"\x33\x33" + group[12:] + mac + struct.pack("!H", ETHERTYPE_IPV6) + header + body


def read_address_answer(frame: bytes) -> AddressAnswer | None:
    """Read an ARP reply, or a Neighbor Advertisement that was solicited; None for any other
    frame.
    """
    kind = int.from_bytes(frame[12:14], "big")
    if kind == ETHERTYPE_ARP and len(frame) >= _ARP_LENGTH and frame[14:20] == ARP:
        is_reply = int.from_bytes(frame[20:22], "big") == ARP_REPLY
        return AddressAnswer(frame[28:32], frame[22:28]) if is_reply else None
    if kind == ETHERTYPE_IPV6 and len(frame) >= _TARGET_END and frame[20] == ICMPV6:
        is_solicited = frame[54] == NEIGHBOR_ADVERTISEMENT and frame[58] & _SOLICITED
        return AddressAnswer(frame[62:78], frame[6:12]) if is_solicited else None
    return None
