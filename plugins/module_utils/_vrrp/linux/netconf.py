# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Messages of rtnetlink about the configuration of IPv6 on an interface, which pyroute2 lacks."""

from __future__ import annotations

import socket
import struct
from typing import Dict, NamedTuple

RTM_NEWNETCONF = 80  # linux/rtnetlink.h
_RTM_GETNETCONF = 82
RTMGRP_IPV6_NETCONF = 1 << 24  # RTNLGRP_IPV6_NETCONF is the group 25.
_NLM_F_REQUEST_DUMP = 0x301
_REQUEST = struct.Struct("=IHHIIBxxx")  # struct nlmsghdr and struct netconfmsg.
_ATTRIBUTE = struct.Struct("=HHi")  # All of its attributes are such numbers.
_NETCONFA_IFINDEX, _NETCONFA_FORWARDING = 1, 2  # linux/netconf.h


class Netconf(NamedTuple):
    """The interface by its index, and whether it forwards IPv6; None if the message is about
    another setting.
    """

    interface: int
    forwards: bool | None


def netconf_dump_request() -> bytes:
    """Return the request for the IPv6 configuration of all interfaces."""
    return _REQUEST.pack(_REQUEST.size, _RTM_GETNETCONF, _NLM_F_REQUEST_DUMP, 0, 0, socket.AF_INET6)


def read_netconf(data: bytes) -> Netconf:
    """Return the content of a message RTM_NEWNETCONF."""
    found: Dict[int, int] = {}
    for at in range(_REQUEST.size, len(data) - _ATTRIBUTE.size + 1, _ATTRIBUTE.size):
        _length, kind, value = _ATTRIBUTE.unpack_from(data, at)
        found[kind] = value
    forwarding = found.get(_NETCONFA_FORWARDING)
    index = found.get(_NETCONFA_IFINDEX, 0)
    return Netconf(index, None if forwarding is None else forwarding != 0)
