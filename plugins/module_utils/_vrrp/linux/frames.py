# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Sending ready-made Ethernet frames. This module is PRIVATE to the collection."""

from __future__ import annotations

import socket
from typing import Sequence

from ..base.errors import KernelError


class FrameSender:
    """One packet socket for all interfaces; it hears nothing (protocol 0)."""

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_PACKET, kind, 0)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def send(self, index: int, frames: Sequence[bytes]) -> None:
        """Send frames through the interface; raises KernelError on the first that fails."""
        try:
            name = socket.if_indextoname(index)
            for frame in frames:
                self._socket.sendto(frame, (name, 0))
        except OSError as error:
            raise KernelError(error.errno or 0, "cannot announce addresses") from None
