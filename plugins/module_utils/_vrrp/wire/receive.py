# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The receive checks: a datagram is an advertisement, or there is one counted reason to discard it.

The checks are a ladder, first failure wins. The order is by what the next check relies on: the
length must be right before the checksum can be computed, only a packet that is intact can tell
anything about its sender, and only what its sender says can be compared with the instance.

RFC 9568 section 7.1 and RFC 3768 section 7.1. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Callable, Tuple, Union

from ..base.constants import ADVERTISEMENT_TYPE, AUTHENTICATION_PASSWORD, VRRP_TTL
from ..model.family import Family, is_link_local
from ..model.instance import ChecksumForm, Instance
from .advertisement import FIXED_LENGTH, Advertisement, decode, message_length, password_data
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
    PASSWORD = "wrong_password"
    INTERVAL_ZERO = "interval_zero"
    FIRST_NOT_LINK_LOCAL = "first_address_not_link_local"
    DESTINATION = "wrong_destination"
    UNKNOWN_PEER = "unknown_peer"
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


@dataclass(frozen=True)
class Listener:
    """Who listens: the instance, and the packed address it sends from."""

    instance: Instance
    address: bytes


def receive(datagram: Datagram, listener: Listener) -> Union[Advertisement, DropReason]:
    """Run the checks; the first that fails gives its reason."""
    for reason, fails in _LADDER:
        if fails(datagram, listener.instance):
            return reason
    advertisement = decode(datagram.message, datagram.family.address_length)
    for reason, is_foreign in _EXPECTATIONS:
        if is_foreign(datagram, advertisement, listener):
            return reason
    return advertisement


def checksum_form(datagram: Datagram) -> ChecksumForm | None:
    """Which reading of the version 3 checksum over IPv4 the message satisfies, if any."""
    message = datagram.message
    if internet_checksum(message) == 0:
        return ChecksumForm.RFC9568
    covered = pseudo_header(datagram.source, datagram.destination, len(message)) + message
    return ChecksumForm.RFC5798 if internet_checksum(covered) == 0 else None


def _version(datagram: Datagram) -> int:
    return datagram.message[0] >> 4


def _wrong_version(datagram: Datagram, instance: Instance) -> bool:
    allowed = (2, 3) if datagram.family is Family.IPV4 else (3,)
    return _version(datagram) not in allowed


def _wrong_length(datagram: Datagram, instance: Instance) -> bool:
    message = datagram.message
    expected = message_length(_version(datagram), message[3], datagram.family.address_length)
    return len(message) != expected


def _wrong_checksum(datagram: Datagram, instance: Instance) -> bool:
    if _version(datagram) == 2:
        return internet_checksum(datagram.message) != 0
    if datagram.family is Family.IPV4:
        return checksum_form(datagram) is None
    message = datagram.message
    header = pseudo_header(datagram.source, datagram.destination, len(message))
    return internet_checksum(header + message) != 0


def _wrong_ttl(datagram: Datagram, instance: Instance) -> bool:
    if not instance.unicast_peers:
        return datagram.ttl != VRRP_TTL
    return not instance.unicast_ttl_min <= datagram.ttl <= instance.unicast_ttl_max


def _wrong_authentication_type(datagram: Datagram, instance: Instance) -> bool:
    if _version(datagram) != 2:
        return False
    return datagram.message[4] != (AUTHENTICATION_PASSWORD if instance.password else 0)


def _first_not_link_local(datagram: Datagram, instance: Instance) -> bool:
    # Erratum 8300: the first IPv6 address MUST be the link-local one (fe80::/10).
    if datagram.family is Family.IPV4:
        return False
    return not is_link_local(datagram.message[FIXED_LENGTH:])


_Check = Callable[[Datagram, Instance], bool]
_LADDER: Tuple[Tuple[DropReason, _Check], ...] = (
    (DropReason.TRUNCATED, lambda d, _i: len(d.message) < FIXED_LENGTH),
    (DropReason.VERSION, _wrong_version),
    (DropReason.TYPE, lambda d, _i: d.message[0] & 0x0F != ADVERTISEMENT_TYPE),
    (DropReason.LENGTH, _wrong_length),
    (DropReason.COUNT_ZERO, lambda d, _i: d.message[3] == 0),
    (DropReason.CHECKSUM, _wrong_checksum),
    (DropReason.TTL, _wrong_ttl),
    (DropReason.AUTHENTICATION_TYPE, _wrong_authentication_type),
    (DropReason.FIRST_NOT_LINK_LOCAL, _first_not_link_local),
)


def _wrong_password(datagram: Datagram, advertisement: Advertisement, listener: Listener) -> bool:
    password = listener.instance.password
    return bool(password) and advertisement.authentication_data != password_data(password)


def _wrong_destination(
    datagram: Datagram, advertisement: Advertisement, listener: Listener
) -> bool:
    """Multicast and unicast are not mixed within one virtual router."""
    multicast = datagram.destination == datagram.family.group
    return multicast == bool(listener.instance.unicast_peers)


def _unknown_peer(datagram: Datagram, advertisement: Advertisement, listener: Listener) -> bool:
    instance = listener.instance
    if not instance.unicast_peers or not instance.check_unicast_source:
        return False
    return datagram.source not in instance.unicast_peers


def _other_interval(datagram: Datagram, advertisement: Advertisement, listener: Listener) -> bool:
    # RFC 3768 section 7.1: "MUST verify that the Adver Interval in the packet is the same".
    # Version 3 learns the interval instead.
    if advertisement.version == 3:
        return False
    return advertisement.interval != listener.instance.advertisement_interval


_Expectation = Callable[[Datagram, Advertisement, Listener], bool]
_EXPECTATIONS: Tuple[Tuple[DropReason, _Expectation], ...] = (
    (DropReason.INTERVAL_ZERO, lambda _d, advertisement, _l: advertisement.interval == 0),
    (DropReason.DESTINATION, _wrong_destination),
    (DropReason.OWN_ADDRESS, lambda d, _a, listener: d.source == listener.address),
    (DropReason.UNKNOWN_PEER, _unknown_peer),
    (DropReason.VERSION_MISMATCH, lambda _d, a, listener: a.version != listener.instance.version),
    (DropReason.PASSWORD, _wrong_password),
    (DropReason.INTERVAL_MISMATCH, _other_interval),
)
