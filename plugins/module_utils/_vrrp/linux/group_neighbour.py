# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A permanent neighbour entry for the multicast group of VRRP on an interface.

Linux needs an entry even for a group, and drops and refuses those that are not permanent while its
neighbour table is full. Any host of the segment can fill that, for all interfaces at once.
"""

from __future__ import annotations

import contextlib
import socket

from ..base.errors import KernelError
from ..model.family import Family, text
from . import netlink
from .pyroute2_import import PYROUTE2_MISSING, NetlinkMessage
from .rtnetlink_messages import encoded
from .rtnetlink_values import DOMAINS

if PYROUTE2_MISSING is None:
    from pyroute2.netlink import NLM_F_CREATE, NLM_F_REPLACE, NLM_F_REQUEST
    from pyroute2.netlink.rtnl import RTM_DELNEIGH, RTM_NEWNEIGH
    from pyroute2.netlink.rtnl.ndmsg import ndmsg

_NUD_PERMANENT = 0x80


def add_group_neighbour(index: int, family: Family) -> bool:
    """Add the entry on the interface of that index; returns whether the kernel took it."""
    message = _message(index, family)
    flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE
    return _transact(encoded(message, RTM_NEWNEIGH, flags))


def remove_group_neighbour(index: int, family: Family) -> None:
    """Remove the entry, if there is one: the kernel makes another one as it needs it."""
    _transact(_removal(index, family))


def remove_all_group_neighbours() -> None:
    """Remove the entries on all interfaces."""
    indexes = [index for index, _name in socket.if_nameindex()]
    _transact(*(_removal(index, family) for index in indexes for family in Family))


def _removal(index: int, family: Family) -> bytes:
    return encoded(_message(index, family), RTM_DELNEIGH, NLM_F_REQUEST)


def _message(index: int, family: Family) -> NetlinkMessage:
    message = ndmsg()
    message["family"] = DOMAINS[family]
    message["ifindex"] = index
    message["state"] = _NUD_PERMANENT
    attributes = [("NDA_DST", text(family.group)), ("NDA_LLADDR", _mac_of(family.group).hex(":"))]
    message["attrs"] = attributes
    return message


def _mac_of(group: bytes) -> bytes:
    """Return the MAC address of a group (RFC 1112 section 6.4, RFC 2464 section 7)."""
    if len(group) == Family.IPV4.address_length:
        return b"\x01\x00\x5e" + bytes((group[1] & 0x7F,)) + group[2:]
    return b"\x33\x33" + group[-4:]


def _transact(*requests: bytes) -> bool:
    with contextlib.suppress(KernelError, OSError), netlink.open_socket() as opened:
        return not any(netlink.transact(opened, requests))
    return False
