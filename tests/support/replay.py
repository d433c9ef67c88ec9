# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends the frames of a capture file through eth0 once more, as they are."""

from __future__ import annotations

import socket
import struct
import sys
from pathlib import Path
from typing import Iterator

_FILE_HEADER, _RECORD_HEADER = 24, 16


def frames(content: bytes) -> Iterator[bytes]:
    """The frames of a file as tcpdump writes it on this machine."""
    at = _FILE_HEADER
    while at + _RECORD_HEADER <= len(content):
        (length,) = struct.unpack_from("=I", content, at + 8)
        at += _RECORD_HEADER
        yield content[at : at + length]
        at += length


if __name__ == "__main__":
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("eth0", 0))
        for frame in frames(Path(sys.argv[1]).read_bytes()):
            sender.send(frame)
