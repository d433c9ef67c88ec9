# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""JSON objects, one a line, between processes of the agent."""

from __future__ import annotations

import json
import socket
from typing import Any, Dict, List, Mapping

from .line_socket import LineSocket

# The types of the values are those of the sender; see the messages of each connection.
JsonObject = Dict[str, Any]
_LINE_MAX = 1 << 20


class JsonStream:
    """One end of a connection between processes of the agent. A peer that sends a line longer than
    ``line_max`` bytes has failed. With ``takes_descriptors``, it may send file descriptors.
    """

    def __init__(
        self,
        connected: socket.socket,
        line_max: int = _LINE_MAX,
        takes_descriptors: bool = False,
    ) -> None:
        self._lines = LineSocket(connected, takes_descriptors)
        self._line_max = line_max

    def fileno(self) -> int:
        """Return the descriptor that is readable when data has arrived."""
        return self._lines.fileno()

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()

    @property
    def is_pending(self) -> bool:
        """Whether unsent data is pending."""
        return self._lines.is_pending

    def send(self, message: Mapping[str, object]) -> bool:
        """Send an object, or as much of it as can be sent now; False when the other end is
        closed.
        """
        return self._lines.send(_line(message))

    def send_descriptor(self, message: Mapping[str, object], descriptor: int) -> bool:
        """Send an object with a file descriptor; False when the other end is closed, or reads too
        little to take them at once.
        """
        return self._lines.send_descriptor(_line(message), descriptor)

    def take_descriptor(self) -> int | None:
        """Remove and return the oldest descriptor received; None when there is none."""
        return self._lines.take_descriptor()

    def close_descriptors(self) -> None:
        """Close the descriptors that nobody has taken."""
        self._lines.close_descriptors()

    def flush(self) -> bool:
        """Send pending data; False when the other end is closed."""
        return self._lines.flush()

    def receive(self) -> List[JsonObject] | None:
        """Return the received objects; None when the other end is closed, or sent no JSON
        object.
        """
        lines = self._lines.receive()
        if lines is None or len(self._lines.unfinished) > self._line_max:
            return None
        try:
            return [dict(json.loads(line)) for line in lines]
        except (ValueError, TypeError, RecursionError):
            return None


def _line(message: Mapping[str, object]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
