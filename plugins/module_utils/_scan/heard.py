# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.
"""The hosts that advertise virtual routers on a segment, from the packets that are heard there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Dict, Tuple

from .._vrrp.base.constants import PRIORITY_RESIGN, VRRP_TTL
from .._vrrp.base.units import to_seconds
from .._vrrp.model.family import Family
from .._vrrp.wire.advertisement import FIXED_LENGTH, decode
from .._vrrp.wire.datagram import Datagram
from .._vrrp.wire.ipv4 import comparable_parts, parse_comparable

NO_AUTHENTICATION, PASSWORD, HMAC = "none", "password", "hmac"
SENDERS_MAX = 32  # Of one VRID: a flood hides nothing of another one.
_IPV6_HEADER = 40
_VERSIONS = {Family.IPV4: (2, 3), Family.IPV6: (3,)}


@dataclass(frozen=True)
class Sender:
    """A host that advertises a virtual router on an interface, by its last advertisement.

    Addresses are packed, ``advertisement_interval`` is in seconds, ``mac`` is text; ``packets`` is
    the number of its advertisements. A ``ttl`` below 255 means that it may be of another segment.
    """

    interface: str
    family: Family
    vrid: int
    version: int
    source: bytes
    destination: bytes
    mac: str
    priority: int
    advertisement_interval: float
    addresses: Tuple[bytes, ...]
    authentication: str
    ttl: int = VRRP_TTL
    packets: int = 1


def read_packet(interface: str, packet: bytes, mac: str) -> Sender | None:
    """Read an IP packet of protocol 112; None when its message is none of version 2 or 3."""
    datagram = _datagram(packet)
    if datagram is None or len(datagram.message) < FIXED_LENGTH:
        return None
    family, version = datagram.family, datagram.version
    if version not in _VERSIONS[family] or len(datagram.message) < datagram.length:
        return None
    read = decode(datagram.message, family.address_length)
    authentication = PASSWORD if read.authentication_type else NO_AUTHENTICATION
    return Sender(
        interface,
        family,
        read.vrid,
        version,
        datagram.source,
        datagram.destination,
        mac,
        read.priority,
        to_seconds(read.interval),
        read.addresses,
        HMAC if datagram.trailer else authentication,
        datagram.ttl,
    )


def _datagram(packet: bytes) -> Datagram | None:
    if packet[:1] and packet[0] >> 4 == 6 and len(packet) >= _IPV6_HEADER:
        length = int.from_bytes(packet[4:6], "big")
        message = packet[_IPV6_HEADER : _IPV6_HEADER + length]
        return Datagram(packet[8:24], packet[24:40], packet[7], message)
    # Behind the length in an IPv4 header there may be padding.
    (comparable,) = comparable_parts([packet[: int.from_bytes(packet[2:4], "big")]])
    parts = parse_comparable(comparable)
    return None if parts is None else Datagram(*parts)


class Heard:
    """All senders that have been heard, one for each interface, family, VRID and source; of many
    for one VRID only the first ones, and the number of the packets that were ``left_out``.
    """

    def __init__(self) -> None:
        self._senders: Dict[Tuple[object, ...], Sender] = {}
        self._count: Counter[Tuple[object, ...]] = Counter()
        self.malformed = 0
        self.left_out = 0

    def add(self, interface: str, packet: bytes, mac: str) -> None:
        """Take note of a packet. The last advertisement of a sender counts, if it did not resign
        with that.
        """
        sender = read_packet(interface, packet, mac)
        if sender is None:
            self.malformed += 1
            return
        router = (interface, sender.family, sender.vrid)
        key = (*router, sender.source)
        before = self._senders.get(key)
        if before is None:
            if self._count[router] >= SENDERS_MAX:
                self.left_out += 1
                return
            self._count[router] += 1
        if before is not None:
            last = before if sender.priority == PRIORITY_RESIGN else sender
            sender = replace(last, packets=before.packets + 1)
        self._senders[key] = sender

    @property
    def senders(self) -> Tuple[Sender, ...]:
        """The senders, by interface, family, VRID and source."""
        return tuple(
            self._senders[key]
            for key in sorted(self._senders, key=lambda one: (one[0], str(one[1]), *one[2:]))
        )
