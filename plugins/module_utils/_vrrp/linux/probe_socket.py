# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A packet socket that asks for addresses on an interface, and receives the answers alone."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
from typing import AbstractSet, FrozenSet, List

from ..model.family import Family
from ..wire.constants import ETHERTYPE_ARP, ETHERTYPE_IPV6
from .bpf import attach, match_address_answers

_FRAME_MAX = 128  # Bytes: all that is read of an answer.
_FRAMES_MAX = 32  # At a time.
_ETHERTYPES = {Family.IPV4: ETHERTYPE_ARP, Family.IPV6: ETHERTYPE_IPV6}
_INTERFACES = "/sys/class/net"
_INTERFACES_MAX = 64  # Of which the MAC address is read: a part of a millisecond.


class ProbeSocket:
    """A socket for one interface and family, which never blocks; raises OSError."""

    def __init__(self, index: int, family: Family) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        # Protocol 0: it receives nothing before it has a filter and is bound.
        self._socket = socket.socket(socket.AF_PACKET, kind, 0)
        self._name = socket.if_indextoname(index)
        self._family = family
        self._addresses: FrozenSet[bytes] = frozenset()

    def fileno(self) -> int:
        """Return the descriptor; negative once it is closed."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def listen_for(self, addresses: AbstractSet[bytes]) -> None:
        """Receive answers for these addresses only; raises OSError."""
        wanted = frozenset(addresses)
        if wanted != self._addresses:
            attach(self._socket, match_address_answers(self._family, wanted))
            self._socket.bind((self._name, _ETHERTYPES[self._family]))
            self._addresses = wanted

    def send(self, frame: bytes) -> None:
        """Send a frame; raises OSError."""
        self._socket.send(frame)

    def receive(self) -> List[bytes]:
        """Return the frames to this host that have arrived, and not too many at a time; raises
        OSError when the interface is down or gone.
        """
        frames: List[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while len(frames) < _FRAMES_MAX:
                frame, origin = self._socket.recvfrom(_FRAME_MAX)
                if origin[2] == socket.PACKET_HOST:
                    frames.append(frame)
        return frames


def own_macs() -> FrozenSet[str]:
    """Return the MAC addresses of the interfaces of the host, as text; of the first ones, where
    there are very many.
    """
    with contextlib.suppress(OSError):
        names = itertools.islice(os.scandir(_INTERFACES), _INTERFACES_MAX)
        return frozenset(filter(None, (_mac_of(one.path) for one in names)))
    return frozenset()


def _mac_of(path: str) -> str:
    try:
        with open(f"{path}/address", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
