# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.
"""The clashes of planned virtual routers with what is heard on their segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import AbstractSet, Iterator, Sequence, Tuple

from .._vrrp.base.constants import VRRP_TTL
from .._vrrp.engine.host.devices import virtual_mac_address
from .._vrrp.model.family import Family, text
from .heard import Sender


@dataclass(frozen=True)
class Planned:
    """A virtual router as it is planned for this host. Addresses are packed;
    ``excluded_addresses`` are served, and not advertised.
    """

    name: str
    interface: str
    family: Family
    vrid: int
    version: int
    addresses: Tuple[bytes, ...]
    excluded_addresses: Tuple[bytes, ...]
    advertisement_interval: float
    authentication: str
    is_unicast: bool = False

    def __str__(self) -> str:
        return f"{self.name} (VRID {self.vrid} on {self.interface})"


@dataclass(frozen=True)
class Answer:
    """The MAC address, as text, of a host that answers for a packed address on an interface."""

    interface: str
    address: bytes
    mac: str


def find_clashes(
    planned: Sequence[Planned],
    senders: Sequence[Sender],
    answers: Sequence[Answer],
    members: AbstractSet[bytes],
) -> Iterator[str]:
    """Yield the clashes, a line each.

    ``members`` are the own addresses of the hosts that share the virtual routers: what they send
    and serve is no clash. Neither is a sender that agrees with the plan, such as keepalived in the
    same group.
    """
    # A host with virtual MAC addresses may answer for one address with that of another router.
    virtual = {virtual_mac_address(one.family, one.vrid).hex(":") for one in planned}
    member_macs = {one.mac for one in answers if one.address in members}
    for router in planned:
        others = [one for one in senders if one.source not in members and _is_same(router, one)]
        for sender in others:
            yield from _contradictions(router, sender)
        # Those that advertise it with other settings have been named.
        advertising = {one.mac for one in senders if _is_same(router, one)}
        known = member_macs | advertising | virtual
        for answer in answers:
            if _is_served(router, answer) and answer.mac not in known:
                yield _in_use(router, answer)


def _is_same(router: Planned, sender: Sender) -> bool:
    """Whether a sender advertises the virtual router; one behind a router can't, unless its hosts
    send to each other's addresses.
    """
    own = (router.interface, router.family, router.vrid)
    is_near = sender.ttl == VRRP_TTL or router.is_unicast
    return is_near and own == (sender.interface, sender.family, sender.vrid)


def _contradictions(router: Planned, sender: Sender) -> Iterator[str]:
    who = f"{text(sender.source)} ({sender.mac})"
    differing = [
        f"{what} {there} in place of {here}" for what, there, here in _differences(router, sender)
    ]
    if differing:
        yield (
            f"{router}: {who} advertises the same VRID with {' and '.join(differing)}: if it is of "
            "another cluster, take a VRID that is free on the segment; if it is of this one, give "
            "both the same settings"
        )


def _differences(router: Planned, sender: Sender) -> Iterator[Tuple[str, str, str]]:
    if sender.version != router.version:
        yield "version", str(sender.version), str(router.version)
    if frozenset(sender.addresses) != frozenset(router.addresses):
        yield "addresses", _list(sender.addresses), _list(router.addresses)
    if sender.advertisement_interval != router.advertisement_interval:
        there, here = sender.advertisement_interval, router.advertisement_interval
        yield "an interval of", f"{there:g} s", f"{here:g} s"
    if sender.authentication != router.authentication:
        yield "authentication", sender.authentication, router.authentication


def _list(addresses: Sequence[bytes]) -> str:
    return ", ".join(map(text, sorted(addresses))) or "none"


def _is_served(router: Planned, answer: Answer) -> bool:
    served = (*router.addresses, *router.excluded_addresses)
    return answer.interface == router.interface and answer.address in served


def _in_use(router: Planned, answer: Answer) -> str:
    return (
        f"{router}: {text(answer.address)} is in use: {answer.mac} answers for it, and is no host "
        "of this virtual router: take another address, or end its use there"
    )
