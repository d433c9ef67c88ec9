# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The receive checks: a datagram is an advertisement, or there is one counted reason to discard it.

The checks run in order, and the first failure is the reason. Each check relies on those before it:
the length has to be right for the checksum, the checksum for the signature, and the signature for
everything that is compared with the instance.

RFC 9568 section 7.1 and RFC 3768 section 7.1.
"""

from __future__ import annotations

from typing import Callable, Tuple, Union

from ..base.constants import (
    ADVERTISEMENT_TYPE,
    AUTHENTICATION_PASSWORD,
    HMAC_TRAILER_LENGTH,
    VRRP_TTL,
)
from ..model.family import Family, is_link_local
from ..model.instance import Instance
from .advertisement import FIXED_LENGTH, decode
from .authentication import AUTHENTICATION_CHECKS, InstanceCheck
from .checksum import internet_checksum, pseudo_header
from .datagram import Datagram, DropReason, ReceiveContext
from .received import Received
from .trailer import read_trailer


def receive(datagram: Datagram, context: ReceiveContext) -> Union[Received, DropReason]:
    """Run the checks; returns the advertisement, or the reason of the first check that fails."""
    for reason, fails in _MESSAGE_CHECKS:
        if fails(datagram, context.instance):
            return reason
    received = _decode(datagram)
    for reason, is_foreign in _INSTANCE_CHECKS:
        if is_foreign(received, context):
            return reason
    return received


def _decode(datagram: Datagram) -> Received:
    advertisement = decode(datagram.message, datagram.family.address_length)
    has_two_forms = datagram.version == 3 and datagram.family is Family.IPV4
    form = datagram.checksum_form if has_two_forms else None
    trailer = read_trailer(datagram.trailer) if datagram.trailer else None
    return Received(datagram, advertisement, form, trailer)


def _wrong_version(datagram: Datagram, instance: Instance) -> bool:
    allowed = (2, 3) if datagram.family is Family.IPV4 else (3,)
    return datagram.version not in allowed


def _wrong_length(datagram: Datagram, instance: Instance) -> bool:
    # Only the length of the packet shows a signature.
    beyond = len(datagram.message) - datagram.length
    return beyond != 0 and (instance.hmac is None or beyond != HMAC_TRAILER_LENGTH)


def _wrong_checksum(datagram: Datagram, instance: Instance) -> bool:
    if datagram.version == 2:
        return internet_checksum(datagram.body) != 0
    if datagram.family is Family.IPV4:
        return datagram.checksum_form is None
    # Over IPv6 a signature is part of what is summed.
    message = datagram.message
    header = pseudo_header(datagram.source, datagram.destination, len(message))
    return internet_checksum(header + message) != 0


def _wrong_ttl(datagram: Datagram, instance: Instance) -> bool:
    if not instance.unicast_peers:
        return datagram.ttl != VRRP_TTL
    return not instance.unicast_ttl_min <= datagram.ttl <= instance.unicast_ttl_max


def _wrong_authentication_type(datagram: Datagram, instance: Instance) -> bool:
    if datagram.version != 2:
        return False
    return datagram.message[4] != (AUTHENTICATION_PASSWORD if instance.password else 0)


def _first_not_link_local(datagram: Datagram, instance: Instance) -> bool:
    # Erratum 8300: the first IPv6 address MUST be the link-local one (fe80::/10). keepalived sends
    # the list that is configured, mostly without one, and accepts the same.
    if datagram.family is Family.IPV4 or not instance.strict_link_local or not datagram.message[3]:
        return False
    return not is_link_local(datagram.message[FIXED_LENGTH:])


_Check = Callable[[Datagram, Instance], bool]
_MESSAGE_CHECKS: Tuple[Tuple[DropReason, _Check], ...] = (
    (DropReason.TRUNCATED, lambda d, _i: len(d.message) < FIXED_LENGTH),
    (DropReason.VERSION, _wrong_version),
    (DropReason.TYPE, lambda d, _i: d.message[0] & 0x0F != ADVERTISEMENT_TYPE),
    (DropReason.LENGTH, _wrong_length),
    (DropReason.COUNT_ZERO, lambda d, i: d.message[3] == 0 and bool(i.addresses)),
    (DropReason.CHECKSUM, _wrong_checksum),
    (DropReason.TTL, _wrong_ttl),
    (DropReason.AUTHENTICATION_TYPE, _wrong_authentication_type),
    (DropReason.FIRST_NOT_LINK_LOCAL, _first_not_link_local),
)


def _wrong_destination(received: Received, context: ReceiveContext) -> bool:
    """Whether a multicast router received unicast, or the other way round."""
    datagram = received.datagram
    multicast = datagram.destination == context.instance.group
    return multicast == bool(context.instance.unicast_peers)


def _own_address(received: Received, context: ReceiveContext) -> bool:
    return received.datagram.source == context.address


def _unknown_peer(received: Received, context: ReceiveContext) -> bool:
    instance = context.instance
    if not instance.unicast_peers or not instance.check_unicast_source:
        return False
    return received.datagram.source not in instance.unicast_peers


def _other_version(received: Received, context: ReceiveContext) -> bool:
    return received.advertisement.version != context.instance.version


def _other_interval(received: Received, context: ReceiveContext) -> bool:
    # RFC 3768 section 7.1: "MUST verify that the Adver Interval in the packet is the same".
    # Version 3 learns the interval instead.
    advertisement = received.advertisement
    if advertisement.version == 3:
        return False
    return advertisement.interval != context.instance.advertisement_interval


_INSTANCE_CHECKS: Tuple[Tuple[DropReason, InstanceCheck], ...] = (
    (DropReason.INTERVAL_ZERO, lambda received, _c: received.advertisement.interval == 0),
    (DropReason.DESTINATION, _wrong_destination),
    (DropReason.OWN_ADDRESS, _own_address),
    (DropReason.UNKNOWN_PEER, _unknown_peer),
    (DropReason.VERSION_MISMATCH, _other_version),
    *AUTHENTICATION_CHECKS,
    (DropReason.INTERVAL_MISMATCH, _other_interval),
)
