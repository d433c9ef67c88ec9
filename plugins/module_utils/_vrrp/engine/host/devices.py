# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Devices that a configured instance needs on the host, master or not.

A private macvlan with the virtual router's MAC address, and a packet filter that drops packets to
the virtual addresses with ``accept_mode: false``. Both are named after the key of the instance, so
that an agent recognises what another one left behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Tuple

from ...base.constants import ARP_TABLE_PREFIX, FILTER_TABLE_PREFIX, INTERFACE_NAME_MAX
from ...model.family import Family
from ...model.instance import Instance
from .links import Link
from .resources import Key

_MAC_PREFIXES = {  # RFC 9568 section 7.3.
    Family.IPV4: bytes.fromhex("00005e0001"),
    Family.IPV6: bytes.fromhex("00005e0002"),
}


@dataclass(frozen=True)
class Macvlan:
    """A macvlan on the interface ``parent``; ``ipv6`` says that it carries IPv6 addresses.

    ``vrf`` is the index of the VRF of its parent, 0 for none, and ``group`` its interface group.
    """

    name: str
    parent: str
    mac: bytes
    ipv6: bool
    vrf: int = 0
    group: int = field(default=0, compare=False)

    @property
    def key(self) -> Key:
        """The name."""
        return ("macvlan", self.name)

    @property
    def interface(self) -> str:
        """The interface that it depends on: its parent."""
        return self.parent

    def __str__(self) -> str:
        return f"macvlan {self.name}"


@dataclass(frozen=True)
class PacketFilter:
    """A table of packet filter rules that drops what is sent to these packed addresses or, if
    ``silenced`` is the index of an interface, its answers to who asks for their MAC address.
    """

    table: str
    addresses: Tuple[bytes, ...]
    silenced: int = 0

    @property
    def key(self) -> Key:
        """The name of the table."""
        return ("filter", self.table)


def virtual_mac_address(family: Family, vrid: int) -> bytes:
    """Return the MAC address of a virtual router (RFC 9568 section 7.3)."""
    return _MAC_PREFIXES[family] + bytes((vrid,))


def device_name(instance: Instance, parent_index: int) -> str:
    """Return the name of the macvlan: the configured one, or family, VRID and parent.

    Where that is too long for Linux, the VRID is hexadecimal after an x, and the parent to the base
    36, which always fits.
    """
    if instance.virtual_mac_name:
        return instance.virtual_mac_name
    short, long = device_prefixes(instance)
    name = f"{short}{parent_index}"
    return name if len(name) <= INTERFACE_NAME_MAX else f"{long}{_base36(parent_index)}"


def device_prefixes(instance: Instance) -> Tuple[str, str]:
    """Return the beginnings of the name of a macvlan, of which the index of the parent follows: the
    usual one, and that of a name that would be too long.
    """
    family, vrid = instance.family.value, instance.vrid
    return f"vrrp{family}.{vrid}.", f"vrrp{family}x{vrid:x}."


def _base36(number: int) -> str:
    rest, digit = divmod(number, 36)
    return (_base36(rest) if rest else "") + "0123456789abcdefghijklmnopqrstuvwxyz"[digit]


def macvlan_of(instance: Instance, parent: Link) -> Macvlan | None:
    """Return the macvlan of an instance; None without one."""
    if not instance.virtual_mac:
        return None
    name = device_name(instance, parent.index)
    ipv6 = any(one.family is Family.IPV6 for one in instance.served_addresses)
    vrf = parent.vrf.index if parent.vrf else 0
    return Macvlan(
        name,
        parent.name,
        instance.virtual_mac_address or virtual_mac_address(instance.family, instance.vrid),
        ipv6,
        vrf,
        parent.group,
    )


def packet_filter_of(instance: Instance, parent_index: int) -> PacketFilter | None:
    """Return the filter of an instance with ``accept_mode: false``, or of an owner with a virtual
    MAC, whose interface has the addresses, too (RFC 9568 section 8.1.2); None without one.

    An owner accepts (RFC 9568 section 6.4.3): the addresses are its own.
    """
    place = f"{instance.family.value}_{instance.vrid}_{parent_index}"
    if instance.is_owner and instance.virtual_mac:
        is_ipv4 = instance.family is Family.IPV4
        prefix = ARP_TABLE_PREFIX if is_ipv4 else FILTER_TABLE_PREFIX
        own = tuple(one.packed for one in instance.addresses if not one.interface)
        return PacketFilter(prefix + place, own, parent_index)
    if instance.accept_mode or instance.is_owner or not instance.served_addresses:
        return None
    table = FILTER_TABLE_PREFIX + place
    return PacketFilter(table, tuple(one.packed for one in instance.served_addresses))
