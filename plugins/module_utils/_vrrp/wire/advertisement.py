# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The VRRP advertisement as a value and as bytes.

Version 3 (RFC 9568 section 5.2)::

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |(rsvd) | Max Advertise Interval|           Checksum            |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                 IPvX addresses, 4 or 16 bytes each            |

Version 2 (RFC 3768 section 5.1) has Auth Type and Adver Int, one byte each, in place of the
interval, and eight bytes of Authentication Data behind the addresses.

Decoding never raises: ``receive.py`` has the checks.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Tuple

from ..base.constants import ADVERTISEMENT_TYPE, V2_AUTHENTICATION_DATA_LENGTH
from ..base.units import (
    NANOSECONDS_PER_SECOND,
    Nanoseconds,
    centiseconds,
    to_centiseconds,
    to_whole_seconds,
)
from ..model.instance import ChecksumForm
from .checksum import pseudo_header, with_checksum

FIXED_LENGTH = 8
_FIXED = struct.Struct("!BBBBHH")
_INTERVAL_MASK = 0x0FFF  # The four bits above it are reserved and ignored (section 5.2.6).


@dataclass(frozen=True)
class Advertisement:
    """The fields of an advertisement; addresses are packed, ``interval`` is in nanoseconds.

    Version 2 alone has the authentication type and its data, eight bytes.
    """

    version: int
    vrid: int
    priority: int
    interval: Nanoseconds
    addresses: Tuple[bytes, ...]
    authentication_type: int = 0
    authentication_data: bytes = bytes(V2_AUTHENTICATION_DATA_LENGTH)


def password_data(password: str) -> bytes:
    """Return the Authentication Data of a simple password (RFC 2338 section 5.3.10),
    zero-padded.
    """
    return password.encode().ljust(V2_AUTHENTICATION_DATA_LENGTH, b"\0")


def encode(
    advertisement: Advertisement,
    source: bytes,
    destination: bytes,
    form: ChecksumForm = ChecksumForm.RFC5798,
) -> bytes:
    """Return the message with its checksum, for its packed source and destination.

    ``form`` applies to version 3 over IPv4 only: elsewhere the RFCs leave no choice.
    """
    message = _without_checksum(advertisement)
    if not _has_pseudo_header(advertisement.version, source, form):
        return with_checksum(message)
    return with_checksum(message, pseudo_header(source, destination, len(message)))


def _without_checksum(advertisement: Advertisement) -> bytes:
    head = _FIXED.pack(
        advertisement.version << 4 | ADVERTISEMENT_TYPE,
        advertisement.vrid,
        advertisement.priority,
        len(advertisement.addresses),
        _interval_field(advertisement),
        0,
    )
    tail = advertisement.authentication_data if advertisement.version == 2 else b""
    return head + b"".join(advertisement.addresses) + tail


def _interval_field(advertisement: Advertisement) -> int:
    if advertisement.version == 2:
        return advertisement.authentication_type << 8 | to_whole_seconds(advertisement.interval)
    return to_centiseconds(advertisement.interval)


def _has_pseudo_header(version: int, source: bytes, form: ChecksumForm) -> bool:
    if version == 2:
        return False
    return len(source) == 16 or form is ChecksumForm.RFC5798


def message_length(version: int, count: int, address_length: int) -> int:
    """Return the length of a message with ``count`` addresses, in bytes (RFC 9568 section 5.2)."""
    tail = V2_AUTHENTICATION_DATA_LENGTH if version == 2 else 0
    return FIXED_LENGTH + count * address_length + tail


def decode(message: bytes, address_length: int) -> Advertisement:
    """Parse a message whose length ``receive.py`` has checked."""
    head, vrid, priority, count, interval_field, _checksum = _FIXED.unpack_from(message)
    version = head >> 4
    end = FIXED_LENGTH + count * address_length
    addresses = tuple(
        message[at : at + address_length] for at in range(FIXED_LENGTH, end, address_length)
    )
    if version == 2:
        interval = (interval_field & 0xFF) * NANOSECONDS_PER_SECOND
        kind, data = interval_field >> 8, message[end : end + V2_AUTHENTICATION_DATA_LENGTH]
        return Advertisement(version, vrid, priority, interval, addresses, kind, data)
    interval = centiseconds(interval_field & _INTERVAL_MASK)
    return Advertisement(version, vrid, priority, interval, addresses)
