# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Lines over a non-blocking stream socket."""

from __future__ import annotations

import socket
from typing import List

_CHUNK = 1 << 16  # Bytes read at a time.


class LineSocket:
    """One end of a connection, with an incomplete received line and the bytes not sent yet."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.socket.setblocking(False)
        self.unfinished = b""
        self.pending = b""

    def fileno(self) -> int:
        """Return the descriptor that is readable when data has arrived; negative once closed."""
        return self.socket.fileno()

    def close(self) -> None:
        """Close the connection."""
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

    def receive(self) -> List[bytes] | None:
        """Return the complete lines received; None when the other end is closed."""
        try:
            data = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            return None
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        return lines if data else None
