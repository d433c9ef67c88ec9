# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packet sockets that send encoded Ethernet frames."""

from __future__ import annotations

import socket
from typing import Dict, Sequence

from ..base.errors import KernelError

_SOCKETS_MAX = 64


class FrameSender:
    """A packet socket for each interface; they receive nothing (protocol 0)."""

    def __init__(self) -> None:
        self._sockets: Dict[int, socket.socket] = {}

    def close(self) -> None:
        """Close the sockets."""
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()

    def send(self, index: int, frames: Sequence[bytes]) -> None:
        """Send frames through the interface. If one fails, all are sent again through a new socket;
        raises KernelError when that fails, too.
        """
        try:
            if index not in self._sockets or not self._send(index, frames):
                self._open(index)
                self._send(index, frames, last_try=True)
        except OSError as error:
            raise KernelError(error.errno or 0, "cannot send announcements") from None

    def _send(self, index: int, frames: Sequence[bytes], last_try: bool = False) -> bool:
        """Send frames; returns whether all were sent. The index may belong to another interface
        by now. Raises OSError on the last try.
        """
        try:
            for frame in frames:
                self._sockets[index].send(frame)
        except OSError:
            self._sockets.pop(index).close()
            if last_try:
                raise
            return False
        return True

    def _open(self, index: int) -> None:
        name = socket.if_indextoname(index)
        if len(self._sockets) >= _SOCKETS_MAX:
            self._sockets.pop(next(iter(self._sockets))).close()
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        self._sockets[index] = opened
        opened.bind((name, 0))
