# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages about interfaces and addresses, as the kernel sends them."""

from __future__ import annotations

import struct

from _vrrp.linux.netlink import Message

NEWLINK, DELLINK, NEWADDR, DELADDR = 16, 17, 20, 21
UP = 0x1 | 0x40  # IFF_UP, IFF_RUNNING.
NAME, ADDRESS, LOCAL = 3, 1, 2
MASTER, LINKINFO, SLAVE_KIND, SLAVE_DATA = 10, 18, 4, 5


def attribute(kind: int, value: bytes) -> bytes:
    padding = bytes(-len(value) % 4)
    return struct.pack("=HH", 4 + len(value), kind) + value + padding


def message(kind: int, body: bytes) -> Message:
    return Message(kind, struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body)


def link(
    index: int,
    name: str,
    kind: int = NEWLINK,
    *,
    flags: int = UP,
    family: int = 0,
    more: bytes = b"",
) -> Message:
    """A message about an interface: struct ifinfomsg, then its name and ``more`` attributes."""
    body = struct.pack("=BxHiII", family, 1, index, flags, 0)
    return message(kind, body + attribute(NAME, name.encode() + b"\0") + more)


def vrf_port(master: int, data: bytes) -> bytes:
    """The attributes of an interface in the VRF with the index ``master``."""
    information = attribute(SLAVE_KIND, b"vrf\0") + attribute(SLAVE_DATA, data)
    return attribute(MASTER, struct.pack("=I", master)) + attribute(LINKINFO, information)


def address(index: int, packed: bytes, kind: int = NEWADDR) -> Message:
    """A message about an IPv4 address with the length 24: struct ifaddrmsg, then the address."""
    body = struct.pack("=BBBBi", 2, 24, 0, 0, index)
    return message(kind, body + attribute(ADDRESS, packed) + attribute(LOCAL, packed))
