# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The host's interfaces and their addresses, kept up to date by rtnetlink."""

from __future__ import annotations

import errno
import gc
import ipaddress
from itertools import chain
from typing import Dict, Tuple

from ..engine.host.links import Link, LinkAddress, Links
from . import netlink
from .constants import IFF_RUNNING, IFF_UP
from .pyroute2_import import PYROUTE2_MISSING, NetlinkMessage

if PYROUTE2_MISSING is None:
    from pyroute2.netlink.rtnl import RTM_DELADDR, RTM_DELLINK, RTM_NEWADDR, RTM_NEWLINK

# A pyroute2 message object has a reference cycle and 3 KB, and stays until it is collected.
_GC_THRESHOLD = 200
_AF_BRIDGE = 7
_USABLE = IFF_UP | IFF_RUNNING
_IFA_F_SECONDARY = 0x01
_IFA_F_DADFAILED = 0x08
_IFA_F_TENTATIVE = 0x40
_IFA_F_OPTIMISTIC = 0x04

_AddressKey = Tuple[int, bytes, int]


class LinkMonitor:
    """A descriptor to wait on; ``drain`` reads changes, ``links`` returns the current
    interfaces.
    """

    def __init__(self) -> None:
        self._events = netlink.open_link_events()
        self._events.setblocking(False)
        self._links: Dict[int, Tuple[str, bool, bytes]] = {}
        self._addresses: Dict[_AddressKey, LinkAddress] = {}
        self._taken = 0
        self._read_everything()

    def fileno(self) -> int:
        """Return the descriptor that is readable when something changed."""
        return self._events.fileno()

    def close(self) -> None:
        """Stop listening."""
        self._events.close()

    def drain(self) -> bool:
        """Read all pending changes; returns whether there were any."""
        changed = lost = False
        while True:
            try:
                data = self._events.recv(1 << 20)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                changed = lost = True
                continue
            changed = True
            if not lost:
                for kind, message in netlink.parse(data):
                    self._take(kind, message)
        if lost:
            # Messages still queued are older than the kernel's current state: read everything
            # again.
            self._read_everything()
        return changed

    def links(self) -> Links:
        """Return all current interfaces by name."""
        addresses: Dict[int, list[LinkAddress]] = {}
        for (index, _packed, _length), address in self._addresses.items():
            addresses.setdefault(index, []).append(address)
        return {
            name: Link(index, name, up, mac, tuple(addresses.get(index, ())))
            for index, (name, up, mac) in self._links.items()
        }

    def _read_everything(self) -> None:
        asked = netlink.open_socket()
        try:
            self._links.clear()
            self._addresses.clear()
            everything = chain(netlink.dump_links(asked), netlink.dump_addresses(asked))
            for kind, message in everything:
                self._take(kind, message)
        finally:
            asked.close()

    def _take(self, kind: int, message: NetlinkMessage) -> None:
        self._taken += 1
        if self._taken % _GC_THRESHOLD == 0:
            gc.collect(0)
        if message["family"] == _AF_BRIDGE:
            return  # A message about a bridge port, not about its interface.
        if kind == RTM_NEWLINK:
            self._links[message["index"]] = _link(message)
        elif kind == RTM_DELLINK:
            self._forget(message["index"])
        elif kind == RTM_NEWADDR:
            key, address = _address(message)
            self._addresses[key] = address
        elif kind == RTM_DELADDR:
            self._addresses.pop(_address(message)[0], None)

    def _forget(self, index: int) -> None:
        self._links.pop(index, None)
        self._addresses = {
            key: address for key, address in self._addresses.items() if key[0] != index
        }


def _link(message: NetlinkMessage) -> Tuple[str, bool, bytes]:
    attributes = dict(message["attrs"])
    up = message["flags"] & _USABLE == _USABLE
    mac = bytes.fromhex(attributes.get("IFLA_ADDRESS", "00:00:00:00:00:00").replace(":", ""))
    return attributes["IFLA_IFNAME"], up, mac[:6].ljust(6, b"\0")


def _address(message: NetlinkMessage) -> Tuple[_AddressKey, LinkAddress]:
    attributes = dict(message["attrs"])
    written = attributes.get("IFA_LOCAL") or attributes["IFA_ADDRESS"]
    packed = ipaddress.ip_address(written).packed
    flags = attributes.get("IFA_FLAGS", message["flags"])
    tentative = flags & _IFA_F_TENTATIVE and not flags & _IFA_F_OPTIMISTIC
    usable = not tentative and not flags & _IFA_F_DADFAILED
    secondary = len(packed) == 4 and bool(flags & _IFA_F_SECONDARY)
    length = message["prefixlen"]
    return (message["index"], packed, length), LinkAddress(packed, length, usable, secondary)
