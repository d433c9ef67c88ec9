# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Datagrams as they arrive, and the reasons to discard them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from ..base.units import Nanoseconds
from ..model.family import Family
from ..model.instance import ChecksumForm, Instance
from .advertisement import message_length
from .checksum import internet_checksum, pseudo_header
from .sequence import ReplayGuard


class DropReason(Enum):
    """The reason why a datagram was discarded; the value is the name of its counter."""

    TRUNCATED = "truncated"
    VERSION = "invalid_version"
    TYPE = "invalid_type"
    LENGTH = "invalid_length"
    COUNT_ZERO = "no_addresses"
    CHECKSUM = "invalid_checksum"
    TTL = "invalid_ttl"
    AUTHENTICATION_TYPE = "authentication_type"
    PASSWORD = "wrong_password"
    INTERVAL_ZERO = "interval_zero"
    FIRST_NOT_LINK_LOCAL = "first_address_not_link_local"
    DESTINATION = "wrong_destination"
    UNKNOWN_PEER = "unknown_peer"
    OWN_ADDRESS = "sent_from_own_address"
    VERSION_MISMATCH = "version_mismatch"
    INTERVAL_MISMATCH = "interval_mismatch"
    HMAC_MISSING = "hmac_missing"
    HMAC_MALFORMED = "hmac_malformed"
    HMAC_STALE = "hmac_stale"
    HMAC_UNKNOWN_KEY = "hmac_unknown_key"
    HMAC_WRONG = "hmac_wrong"
    HMAC_REPLAYED = "hmac_replayed"


@dataclass(frozen=True)
class Datagram:
    """A received packet of protocol 112: packed addresses, TTL or hop limit, the message, and the
    time of day of its arrival (nanoseconds since 1970).
    """

    source: bytes
    destination: bytes
    ttl: int
    message: bytes
    wall: Nanoseconds = 0

    @property
    def family(self) -> Family:
        """The address family."""
        return Family.IPV4 if len(self.source) == 4 else Family.IPV6

    @property
    def vrid(self) -> int | None:
        """The VRID of the message; None when it is too short."""
        return self.message[1] if len(self.message) >= 2 else None

    @property
    def version(self) -> int:
        """The protocol version of a message that is not empty."""
        return self.message[0] >> 4

    @property
    def length(self) -> int:
        """Return the length of the message by its own header, in bytes, without a signature."""
        return message_length(self.version, self.message[3], self.family.address_length)

    @cached_property
    def checksum_form(self) -> ChecksumForm | None:
        """Return the form of the version 3 checksum over IPv4 that the message satisfies, if
        any.
        """
        message = self.body
        if internet_checksum(message) == 0:
            return ChecksumForm.RFC9568
        covered = pseudo_header(self.source, self.destination, len(message)) + message
        return ChecksumForm.RFC5798 if internet_checksum(covered) == 0 else None

    @property
    def body(self) -> bytes:
        """The message without a signature."""
        return self.message[: self.length]

    @property
    def trailer(self) -> bytes:
        """The signature, or no bytes."""
        return self.message[self.length :]


@dataclass(frozen=True)
class ReceiveContext:
    """The receiving router: its instance, its packed address, and the sequence numbers before."""

    instance: Instance
    address: bytes
    replay_guard: ReplayGuard = field(default_factory=ReplayGuard)
