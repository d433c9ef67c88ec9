# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The receive checks: a datagram is an advertisement, or there is one counted reason to discard it.

The checks are a ladder, first failure wins. Those of this file need nothing but the packet; those
that need the configured instance (``expect``) come after. The order is by what the next check
relies on: the length must be right before the checksum can be computed, and only a packet that is
intact can tell anything about its sender.

RFC 9568 section 7.1 and RFC 3768 section 7.1. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Callable, Tuple, Union

from ..base.constants import ADVERTISEMENT_TYPE, VRRP_TTL
from ..model.family import Family, is_link_local
from ..model.instance import ChecksumForm, Instance
from .advertisement import FIXED_LENGTH, Advertisement, decode, message_length
from .checksum import internet_checksum, pseudo_header


class DropReason(Enum):
    """Why a datagram was discarded; the value is the name of its counter."""

    TRUNCATED = "truncated"
    VERSION = "invalid_version"
    TYPE = "invalid_type"
    LENGTH = "invalid_length"
    COUNT_ZERO = "no_addresses"
    CHECKSUM = "invalid_checksum"
    TTL = "invalid_ttl"
    AUTHENTICATION_TYPE = "authentication_type"
    INTERVAL_ZERO = "interval_zero"
    FIRST_NOT_LINK_LOCAL = "first_address_not_link_local"
    DESTINATION = "not_multicast"
    OWN_ADDRESS = "sent_from_own_address"
    VERSION_MISMATCH = "version_mismatch"
    INTERVAL_MISMATCH = "interval_mismatch"


@dataclass(frozen=True)
class Datagram:
    """What arrived for protocol 112: packed addresses, TTL or hop limit, and the VRRP message."""

    source: bytes
    destination: bytes
    ttl: int
    message: bytes

    @property
    def family(self) -> Family:
        return Family.IPV4 if len(self.source) == 4 else Family.IPV6

    @property
    def vrid(self) -> int | None:
        """The virtual router the message is for, when it is long enough to say so."""
        return self.message[1] if len(self.message) >= 2 else None


def receive(datagram: Datagram) -> Union[Advertisement, DropReason]:
    """Run the checks that need only the packet; the first that fails gives its reason."""
    for reason, fails in _LADDER:
        if fails(datagram):
            return reason
    return decode(datagram.message, datagram.family.address_length)


def expect(
    instance: Instance, datagram: Datagram, advertisement: Advertisement, own: bytes
) -> DropReason | None:
    """Run the checks against the instance configured here; ``own`` is our packed source."""
    if datagram.destination != datagram.family.group:
        return DropReason.DESTINATION
    if datagram.source == own:
        return DropReason.OWN_ADDRESS
    if advertisement.version != instance.version:
        return DropReason.VERSION_MISMATCH
    # RFC 3768 section 7.1: "MUST verify that the Adver Interval in the packet is the same".
    # Version 3 learns the interval instead.
    differs = advertisement.interval != instance.advertisement_interval
    if advertisement.version == 2 and differs:
        return DropReason.INTERVAL_MISMATCH
    return None


def checksum_form(datagram: Datagram) -> ChecksumForm | None:
    """Which reading of the version 3 checksum over IPv4 the message satisfies, if any."""
    message = datagram.message
    if internet_checksum(message) == 0:
        return ChecksumForm.RFC9568
    covered = pseudo_header(datagram.source, datagram.destination, len(message)) + message
    return ChecksumForm.RFC5798 if internet_checksum(covered) == 0 else None


def _version(datagram: Datagram) -> int:
    return datagram.message[0] >> 4


def _wrong_version(datagram: Datagram) -> bool:
    allowed = (2, 3) if datagram.family is Family.IPV4 else (3,)
    return _version(datagram) not in allowed


def _wrong_length(datagram: Datagram) -> bool:
    message = datagram.message
    expected = message_length(_version(datagram), message[3], datagram.family.address_length)
    return len(message) != expected


def _wrong_checksum(datagram: Datagram) -> bool:
    if _version(datagram) == 2:
        return internet_checksum(datagram.message) != 0
    if datagram.family is Family.IPV4:
        return checksum_form(datagram) is None
    message = datagram.message
    header = pseudo_header(datagram.source, datagram.destination, len(message))
    return internet_checksum(header + message) != 0


def _zero_interval(datagram: Datagram) -> bool:
    interval = decode(datagram.message, datagram.family.address_length).interval
    return interval == 0


def _first_not_link_local(datagram: Datagram) -> bool:
    # Erratum 8300: the first IPv6 address MUST be the link-local one (fe80::/10).
    if datagram.family is Family.IPV4:
        return False
    return not is_link_local(datagram.message[FIXED_LENGTH:])


_Check = Callable[[Datagram], bool]
_LADDER: Tuple[Tuple[DropReason, _Check], ...] = (
    (DropReason.TRUNCATED, lambda d: len(d.message) < FIXED_LENGTH),
    (DropReason.VERSION, _wrong_version),
    (DropReason.TYPE, lambda d: d.message[0] & 0x0F != ADVERTISEMENT_TYPE),
    (DropReason.LENGTH, _wrong_length),
    (DropReason.COUNT_ZERO, lambda d: d.message[3] == 0),
    (DropReason.CHECKSUM, _wrong_checksum),
    (DropReason.TTL, lambda d: d.ttl != VRRP_TTL),
    (DropReason.AUTHENTICATION_TYPE, lambda d: _version(d) == 2 and d.message[4] != 0),
    (DropReason.INTERVAL_ZERO, _zero_interval),
    (DropReason.FIRST_NOT_LINK_LOCAL, _first_not_link_local),
)
