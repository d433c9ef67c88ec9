# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""JSON, one object a line, over a stream socket that is never waited for.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import json
import socket
from typing import Any, Dict, List, Mapping

# The values have the types that the other end gives them; see the messages of each connection.
JsonObject = Dict[str, Any]
_CHUNK = 1 << 16
_LINE_MAX = 1 << 20


class JsonStream:
    """One end of a connection between programs that trust each other, up to a point: who sends a
    line longer than ``line_max`` bytes has gone mad.
    """

    def __init__(self, connected: socket.socket, line_max: int = _LINE_MAX) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._line_max = line_max
        self._received = b""
        self._pending = b""

    def fileno(self) -> int:
        """The descriptor that is readable when something has come."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    @property
    def is_pending(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._pending)

    def send(self, message: Mapping[str, object]) -> bool:
        """Send an object, or as much of it as can be sent now; False when the other has gone."""
        self._pending += json.dumps(message, separators=(",", ":")).encode() + b"\n"
        return self.flush()

    def flush(self) -> bool:
        """Send what is pending; False when the other has gone."""
        try:
            while self._pending:
                self._pending = self._pending[self._socket.send(self._pending) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def receive(self) -> List[JsonObject] | None:
        """The objects that have come; None when the other has gone, or talks nonsense."""
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            return None
        self._received += data
        *lines, self._received = self._received.split(b"\n")
        if not data or len(self._received) > self._line_max:
            return None
        try:
            return [dict(json.loads(line)) for line in lines]
        except (ValueError, TypeError, RecursionError):
            return None
