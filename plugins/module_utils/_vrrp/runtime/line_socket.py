# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Lines over a non-blocking stream socket."""

from __future__ import annotations

import os
import socket
import struct
from typing import List

_CHUNK = 1 << 16  # Bytes read at a time.
_DESCRIPTOR = struct.Struct("=i")


class LineSocket:
    """One end of a connection, with an incomplete received line and the bytes not sent yet.

    With ``takes_descriptors``, file descriptors are received beside the lines, one a reading.
    """

    def __init__(self, connected: socket.socket, takes_descriptors: bool = False) -> None:
        self.socket = connected
        self.socket.setblocking(False)
        self.unfinished = b""
        self.pending = b""
        self._descriptors: List[int] | None = [] if takes_descriptors else None

    def fileno(self) -> int:
        """Return the descriptor that is readable when data has arrived; negative once closed."""
        return self.socket.fileno()

    def close(self) -> None:
        """Close the connection."""
        self.close_descriptors()
        self.socket.close()

    @property
    def is_pending(self) -> bool:
        """Whether unsent data is pending."""
        return bool(self.pending)

    def send(self, data: bytes) -> bool:
        """Send data, or as much of it as can be sent now; False when the other end is closed."""
        self.pending += data
        return self.flush()

    def flush(self) -> bool:
        """Send pending data; False when the other end is closed."""
        try:
            while self.pending:
                self.pending = self.pending[self.socket.send(self.pending) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def send_descriptor(self, data: bytes, descriptor: int) -> bool:
        """Send data with a file descriptor; False when the other end is closed, or reads too
        little to take them at once.
        """
        if not self.flush() or self.pending:
            return False
        try:
            sent = socket.send_fds(self.socket, [data], [descriptor])
        except OSError:
            return False
        return self.send(data[sent:])

    def take_descriptor(self) -> int | None:
        """Remove and return the oldest descriptor received; None when there is none."""
        return self._descriptors.pop(0) if self._descriptors else None

    def close_descriptors(self) -> None:
        """Close the descriptors that nobody has taken."""
        while self._descriptors:
            os.close(self._descriptors.pop())

    def receive(self) -> List[bytes] | None:
        """Return the complete lines received; None when the other end is closed."""
        try:
            data = self._read()
        except BlockingIOError:
            return []
        except OSError:
            return None
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        return lines if data else None

    def _read(self) -> bytes:
        if self._descriptors is None:
            return self.socket.recv(_CHUNK)
        # Of socket.recv_fds, Python ignores the flags.
        data, ancillary, _flags, _address = self.socket.recvmsg(
            _CHUNK, socket.CMSG_SPACE(_DESCRIPTOR.size), socket.MSG_CMSG_CLOEXEC
        )
        for level, kind, packed in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                self._descriptors.extend(one for (one,) in _DESCRIPTOR.iter_unpack(packed))
        return data
