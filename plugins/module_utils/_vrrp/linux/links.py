# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The host's interfaces and their addresses, kept up to date by rtnetlink.

Every change is followed, so that one which is undone at once is noticed, too.
"""

from __future__ import annotations

import errno
import gc
import ipaddress
from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import Counter as CounterOf
from typing import Dict, NamedTuple, Tuple

from ..engine.host.links import Link, LinkAddress, Links
from . import netlink
from .constants import IFF_LOOPBACK, IFF_RUNNING, IFF_UP
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
_FamilyKey = Tuple[int, int]  # Interface index, length of the addresses.


class _LinkState(NamedTuple):
    """The attributes of an interface; ``mac`` as in ``Link``."""

    name: str
    flags: int
    mac: bytes
    has_neighbours: bool
    group: int


class LinkMonitor:
    """A descriptor to wait on; ``drain`` reads changes, ``links`` returns the current
    interfaces.
    """

    def __init__(self) -> None:
        self._events = netlink.open_link_events()
        self._events.setblocking(False)
        self._links: Dict[int, _LinkState] = {}
        self._addresses: Dict[_AddressKey, LinkAddress] = {}
        self._present: CounterOf[_FamilyKey] = Counter()
        self._losses: CounterOf[_FamilyKey] = Counter()
        self._has_losses = False
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
            self._losses.update(self._present.keys())
            self._has_losses = True
            self._read_everything()
        return changed

    def pop_losses(self) -> bool:
        """Return whether, since the last call, an interface went down or lost an address: the
        kernel removes routes then, and does not report all of them.
        """
        found, self._has_losses = self._has_losses, False
        return found

    def name_of(self, index: int) -> str | None:
        """Return the name of the interface with that index; None without one."""
        state = self._links.get(index)
        return None if state is None else state.name

    def links(self) -> Links:
        """Return all current interfaces by name."""
        addresses: Dict[int, list[LinkAddress]] = {}
        for (index, _packed, _length), address in self._addresses.items():
            addresses.setdefault(index, []).append(address)
        return {
            state.name: self._link(index, state, tuple(addresses.get(index, ())))
            for index, state in self._links.items()
        }

    def _link(self, index: int, state: _LinkState, addresses: Tuple[LinkAddress, ...]) -> Link:
        return Link(
            index,
            state.name,
            state.flags & _USABLE == _USABLE,
            state.mac,
            tuple(_without_default_label(one, state.name) for one in addresses),
            bool(state.flags & IFF_UP),
            state.has_neighbours,
            state.group,
            (self._losses[index, 4], self._losses[index, 16]),
        )

    def _read_everything(self) -> None:
        asked = netlink.open_socket()
        try:
            self._links.clear()
            self._addresses.clear()
            self._present.clear()
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
            state = self._links[message["index"]] = _link(message)
            self._has_losses |= state.flags & _USABLE != _USABLE
        elif kind == RTM_DELLINK:
            self._forget(message["index"])
        elif kind == RTM_NEWADDR:
            key, address = _address(message)
            self._present[key[0], len(key[1])] += key not in self._addresses
            self._addresses[key] = address
        elif kind == RTM_DELADDR:
            self._forget_address(_address(message)[0])

    def _forget_address(self, key: _AddressKey) -> None:
        if self._addresses.pop(key, None) is None:
            return
        self._has_losses = True
        family = key[0], len(key[1])
        self._present[family] -= 1
        self._losses[family] += self._present[family] == 0

    def _forget(self, index: int) -> None:
        self._links.pop(index, None)
        self._has_losses = True
        for length in (4, 16):
            self._present.pop((index, length), None)
        self._addresses = {
            key: address for key, address in self._addresses.items() if key[0] != index
        }


def _without_default_label(address: LinkAddress, name: str) -> LinkAddress:
    return replace(address, label="") if address.label == name else address


def _link(message: NetlinkMessage) -> _LinkState:
    attributes = dict(message["attrs"])
    mac = bytes.fromhex(attributes.get("IFLA_ADDRESS", "00:00:00:00:00:00").replace(":", ""))
    information = dict(attributes["IFLA_LINKINFO"]["attrs"]) if _has_kind(attributes) else {}
    flags: int = message["flags"]
    is_inner = bool(flags & IFF_LOOPBACK) or information.get("IFLA_INFO_KIND") == "dummy"
    return _LinkState(
        attributes["IFLA_IFNAME"],
        flags,
        mac[:6].ljust(6, b"\0"),
        not is_inner,
        attributes.get("IFLA_GROUP", 0),
    )


def _has_kind(attributes: NetlinkMessage) -> bool:
    return bool(attributes.get("IFLA_LINKINFO"))


def _address(message: NetlinkMessage) -> Tuple[_AddressKey, LinkAddress]:
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
    )
    return (message["index"], packed, length), found
