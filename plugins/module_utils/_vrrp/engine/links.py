# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the engine knows of the host's interfaces. This module is PRIVATE to the collection."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import AbstractSet, FrozenSet, Mapping, Tuple

from ..base.constants import PRIORITY_OWNER
from ..model.family import Family, is_link_local
from ..model.instance import Instance


@dataclass(frozen=True)
class LinkAddress:
    """An address on an interface. ``usable``: not tentative, not a failed duplicate."""

    packed: bytes
    prefix_length: int
    usable: bool = True
    secondary: bool = False


@dataclass(frozen=True)
class Link:
    """An interface; ``up`` means that it is set up and has a carrier."""

    index: int
    name: str
    up: bool
    mac: bytes
    addresses: Tuple[LinkAddress, ...] = ()

    @cached_property
    def _packed(self) -> FrozenSet[bytes]:
        return frozenset(one.packed for one in self.addresses)

    def has(self, packed: bytes) -> bool:
        """Whether the interface has the address."""
        return packed in self._packed


Links = Mapping[str, Link]


def primary_address(link: Link, instance: Instance, virtual: AbstractSet[bytes]) -> bytes | None:
    """The packed address to send from: IPv4 the interface's first, IPv6 its link-local one.

    Addresses in ``virtual`` may move away and don't count, except for an address owner, whose
    virtual address is its own (RFC 9568 sections 1.6 and 5.1.2.1).
    """
    candidates = [one for one in link.addresses if _may_send(one, instance.family)]
    candidates.sort(key=lambda one: one.secondary)
    own = [one.packed for one in candidates if one.packed not in virtual]
    if not own and instance.priority == PRIORITY_OWNER:
        own = [one.packed for one in candidates]
    return own[0] if own else None


def _may_send(address: LinkAddress, family: Family) -> bool:
    if len(address.packed) != family.address_length or not address.usable:
        return False
    return family is Family.IPV4 or is_link_local(address.packed)


def why_unusable(instance: Instance, link: Link | None, address: bytes | None) -> str | None:
    """Why the instance can't take part on this link, or None when it can."""
    if link is None:
        return f"{instance.interface} does not exist"
    if not link.up:
        return f"{instance.interface} is down"
    if address is None:
        kind = "IPv4" if instance.family is Family.IPV4 else "usable IPv6 link-local"
        return f"{instance.interface} has no {kind} address"
    return None
