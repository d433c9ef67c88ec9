# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The Internet checksum (RFC 1071) in the forms VRRP uses."""

from __future__ import annotations

import struct

from ..base.constants import VRRP_PROTOCOL

CHECKSUM_OFFSET = 6


def internet_checksum(data: bytes) -> int:
    """Return the one's complement of the one's complement sum of all 16-bit words, 0..65535."""
    if len(data) % 2:
        data += b"\x00"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def with_checksum(message: bytes, header: bytes = b"") -> bytes:
    """Return the message with its checksum filled in, over the message and a pseudo-header."""
    blank = message[:CHECKSUM_OFFSET] + bytes(2) + message[CHECKSUM_OFFSET + 2 :]
    checksum = struct.pack("!H", internet_checksum(header + blank))
    return blank[:CHECKSUM_OFFSET] + checksum + blank[CHECKSUM_OFFSET + 2 :]


def pseudo_header(
    source: bytes, destination: bytes, length: int, protocol: int = VRRP_PROTOCOL
) -> bytes:
    """Return the pseudo-header that the checksum covers, for packed addresses of one family.

    IPv4: the header of RFC 793 section 3.1, as RFC 5798 section 5.2.8 is implemented.
    IPv6: RFC 8200 section 8.1.
    """
    if len(source) == 4:
        return source + destination + struct.pack("!BBH", 0, protocol, length)
    return source + destination + struct.pack("!IHBB", length, 0, 0, protocol)
