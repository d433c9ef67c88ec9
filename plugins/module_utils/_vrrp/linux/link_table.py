# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The interfaces and their addresses, as the messages of the kernel tell them."""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import replace
from typing import AbstractSet, Dict, List, Tuple
from typing import Counter as CounterOf

from ..engine.host.links import Link, LinkAddress, Links
from . import netlink
from .constants import IFF_RUNNING, IFF_UP
from .link_messages import (
    AddressKey,
    LinkState,
    index_in,
    is_about_bridge_port,
    link_address,
    link_state,
    name_in,
)
from .netconf import RTM_NEWNETCONF, Netconf, read_netconf
from .netlink import Message
from .pyroute2_import import PYROUTE2_MISSING

if PYROUTE2_MISSING is None:
    from pyroute2.netlink.rtnl import RTM_DELADDR, RTM_DELLINK, RTM_NEWADDR, RTM_NEWLINK

# A pyroute2 message object has a reference cycle and 3 KB, and stays until it is collected.
_GC_THRESHOLD = 200
_USABLE = IFF_UP | IFF_RUNNING

_FamilyKey = Tuple[int, int]  # Interface index, length of the addresses.
LossCounts = CounterOf[_FamilyKey]


class LinkTable:
    """The interfaces of these ``names``, all of them for None; a message about another one is
    dropped by its header. An interface that gets another name stays until ``narrow``, as something
    may have to be removed from it. ``losses`` as in ``Link``. Mutable.

    ``is_incomplete``: an interface has come whose addresses may have been there before.
    """

    def __init__(self, names: AbstractSet[str] | None, losses: LossCounts) -> None:
        self._names = names
        self._losses = losses
        self._links: Dict[int, LinkState] = {}
        self._addresses: Dict[AddressKey, LinkAddress] = {}
        self._forwarding: Dict[int, bool] = {}
        self._present: CounterOf[_FamilyKey] = Counter()
        self._has_losses = False
        self._taken = 0
        self.is_incomplete = False

    def restarted(self, names: AbstractSet[str] | None) -> LinkTable:
        """Return an empty table to read everything into, as messages were lost: each interface may
        have lost its addresses meanwhile.
        """
        lost: LossCounts = Counter(self._losses)
        lost.update(self._present.keys())
        made = LinkTable(names, lost)
        made._has_losses = True
        return made

    def reread(self, names: AbstractSet[str] | None) -> LinkTable:
        """Return an empty table to read everything into, for other ``names``."""
        made = LinkTable(names, Counter(self._losses))
        made._has_losses = self._has_losses
        return made

    def narrow(self, names: AbstractSet[str]) -> None:
        """Forget all interfaces but those of these names."""
        self._names = names
        for index in [one for one, state in self._links.items() if state.name not in names]:
            del self._links[index]
        self._addresses = {
            key: address for key, address in self._addresses.items() if key[0] in self._links
        }
        for key in [one for one in self._present if one[0] not in self._links]:
            del self._present[key]

    def take(self, message: Message) -> bool:
        """Take note of a message; returns whether it concerns one of the interfaces."""
        if message.kind == RTM_NEWNETCONF:
            return self._take_netconf(read_netconf(message.data))
        if not self._concerns(message):
            return False
        self._collect_garbage()
        for kind, parsed in netlink.parse(message.data):
            if kind == RTM_NEWLINK:
                self._take_link(parsed["index"], link_state(parsed))
            elif kind == RTM_DELLINK:
                self._forget(parsed["index"])
            elif kind == RTM_NEWADDR:
                self._take_address(*link_address(parsed))
            elif kind == RTM_DELADDR:
                self._forget_address(link_address(parsed)[0])
        return True

    def _concerns(self, message: Message) -> bool:
        kind, data = message
        if kind not in (RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR):
            return False
        if is_about_bridge_port(data):
            return False
        if self._names is None or index_in(data) in self._links:
            return True
        return kind == RTM_NEWLINK and name_in(data) in self._names

    def _collect_garbage(self) -> None:
        self._taken += 1
        if self._taken % _GC_THRESHOLD == 0:
            gc.collect(0)

    def _take_link(self, index: int, state: LinkState) -> None:
        before = self._links.get(index)
        is_renamed = before is not None and before.name != state.name
        self._links[index] = state
        self._has_losses |= is_renamed or state.flags & _USABLE != _USABLE
        self.is_incomplete |= before is None and self._names is not None

    def _take_address(self, key: AddressKey, address: LinkAddress) -> None:
        self._present[key[0], len(key[1])] += key not in self._addresses
        self._addresses[key] = address

    def _take_netconf(self, found: Netconf) -> bool:
        is_known = found.interface in self._links
        if found.forwards is None or not (is_known or self._names is None):
            return False
        # The message about a new interface comes before the interface itself.
        self._forwarding[found.interface] = found.forwards
        return is_known

    def _forget_address(self, key: AddressKey) -> None:
        if self._addresses.pop(key, None) is None:
            return
        self._has_losses = True
        family = key[0], len(key[1])
        self._present[family] -= 1
        self._losses[family] += self._present[family] == 0

    def _forget(self, index: int) -> None:
        self._links.pop(index, None)
        self._forwarding.pop(index, None)
        self._has_losses = True
        for length in (4, 16):
            self._present.pop((index, length), None)
        self._addresses = {
            key: address for key, address in self._addresses.items() if key[0] != index
        }

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
        addresses: Dict[int, List[LinkAddress]] = {}
        for (index, _packed, _length), address in self._addresses.items():
            addresses.setdefault(index, []).append(address)
        return {
            state.name: self._link(index, state, tuple(addresses.get(index, ())))
            for index, state in self._links.items()
        }

    def _link(self, index: int, state: LinkState, addresses: Tuple[LinkAddress, ...]) -> Link:
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
            self._forwarding.get(index, False),
            state.vrf,
        )


def _without_default_label(address: LinkAddress, name: str) -> LinkAddress:
    return replace(address, label="") if address.label == name else address
