# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The host's interfaces as the engine knows them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import AbstractSet, Dict, List, Mapping, Sequence, Tuple, Union

from ...base.slots import slotted
from ...model.address import VirtualAddress
from ...model.family import Family, is_link_local
from ...model.instance import Instance
from ...model.route import MAIN_TABLE


@slotted
@dataclass(frozen=True)
class LinkAddress:
    """An address on an interface. ``usable``: not ``tentative``, not a failed duplicate.

    ``label`` is empty where it is the interface's name. ``protocol`` names the program that added
    the address (IFA_PROTO), 0 if that is not known. ``deprecated``: the preferred lifetime is over;
    ``unlimited``: it never ends. ``broadcast``, ``peer``, ``home`` and ``noprefixroute`` as in
    ``VirtualAddress``.
    """

    packed: bytes
    prefix_length: int
    usable: bool = True
    secondary: bool = False
    label: str = ""
    scope: int = 0
    protocol: int = 0
    deprecated: bool = False
    unlimited: bool = False
    tentative: bool = False
    broadcast: bytes = b""
    peer: bytes = b""
    home: bool = False
    noprefixroute: bool = False


@slotted
@dataclass(frozen=True)
class Vrf:
    """The VRF of an interface: the index of the device, and its routing table."""

    index: int
    table: int


Network = Tuple[int, int, int]

_KERNEL_LINK_LOCAL = 3  # IFAPROT_KERNEL_LL.


def network_of(address: Union[LinkAddress, VirtualAddress]) -> Network:
    """Return the network of an address, or of its peer: the length of its addresses, that of the
    prefix, and the prefix.
    """
    size, length = len(address.packed), address.prefix_length
    start = int.from_bytes(address.peer or address.packed, "big")
    return size, length, start >> (8 * size - length)


@dataclass(frozen=True)
class Link:
    """An interface; ``up`` means that it is administratively up and has a carrier, ``admin_up``
    the former alone.

    ``has_neighbours`` is false for a loopback or dummy interface. ``group`` is its interface group.
    ``losses`` counts how often the interface lost its last address of a family, and the kernel
    with it all multicast memberships of that family: for IPv4 and for IPv6. ``forwards_ipv6``: the
    kernel answers for IPv6 addresses as a router. ``vrf`` is the VRF that it belongs to, if any.
    """

    index: int
    name: str
    up: bool
    mac: bytes
    addresses: Tuple[LinkAddress, ...] = ()
    admin_up: bool = True
    has_neighbours: bool = True
    group: int = 0
    losses: Tuple[int, int] = (0, 0)
    forwards_ipv6: bool = False
    vrf: Vrf | None = None

    @property
    def table(self) -> int:
        """The routing table of its routes."""
        return MAIN_TABLE if self.vrf is None else self.vrf.table

    @cached_property
    def _by_packed(self) -> Mapping[bytes, Tuple[LinkAddress, ...]]:
        found: Dict[bytes, Tuple[LinkAddress, ...]] = {}
        for one in self.addresses:
            found[one.packed] = (*found.get(one.packed, ()), one)
        return found

    @cached_property
    def usable(self) -> Tuple[bytes, ...]:
        """The packed addresses to send from, those that are not secondary first."""
        found = [one for one in self.addresses if one.usable]
        return tuple(one.packed for one in sorted(found, key=lambda one: one.secondary))

    @cached_property
    def source_candidates(self) -> Mapping[Tuple[Family, bool], Sequence[bytes]]:
        """Return ``usable`` by (family, link-local); IPv4 addresses are never link-local."""
        found: Dict[Tuple[Family, bool], List[bytes]] = defaultdict(list)
        for one in self.usable:
            family = Family.of(one)
            found[family, family is Family.IPV6 and is_link_local(one)].append(one)
        return found

    @property
    def made_by_kernel(self) -> AbstractSet[bytes]:
        """The packed addresses that the kernel has made, as old ones don't say: also the link-local
        one that follows from the MAC address (RFC 4291 appendix A).
        """
        derived = bytes((self.mac[0] ^ 2,)) + self.mac[1:3] + b"\xff\xfe" + self.mac[3:]
        link_local = b"\xfe\x80" + bytes(6) + derived
        marked = {one.packed for one in self.addresses if one.protocol == _KERNEL_LINK_LOCAL}
        return {link_local, *marked}

    def has(self, packed: bytes) -> bool:
        """Whether the interface has the address, with any prefix length."""
        return packed in self._by_packed

    def variants(self, packed: bytes) -> Tuple[LinkAddress, ...]:
        """Return an address with each of its prefix lengths on this interface."""
        return self._by_packed.get(packed, ())

    def has_family(self, family: Family) -> bool:
        """Whether the interface has an address of a family."""
        return any(len(one.packed) == family.address_length for one in self.addresses)

    def losses_of(self, family: Family) -> int:
        """Return how often the interface lost its last address of a family."""
        return self.losses[0 if family is Family.IPV4 else 1]


Links = Mapping[str, Link]


@slotted
@dataclass(frozen=True)
class InterfaceMap:
    """All interfaces, for a router; ``vip_link`` carries its addresses."""

    links: Links
    vip_link: Link | None = None

    def link_for(self, address: VirtualAddress) -> Link | None:
        """Return the interface of an address; None when it does not exist."""
        return self.links.get(address.interface) if address.interface else self.vip_link


def primary_address(
    link: Link,
    instance: Instance,
    virtual: AbstractSet[bytes],
    links: Links,
    present: bytes = b"",
) -> bytes | None:
    """Return the packed address to send from: the configured one, that of the interface among the
    unicast peers, or the interface's own. None if it has none.

    The ``present`` one stays while it is there, also while it is probed for duplicates again. Else
    the interface's own is in IPv4 its first, and in IPv6 a link-local one: that of the kernel
    before others, which may be a VRRP daemon's. Addresses in ``virtual`` may move away and don't
    count, except for an address owner, whose virtual address is its own (RFC 9568 sections 1.7 and
    5.1.2.1).
    """
    is_ipv6 = instance.family is Family.IPV6
    candidates: Sequence[bytes] = link.source_candidates[instance.family, is_ipv6]
    if instance.unicast_peers:
        # The peers accept no other one.
        candidates = [one for one in link.usable if one in instance.unicast_peers]
    if instance.source_address:
        # To unicast peers it may be an address of another interface, such as lo.
        interfaces = links.values() if instance.unicast_peers else [link]
        is_there = any(instance.source_address in one.usable for one in interfaces)
        candidates = [instance.source_address] if is_there else []
    if present not in virtual and any(one.tentative for one in link.variants(present)):
        return present
    own = [one for one in candidates if one not in virtual]
    if not own and instance.is_owner:
        return next(iter(candidates), None)
    if present in own or not own:
        return present if own else None
    made = link.made_by_kernel
    return next((one for one in own if one in made), own[0])


def link_local_address(link: Link, virtual: AbstractSet[bytes]) -> bytes | None:
    """Return the packed IPv6 link-local address of an interface that is not virtual; None
    without.
    """
    found = (
        one.packed
        for one in link.addresses
        if len(one.packed) == Family.IPV6.address_length and one.usable
        if is_link_local(one.packed) and one.packed not in virtual
    )
    return next(found, None)
