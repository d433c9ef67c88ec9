# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The signature behind an advertisement: draft-cassen-vrrp-auth-hmac as keepalived 2.4.2 has it.

::

    +---------------+---------------+-------------------------------+
    |   Type (1)    |    Key ID     |         Reserved (0)          |
    +---------------+---------------+-------------------------------+
    |                  Seconds since 1970 (UTC)                     |
    +-------------------------------+-------------------------------+
    |   65536ths of a second        |            Counter            |
    +-------------------------------+-------------------------------+
    |       The first 16 bytes of HMAC-SHA256 (RFC 2104)            |
    +---------------------------------------------------------------+

Nothing in the advertisement announces it: only the length of the packet shows it.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass

from ..model.signing import HmacKey
from .checksum import CHECKSUM_OFFSET, pseudo_header, with_checksum

TRAILER_TYPE = 1
_HEAD = struct.Struct("!BBHQ")
_CODE_LENGTH = 16


@dataclass(frozen=True)
class Trailer:
    """The fields of a signature; ``number`` is the 64 bits of time and counter."""

    kind: int
    key_number: int
    reserved: int
    number: int


def read_trailer(data: bytes) -> Trailer:
    """Parse the 28 bytes of a signature."""
    kind, key_number, reserved, number = _HEAD.unpack_from(data)
    return Trailer(kind, key_number, reserved, number)


def sign(message: bytes, source: bytes, destination: bytes, key: HmacKey, number: int) -> bytes:
    """Return a message, which has its checksum, with its signature.

    Over IPv6 the checksum covers the signature, too: in other implementations the kernel computes
    it.
    """
    head = _HEAD.pack(TRAILER_TYPE, key.number, 0, number)
    signed = message + head + _code(message, source, head, key.secret)
    if len(source) == 4:
        return signed
    return with_checksum(signed, pseudo_header(source, destination, len(signed)))


def is_authentic(message: bytes, source: bytes, trailer: bytes, secret: bytes) -> bool:
    """Whether the signature was made with the secret; ``message`` is without it."""
    head = trailer[: _HEAD.size]
    return hmac.compare_digest(trailer[_HEAD.size :], _code(message, source, head, secret))


def _code(message: bytes, source: bytes, head: bytes, secret: bytes) -> bytes:
    """Return the HMAC over the source, the message without its checksum, and the head of the
    trailer.
    """
    family, version, vrid = 4 if len(source) == 4 else 6, message[0] >> 4, message[1]
    origin = struct.pack("!BBBx16s", family, version, vrid, source)
    unsummed = message[:CHECKSUM_OFFSET] + bytes(2) + message[CHECKSUM_OFFSET + 2 :]
    covered = origin + unsummed + head + bytes(_CODE_LENGTH)
    return hmac.new(secret, covered, hashlib.sha256).digest()[:_CODE_LENGTH]
