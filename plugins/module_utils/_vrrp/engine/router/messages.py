# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The encoded messages and frames of a router."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, List, Tuple

from ...base.constants import AUTHENTICATION_PASSWORD, NO_VRID, PRIORITY_MIN
from ...model.family import Family
from ...model.instance import Instance
from ...wire.advertisement import Advertisement, encode, password_data
from ...wire.announce import announcement
from ..host.links import InterfaceMap, Link, link_local_address


class MessageCache:
    """Encoded advertisements by priority; encoded again only when their content changed."""

    def __init__(self) -> None:
        self._messages: Dict[int, Tuple[Tuple[bytes, bytes], ...]] = {}

    def clear(self) -> None:
        """Drop all messages: their content has changed."""
        self._messages.clear()

    def messages(
        self, instance: Instance, source: bytes, priority: int
    ) -> Tuple[Tuple[bytes, bytes], ...]:
        """Return (destination, advertisement) for each destination, packed; none without a
        source.
        """
        if not source:
            return ()
        if priority not in self._messages:
            advertisement, form = _advertisement(instance, priority), instance.advertise_checksum
            self._messages[priority] = tuple(
                (one, encode(advertisement, source, one, form))
                for one in instance.destinations_from(source)
            )
        return self._messages[priority]


def probes(instance: Instance, source: bytes) -> Tuple[Tuple[bytes, bytes], ...]:
    """Return (destination, message) for each destination, packed: an advertisement for a VRID that
    no router has, which all have to discard (RFC 9568 section 7.1).
    """
    probe = replace(_advertisement(instance, PRIORITY_MIN), vrid=NO_VRID)
    form = instance.advertise_checksum
    return tuple(
        (one, encode(probe, source, one, form)) for one in instance.destinations_from(source)
    )


def _advertisement(instance: Instance, priority: int) -> Advertisement:
    fields = (
        instance.version,
        instance.vrid,
        priority,
        instance.advertisement_interval,
        instance.packed_addresses,
    )
    if not instance.password:
        return Advertisement(*fields)
    return Advertisement(*fields, AUTHENTICATION_PASSWORD, password_data(instance.password))


def announcements(instance: Instance, interfaces: InterfaceMap) -> Dict[int, Tuple[bytes, ...]]:
    """Return the frames that announce the virtual addresses, by the index of the interface: that of
    the instance for an address on an interface without neighbours.
    """
    frames: Dict[int, List[bytes]] = {}
    sources: Dict[int, bytes | None] = {}
    for address in instance.served_addresses:
        link = interfaces.link_for(address)
        if link is not None and not link.has_neighbours:
            link = interfaces.links.get(instance.interface)
        if link is None:
            continue
        if link.index not in sources:
            sources[link.index] = _link_local(instance, interfaces, link)
        source = sources[link.index]
        frame = announcement(address.packed, link.mac, source, link.forwards_ipv6)
        frames.setdefault(link.index, []).append(frame)
    return {index: tuple(made) for index, made in frames.items()}


def _link_local(instance: Instance, interfaces: InterfaceMap, link: Link) -> bytes | None:
    """Return the source of Neighbor Advertisements: a link-local address of the link or its
    parent; None when neither has one, and for IPv4.
    """
    if instance.family is Family.IPV4:
        return None
    virtual = {address.packed for address in instance.served_addresses}
    parent = interfaces.links.get(instance.interface)
    own = link_local_address(link, virtual)
    return own or (link_local_address(parent, virtual) if parent else None)
