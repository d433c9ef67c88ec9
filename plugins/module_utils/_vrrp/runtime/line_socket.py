# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Lines over a stream socket that is never waited for. This module is PRIVATE to the collection."""

from __future__ import annotations

import socket
from typing import List

_CHUNK = 1 << 16  # Bytes read at a time.


class LineSocket:
    """One end of a connection, with the rest of a line received and the bytes not sent yet."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.socket.setblocking(False)
        self.unfinished = b""
        self.pending = b""

    def fileno(self) -> int:
        """The descriptor that is readable when something has come; negative once it is closed."""
        return self.socket.fileno()

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    @property
    def is_pending(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self.pending)

    def send(self, data: bytes) -> bool:
        """Send data, or as much of it as can be sent now; False when the other end has gone."""
        self.pending += data
        return self.flush()

    def flush(self) -> bool:
        """Send what is pending; False when the other end has gone."""
        try:
            while self.pending:
                self.pending = self.pending[self.socket.send(self.pending) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def receive(self) -> List[bytes] | None:
        """The complete lines that have come; None when the other end has gone."""
        try:
            data = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            return None
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        return lines if data else None
