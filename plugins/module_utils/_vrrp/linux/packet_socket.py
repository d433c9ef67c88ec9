# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packet sockets that send encoded Ethernet frames."""

from __future__ import annotations

import errno
import socket
from typing import Dict, Tuple

from ..base.errors import KernelError

_SOCKETS_MAX = 64
_NO_ROOM = (errno.EAGAIN, errno.ENOBUFS)


class FrameSender:
    """A packet socket for each interface; they receive nothing (protocol 0) and never block."""

    def __init__(self) -> None:
        self._sockets: Dict[int, socket.socket] = {}

    def close(self) -> None:
        """Close the sockets."""
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()

    def send(self, index: int, frames: Tuple[bytes, ...]) -> Tuple[bytes, ...]:
        """Send frames through the interface; returns those that it has no room for now.

        The index may belong to another interface by now: if one fails, all are sent again through a
        new socket. Raises KernelError when that fails, too.
        """
        try:
            if index in self._sockets:
                try:
                    return self._send(index, frames)
                except OSError:
                    self._close(index)
            self._open(index)
            return self._send(index, frames)
        except OSError as error:
            self._close(index)
            raise KernelError(error.errno or 0, "cannot send announcements") from None

    def _send(self, index: int, frames: Tuple[bytes, ...]) -> Tuple[bytes, ...]:
        send = self._sockets[index].send
        for place, frame in enumerate(frames):
            try:
                send(frame)
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                return frames[place:]
        return ()

    def _open(self, index: int) -> None:
        name = socket.if_indextoname(index)
        if len(self._sockets) >= _SOCKETS_MAX:
            self._close(next(iter(self._sockets)))
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._sockets[index] = opened = socket.socket(socket.AF_PACKET, kind, 0)
        opened.bind((name, 0))

    def _close(self, index: int) -> None:
        opened = self._sockets.pop(index, None)
        if opened is not None:
            opened.close()
