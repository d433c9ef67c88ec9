# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Probes for the addresses of masters, and the answers of other hosts."""

from __future__ import annotations

from functools import partial
from typing import Callable, Dict, FrozenSet, List, NamedTuple, Sequence, Tuple

from ..base.units import Nanoseconds, seconds
from ..engine.actions import ProbeAddress
from ..linux.probe_socket import ProbeSocket, own_macs
from ..model.family import Family
from ..wire.address_probe import AddressAnswer, address_probe, read_address_answer
from . import clock
from .loop import Loop

OnAnswer = Callable[[str, bytes, str], None]

_ADDRESSES_MAX = 400  # Of one socket: the length of its filter is limited.
_ANSWER_WITHIN = seconds(1.5)
_SOCKET_KEPT_FOR = seconds(130)  # More than two rounds of probes.
_OWN_MACS_KEPT_FOR = seconds(10)
_Key = Tuple[int, Family]


class _Awaited(NamedTuple):
    """The router whose address was probed at a time."""

    router: str
    at: Nanoseconds


class AddressProber:
    """A socket for each interface and family. ``on_answer`` is called with the name of a router,
    its address, and the MAC address of another host that answers for it: once for each probe.
    """

    def __init__(self, loop: Loop, on_answer: OnAnswer) -> None:
        self._loop = loop
        self._on_answer = on_answer
        self._sockets: Dict[_Key, ProbeSocket] = {}
        self._awaited: Dict[_Key, Dict[bytes, _Awaited]] = {}
        self._own_macs: Tuple[Nanoseconds, FrozenSet[str]] = (-_OWN_MACS_KEPT_FOR, frozenset())

    def probe(self, actions: Sequence[ProbeAddress]) -> None:
        """Send probes. What cannot be sent is left out: there is another probe soon."""
        now = clock.now()
        self._close_unused(now)
        by_key: Dict[_Key, List[ProbeAddress]] = {}
        for action in actions:
            by_key.setdefault((action.index, Family.of(action.address)), []).append(action)
        for key, probes in by_key.items():
            try:
                self._listen(key, probes, now)
                for one in probes:
                    self._sockets[key].send(address_probe(one.address, one.mac, one.source))
            except OSError:
                self._forget(key)

    def close(self) -> None:
        """Close the sockets."""
        for key in list(self._sockets):
            self._forget(key)

    def _listen(self, key: _Key, probes: Sequence[ProbeAddress], now: Nanoseconds) -> None:
        awaited = self._awaited.setdefault(key, {})
        if len(awaited) + len(probes) > _ADDRESSES_MAX:
            awaited.clear()
        awaited.update((one.address, _Awaited(one.router, now)) for one in probes)
        if key not in self._sockets:
            self._sockets[key] = ProbeSocket(*key)
            self._loop.on_readable(self._sockets[key], partial(self._read, key))
        self._sockets[key].listen_for(awaited.keys())

    def _close_unused(self, now: Nanoseconds) -> None:
        for key, awaited in list(self._awaited.items()):
            latest = max((one.at for one in awaited.values()), default=0)
            if now - latest > _SOCKET_KEPT_FOR:
                self._forget(key)

    def _read(self, key: _Key) -> None:
        try:
            frames = self._sockets[key].receive()
        except OSError:
            self._forget(key)
            return
        now = clock.now()
        for answer in filter(None, map(read_address_answer, frames)):
            self._answered(key, answer, now)

    def _answered(self, key: _Key, answer: AddressAnswer, now: Nanoseconds) -> None:
        awaited, mac = self._awaited.get(key, {}).get(answer.address), answer.mac.hex(":")
        if awaited is None or not 0 <= now - awaited.at <= _ANSWER_WITHIN or self._is_own(mac, now):
            return
        # No other answer counts before the next probe.
        self._awaited[key][answer.address] = _Awaited(awaited.router, now - _ANSWER_WITHIN - 1)
        self._on_answer(awaited.router, answer.address, mac)

    def _is_own(self, mac: str, now: Nanoseconds) -> bool:
        """Whether this host answers itself, through another interface."""
        if now - self._own_macs[0] >= _OWN_MACS_KEPT_FOR:
            self._own_macs = now, own_macs()
        return mac in self._own_macs[1]

    def _forget(self, key: _Key) -> None:
        self._awaited.pop(key, None)
        opened = self._sockets.pop(key, None)
        if opened is not None:
            self._loop.forget(opened)
            opened.close()
