# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The IPv4 header of an advertisement, which a raw socket receives and sends."""

from __future__ import annotations

import struct
from typing import Iterable, List, Tuple

from ..base.constants import VRRP_PROTOCOL
from .constants import INTERNETWORK_CONTROL

_HEADER = struct.Struct("!BBHHHBBH4s4s")
_COMPARABLE = struct.Struct("!BB4s4s")


def build_header(source: bytes, destination: bytes, payload_length: int, ttl: int) -> bytes:
    """Return the header of an advertisement; the kernel fills in identification and checksum."""
    return _HEADER.pack(
        0x45,
        INTERNETWORK_CONTROL,
        _HEADER.size + payload_length,
        0,
        0,
        ttl,
        VRRP_PROTOCOL,
        0,
        source,
        destination,
    )


def comparable_parts(packets: Iterable[bytes]) -> List[bytes]:
    """Return IPv4 packets without the fields that differ between equal advertisements.

    These are the type of service, the total length (the kernel has removed trailing bytes), the
    identification, the fragment fields (it is reassembled), and the header checksum.
    """
    return [one[:1] + one[8:9] + one[12:] for one in packets]


def parse_comparable(packet: bytes) -> Tuple[bytes, bytes, int, bytes] | None:
    """Parse the comparable part of an IPv4 packet: source, destination, TTL and payload.

    Returns None for an invalid packet. The IHL field has the length of the header.
    """
    if len(packet) < _COMPARABLE.size or packet[0] >> 4 != 4:
        return None
    version, ttl, source, destination = _COMPARABLE.unpack_from(packet)
    options_length = (version & 0x0F) * 4 - _HEADER.size
    payload_at = _COMPARABLE.size + options_length
    if options_length < 0 or payload_at > len(packet):
        return None
    return source, destination, ttl, packet[payload_at:]
