# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""JSON, one object a line, between processes of the agent. PRIVATE to the collection."""

from __future__ import annotations

import json
import socket
from typing import Any, Dict, List, Mapping

from .line_socket import LineSocket

# The values have the types that the other end gives them; see the messages of each connection.
JsonObject = Dict[str, Any]
_LINE_MAX = 1 << 20


class JsonStream:
    """One end of a connection between programs that trust each other, up to a point: one that
    sends a line longer than ``line_max`` bytes has failed.
    """

    def __init__(self, connected: socket.socket, line_max: int = _LINE_MAX) -> None:
        self._lines = LineSocket(connected)
        self._line_max = line_max

    def fileno(self) -> int:
        """The descriptor that is readable when something has come."""
        return self._lines.fileno()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()

    @property
    def is_pending(self) -> bool:
        """Whether something waits to be sent."""
        return self._lines.is_pending

    def send(self, message: Mapping[str, object]) -> bool:
        """Send an object, or as much of it as can be sent now; False when the other has gone."""
        return self._lines.send(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    def flush(self) -> bool:
        """Send what is pending; False when the other has gone."""
        return self._lines.flush()

    def receive(self) -> List[JsonObject] | None:
        """The objects that have come; None when the other has gone, or sends something else."""
        lines = self._lines.receive()
        if lines is None or len(self._lines.unfinished) > self._line_max:
            return None
        try:
            return [dict(json.loads(line)) for line in lines]
        except (ValueError, TypeError, RecursionError):
            return None
