# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Probes for the addresses of masters, and the answers of other hosts."""

from __future__ import annotations

from functools import partial
from typing import Callable, Dict, Tuple

from ..engine.actions import ProbeAddress
from ..linux.probe_socket import ProbeSocket, own_macs
from ..model.family import Family
from ..wire.address_probe import address_probe, read_address_answer
from .loop import Loop

OnAnswer = Callable[[str, bytes, str], None]

_ADDRESSES_MAX = 400  # Of one socket: the length of its filter is limited.
_Key = Tuple[int, Family]


class AddressProber:
    """A socket for each interface and family. ``on_answer`` is called with the name of a router,
    its address, and the MAC address of another host that answers for it.
    """

    def __init__(self, loop: Loop, on_answer: OnAnswer) -> None:
        self._loop = loop
        self._on_answer = on_answer
        self._sockets: Dict[_Key, ProbeSocket] = {}
        self._routers: Dict[_Key, Dict[bytes, str]] = {}

    def probe(self, action: ProbeAddress) -> None:
        """Send a probe. One that cannot be sent is left out: there is another one soon."""
        key = action.index, Family.of(action.address)
        try:
            self._listen(key, action)
            self._sockets[key].send(address_probe(action.address, action.mac))
        except OSError:
            self._forget(key)

    def close(self) -> None:
        """Close the sockets."""
        for key in list(self._sockets):
            self._forget(key)

    def _listen(self, key: _Key, action: ProbeAddress) -> None:
        routers = self._routers.setdefault(key, {})
        if len(routers) >= _ADDRESSES_MAX and action.address not in routers:
            routers.clear()
        routers[action.address] = action.router
        if key not in self._sockets:
            self._sockets[key] = ProbeSocket(*key)
            self._sockets[key].listen_for(routers.keys())
            self._loop.on_readable(self._sockets[key], partial(self._read, key))
        self._sockets[key].listen_for(routers.keys())

    def _read(self, key: _Key) -> None:
        answers = map(read_address_answer, self._sockets[key].receive())
        found = {one.address: one.mac.hex(":") for one in answers if one is not None}
        others = {address: mac for address, mac in found.items() if mac not in own_macs()}
        for address, mac in others.items():
            router = self._routers[key].get(address)
            if router is not None:
                self._on_answer(router, address, mac)

    def _forget(self, key: _Key) -> None:
        self._routers.pop(key, None)
        opened = self._sockets.pop(key, None)
        if opened is not None:
            self._loop.forget(opened)
            opened.close()
