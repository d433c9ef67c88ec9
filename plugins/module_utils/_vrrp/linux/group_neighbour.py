# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A permanent neighbour entry for a multicast group on an interface.

Linux needs an entry even for a group, and drops and refuses those that are not permanent while its
neighbour table is full. Any host of the segment can fill that, for all interfaces at once.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Iterable

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


def add_group_neighbour(index: int, group: bytes) -> bool:
    """Add the entry of a group on the interface of that index; returns whether the kernel took
    it.
    """
    message = _message(index, group)
    flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE
    return _transact(encoded(message, RTM_NEWNEIGH, flags))


def remove_group_neighbour(index: int, group: bytes) -> None:
    """Remove the entry, if there is one: the kernel makes another one as it needs it."""
    _transact(_removal(index, group))


def remove_group_neighbours(groups: Iterable[bytes]) -> None:
    """Remove the entries of these groups on all interfaces."""
    indexes = [index for index, _name in socket.if_nameindex()]
    _transact(*(_removal(index, group) for index in indexes for group in groups))


def _removal(index: int, group: bytes) -> bytes:
    return encoded(_message(index, group), RTM_DELNEIGH, NLM_F_REQUEST)


def _message(index: int, group: bytes) -> NetlinkMessage:
    message = ndmsg()
    message["family"] = DOMAINS[Family.of(group)]
    message["ifindex"] = index
    message["state"] = _NUD_PERMANENT
    message["attrs"] = [("NDA_DST", text(group)), ("NDA_LLADDR", _mac_of(group).hex(":"))]
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
