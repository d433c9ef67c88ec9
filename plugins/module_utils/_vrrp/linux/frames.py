# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Sending ready-made Ethernet frames. This module is PRIVATE to the collection."""

from __future__ import annotations

import socket
from typing import Dict, Sequence

from ..base.errors import KernelError


class FrameSender:
    """A packet socket for each interface; they hear nothing (protocol 0)."""

    def __init__(self) -> None:
        self._sockets: Dict[int, socket.socket] = {}

    def close(self) -> None:
        """Close the sockets."""
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()

    def send(self, index: int, frames: Sequence[bytes]) -> None:
        """Send frames through the interface; raises KernelError on the first that fails."""
        try:
            opened = self._sockets.get(index) or self._open(index)
            for frame in frames:
                opened.send(frame)
        except OSError as error:
            # The interface may be another one by now, or a socket of it may be of no use any more.
            self._forget(index)
            raise KernelError(error.errno or 0, "cannot announce addresses") from None

    def _open(self, index: int) -> socket.socket:
        name = socket.if_indextoname(index)
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        self._sockets[index] = opened
        opened.bind((name, 0))
        return opened

    def _forget(self, index: int) -> None:
        if index in self._sockets:
            self._sockets.pop(index).close()
