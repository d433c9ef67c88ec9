# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The IPv4 header in front of an advertisement, which a raw socket shows and takes.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import struct
from typing import Tuple

from ..base.constants import VRRP_PROTOCOL

_HEADER = struct.Struct("!BBHHHBBH4s4s")
_INTERNETWORK_CONTROL = 0xC0  # Precedence of routing traffic, as keepalived and FRR send.


def build_header(source: bytes, destination: bytes, payload_length: int, ttl: int) -> bytes:
    """The header of an advertisement; the kernel fills in the identification and the checksum."""
    return _HEADER.pack(
        0x45,
        _INTERNETWORK_CONTROL,
        _HEADER.size + payload_length,
        0,
        0,
        ttl,
        VRRP_PROTOCOL,
        0,
        source,
        destination,
    )


def split(packet: bytes) -> Tuple[bytes, bytes, int, bytes] | None:
    """Take an IPv4 packet apart: source, destination, TTL and payload; None when it is none.

    The header is as long as its IHL field says, and the payload ends where the total length
    says, because Ethernet may pad a short packet.
    """
    if len(packet) < _HEADER.size or packet[0] >> 4 != 4:
        return None
    fields = _HEADER.unpack_from(packet)
    header_length, total_length = (packet[0] & 0x0F) * 4, fields[2]
    if not _HEADER.size <= header_length <= total_length <= len(packet):
        return None
    return fields[8], fields[9], fields[5], packet[header_length:total_length]
