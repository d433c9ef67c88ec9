# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Discarded and odd packets in words for a person, who has to find out what is wrong with a peer.

Each text begins with the address of the peer, and names the setting where there is one.
"""

from __future__ import annotations

from typing import Callable, Mapping, Sequence

from ...base.constants import HMAC_TRAILER_LENGTH
from ...base.units import Nanoseconds, to_seconds
from ...model.expand import derived_link_local
from ...model.family import text
from ...model.instance import Instance
from ...wire.advertisement import decode
from ...wire.datagram import Datagram, DropReason
from ...wire.trailer import read_trailer

_Words = Callable[[Datagram, Instance], str]


def describe_discarded(reason: DropReason, datagram: Datagram, instance: Instance) -> str:
    """Return the reason why packets of a peer are discarded."""
    source = text(datagram.source)
    if reason is DropReason.OWN_ADDRESS:
        return (
            f"another host sends from {source}, the address of this host: it is a clone, or one of "
            "the two has to get another address; its packets are discarded"
        )
    return f"{source} {_DISCARDED[reason](datagram, instance)}; its packets are discarded"


def other_addresses(source: bytes, advertised: Sequence[bytes], instance: Instance) -> str:
    """Return what is wrong when a peer advertises other addresses than are configured here."""
    theirs, ours = _listed(advertised), _listed(instance.packed_addresses)
    why = f"the hosts have different lists, or another cluster uses VRID {instance.vrid}"
    derived = derived_link_local(instance.vrid)
    if {derived, *advertised} == set(instance.packed_addresses):
        way = "derive_link_local: false sends the list as it is"
        why = f"this host puts {text(derived)} in front of its own; {way}"
    return (
        f"{text(source)} advertises other addresses than are configured here, {theirs} and not "
        f"{ours}: {why}; keepalived before 2.3.3 discards advertisements with another list"
    )


def other_interval(source: bytes, interval: Nanoseconds, instance: Instance) -> str:
    """Return what is wrong when a peer advertises at another interval than this host."""
    theirs, ours = to_seconds(interval), to_seconds(instance.advertisement_interval)
    return (
        f"{text(source)} advertises at another interval than this host, every {theirs:g} s and not "
        f"every {ours:g} s (advertisement_interval)"
    )


def _listed(addresses: Sequence[bytes]) -> str:
    return ", ".join(map(text, addresses))


def _other_length(datagram: Datagram, instance: Instance) -> str:
    if len(datagram.message) - datagram.length == HMAC_TRAILER_LENGTH:
        return "signs its advertisements, and this host has no keys (hmac)"
    return "sends packets whose length is wrong"


def _other_ttl(datagram: Datagram, instance: Instance) -> str:
    if not instance.unicast_peers:
        return f"sends with TTL {datagram.ttl}: there is a router in between"
    lowest, highest = instance.unicast_ttl_min, instance.unicast_ttl_max
    return f"sends with TTL {datagram.ttl}, which is not in {lowest}..{highest} (unicast_ttl_min)"


def _other_authentication(datagram: Datagram, instance: Instance) -> str:
    if instance.password:
        return "sends no password, and this host has one (password)"
    return "sends a password, and this host has none (password)"


def _other_destination(datagram: Datagram, instance: Instance) -> str:
    if instance.unicast_peers:
        return "sends to the multicast group, and this host has unicast_peers"
    return "sends unicast, and this host uses the multicast group (unicast_peers)"


def _other_interval(datagram: Datagram, instance: Instance) -> str:
    advertisement = decode(datagram.message, datagram.family.address_length)
    theirs = to_seconds(advertisement.interval)
    ours = to_seconds(instance.advertisement_interval)
    return (
        f"advertises every {theirs:g} s, and this host every {ours:g} s (advertisement_interval), "
        "which have to be equal in version 2"
    )


def _other_clock(datagram: Datagram, instance: Instance) -> str:
    window = instance.hmac.window if instance.hmac else None
    return f"has a clock that differs from this host's by more than {window} s (the window of hmac)"


def _key_number(datagram: Datagram) -> int:
    return read_trailer(datagram.trailer).key_number


_DISCARDED: Mapping[DropReason, _Words] = {
    DropReason.TRUNCATED: lambda _d, _i: "sends packets that are too short",
    DropReason.VERSION: lambda d, _i: f"speaks version {d.version}, which this family has not",
    DropReason.TYPE: lambda _d, _i: "sends packets that are no advertisements",
    DropReason.LENGTH: _other_length,
    DropReason.COUNT_ZERO: lambda _d, _i: "advertises no addresses",
    DropReason.CHECKSUM: lambda _d, _i: (
        "sends packets with a wrong checksum: they are changed on their way, or its software errs"
    ),
    DropReason.TTL: _other_ttl,
    DropReason.AUTHENTICATION_TYPE: _other_authentication,
    DropReason.PASSWORD: lambda _d, _i: "has another password",
    DropReason.INTERVAL_ZERO: lambda _d, _i: "advertises an interval of 0",
    DropReason.FIRST_NOT_LINK_LOCAL: lambda _d, _i: (
        "advertises a first address that is not link-local (strict_link_local)"
    ),
    DropReason.DESTINATION: _other_destination,
    DropReason.UNKNOWN_PEER: lambda _d, _i: "is not among the unicast_peers of this host",
    DropReason.VERSION_MISMATCH: lambda d, i: (
        f"speaks version {d.version}, and this host version {i.version} (version)"
    ),
    DropReason.INTERVAL_MISMATCH: _other_interval,
    DropReason.HMAC_MISSING: lambda _d, _i: (
        "does not sign its advertisements, and this host demands that (hmac)"
    ),
    DropReason.HMAC_MALFORMED: lambda _d, _i: "sends signatures of an unknown form",
    DropReason.HMAC_STALE: _other_clock,
    DropReason.HMAC_UNKNOWN_KEY: lambda d, _i: (
        f"signs with the key {_key_number(d)}, which this host has not (hmac)"
    ),
    DropReason.HMAC_WRONG: lambda d, _i: (
        f"signs with another secret for the key {_key_number(d)} (hmac)"
    ),
    DropReason.HMAC_REPLAYED: lambda _d, _i: (
        "sends advertisements again: somebody replays them, its clock was set back, or it has lost "
        "its sequence numbers and needs another key"
    ),
}
