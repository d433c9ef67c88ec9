# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Messages about interfaces and addresses, from pyroute2's objects to values.

What concerns an interface is told by the header of a message, for a hundredth of what it costs to
parse it.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import NamedTuple, Tuple

from ..base.constants import FOREVER
from ..engine.host.links import LinkAddress, Vrf
from . import netlink
from .constants import IFA_F_HOMEADDRESS, IFA_F_NOPREFIXROUTE, IFF_LOOPBACK
from .pyroute2_import import NetlinkMessage

_AF_BRIDGE = 7
_IFA_F_SECONDARY = 0x01
_IFA_F_DADFAILED = 0x08
_IFA_F_DEPRECATED = 0x20
_IFA_F_TENTATIVE = 0x40
_IFA_F_OPTIMISTIC = 0x04
_IFLA_IFNAME = 3
_VRF_PORT_TABLE = struct.Struct("=HHI")  # The one attribute, IFLA_VRF_PORT_TABLE.
_HEADER_LENGTH = 16  # struct nlmsghdr, which is followed by the family.
_INDEX = struct.Struct("=i")
_INDEX_AT = _HEADER_LENGTH + 4  # In struct ifinfomsg as in struct ifaddrmsg.
_LINK_ATTRIBUTES_AT = _HEADER_LENGTH + 16

AddressKey = Tuple[int, bytes, int]


class LinkState(NamedTuple):
    """The attributes of an interface; ``mac`` as in ``Link``."""

    name: str
    flags: int
    mac: bytes
    has_neighbours: bool
    group: int
    vrf: Vrf | None = None


def index_in(data: bytes) -> int:
    """Return the index of the interface that a message is about."""
    (index,) = _INDEX.unpack_from(data, _INDEX_AT)
    return int(index)


def is_about_bridge_port(data: bytes) -> bool:
    """Whether a message is about a port of a bridge, not about the interface itself."""
    return data[_HEADER_LENGTH] == _AF_BRIDGE


def name_in(data: bytes) -> str:
    """Return the name in a message about an interface; empty without one."""
    for kind, at, end in netlink.attributes(data, _LINK_ATTRIBUTES_AT):
        if kind == _IFLA_IFNAME:
            return data[at:end].rstrip(b"\0").decode(errors="replace")
    return ""


def link_state(message: NetlinkMessage) -> LinkState:
    """Return the attributes of an interface."""
    attributes = dict(message["attrs"])
    mac = bytes.fromhex(attributes.get("IFLA_ADDRESS", "00:00:00:00:00:00").replace(":", ""))
    information = dict(attributes["IFLA_LINKINFO"]["attrs"]) if _has_kind(attributes) else {}
    flags: int = message["flags"]
    is_inner = bool(flags & IFF_LOOPBACK) or information.get("IFLA_INFO_KIND") == "dummy"
    return LinkState(
        attributes["IFLA_IFNAME"],
        flags,
        mac[:6].ljust(6, b"\0"),
        not is_inner,
        attributes.get("IFLA_GROUP", 0),
        _vrf(attributes.get("IFLA_MASTER", 0), information),
    )


def _vrf(master: int, information: NetlinkMessage) -> Vrf | None:
    """Return the VRF of an interface whose master is a VRF."""
    if information.get("IFLA_INFO_SLAVE_KIND") != "vrf":
        return None
    data = bytes.fromhex(information["IFLA_INFO_SLAVE_DATA"].replace(":", ""))
    _length, _kind, table = _VRF_PORT_TABLE.unpack_from(data)
    return Vrf(master, table)


def _has_kind(attributes: NetlinkMessage) -> bool:
    return bool(attributes.get("IFLA_LINKINFO"))


def _is_unlimited(attributes: NetlinkMessage) -> bool:
    lifetimes = attributes.get("IFA_CACHEINFO") or {}
    return bool(lifetimes.get("ifa_preferred", FOREVER) == FOREVER)


def _packed(written: str | None) -> bytes:
    return ipaddress.ip_address(written).packed if written else b""


def _peer(attributes: NetlinkMessage) -> str | None:
    """Return the other end; Linux calls the address itself IFA_ADDRESS, too, where it has none."""
    local, other = attributes.get("IFA_LOCAL"), attributes.get("IFA_ADDRESS")
    return other if local and other != local else None


def link_address(message: NetlinkMessage) -> Tuple[AddressKey, LinkAddress]:
    """Return an address with its key: the index of the interface, the address and its length."""
    attributes = dict(message["attrs"])
    written = attributes.get("IFA_LOCAL") or attributes["IFA_ADDRESS"]
    packed = ipaddress.ip_address(written).packed
    flags = attributes.get("IFA_FLAGS", message["flags"])
    tentative = flags & _IFA_F_TENTATIVE and not flags & _IFA_F_OPTIMISTIC
    usable = not tentative and not flags & _IFA_F_DADFAILED
    secondary = len(packed) == 4 and bool(flags & _IFA_F_SECONDARY)
    length = message["prefixlen"]
    found = LinkAddress(
        packed,
        length,
        usable,
        secondary,
        attributes.get("IFA_LABEL", ""),
        message["scope"],
        attributes.get("IFA_PROTO", 0),
        len(packed) == 16 and bool(flags & _IFA_F_DEPRECATED),
        len(packed) == 16 and _is_unlimited(attributes),
        bool(tentative) and not flags & _IFA_F_DADFAILED,
        _packed(attributes.get("IFA_BROADCAST")),
        _packed(_peer(attributes)),
        bool(flags & IFA_F_HOMEADDRESS),
        bool(flags & IFA_F_NOPREFIXROUTE),
    )
    return (message["index"], packed, length), found
