# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client of the control socket that asks for as much as it can, without end."""

from __future__ import annotations

import selectors
import socket
import sys
import time

_NAMES = ",".join(f'"no-such-instance-{number}"' for number in range(2000))
_REQUESTS = (
    b'{"version": 1, "command": "status"}\n' * 16,
    b'{"version": 1, "command": "status", "instances": [' + _NAMES.encode() + b"]}\n",
)


def hammer(path: str, connections: int, seconds: float) -> int:
    """Ask through so many connections, each as soon as it may; returns the bytes received."""
    selector = selectors.DefaultSelector()
    for number in range(connections):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(path)
        client.setblocking(False)
        selector.register(
            client, selectors.EVENT_READ | selectors.EVENT_WRITE, _REQUESTS[number % 2]
        )
    received, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        for key, events in selector.select(timeout=0.05):
            received += _exchange(key.fileobj, events, key.data)  # type: ignore[arg-type]
    selector.close()
    return received


def _exchange(client: socket.socket, events: int, request: bytes) -> int:
    try:
        if events & selectors.EVENT_WRITE:
            client.send(request)
        return len(client.recv(1 << 18)) if events & selectors.EVENT_READ else 0
    except OSError:
        return 0


if __name__ == "__main__":
    print(hammer(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
