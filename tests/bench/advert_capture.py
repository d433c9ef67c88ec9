# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time of every advertisement and announcement on the segment, as tcpdump saw it."""

from __future__ import annotations

import signal
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from support.segment import Segment, eventually

_FILE_HEADER, _RECORD = struct.Struct("=IHHiIII"), struct.Struct("=IIII")
_IPV4, _ARP, _VRRP = 0x0800, 0x0806, 112


@dataclass(frozen=True)
class Advert:
    """An advertisement; ``at`` is in seconds, ``host`` the packed source address."""

    at: float
    host: bytes
    vrid: int
    priority: int


@dataclass(frozen=True)
class Announcement:
    """A gratuitous ARP packet for a packed address."""

    at: float
    address: bytes


class AdvertCapture:
    """Sees what crosses the bridge of a segment, from its making until ``finish``."""

    def __init__(
        self, segment: Segment, interface: str = "br0", expression: str = "vrrp or arp"
    ) -> None:
        self._file = Path(tempfile.mkstemp(dir=segment.directory)[1])
        errors = self._file.with_suffix(".errors")
        command = ("tcpdump", "-i", interface, "-w", str(self._file), "-U", "-B", "65536")
        options = ("--time-stamp-precision=nano", "-s", "128", "-Z", "root", expression)
        with errors.open("w") as error_file:
            self._process = segment.start(*command, *options, stderr=error_file)
        eventually(lambda: "listening on" in errors.read_text(), 10, "tcpdump")

    def finish(self) -> list[Advert | Announcement]:
        """Stop; returns all that was seen, in order."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(10)
        return self.so_far()

    def so_far(self) -> list[Advert | Announcement]:
        """Return everything that was captured until now."""
        return list(_read(self._file.read_bytes()))


def _read(data: bytes) -> Iterator[Advert | Announcement]:
    at = _FILE_HEADER.size
    while at + _RECORD.size <= len(data):
        seconds, nanoseconds, length, _original = _RECORD.unpack_from(data, at)
        frame = data[at + _RECORD.size : at + _RECORD.size + length]
        at += _RECORD.size + length
        seen = _understand(seconds + nanoseconds / 1e9, frame)
        if seen is not None:
            yield seen


def _understand(at: float, frame: bytes) -> Advert | Announcement | None:
    kind = int.from_bytes(frame[12:14], "big")
    if kind == _IPV4 and frame[23] == _VRRP:
        message = frame[14 + 4 * (frame[14] & 0x0F) :]
        return Advert(at, frame[26:30], message[1], message[2])
    if kind == _ARP and frame[28:32] == frame[38:42]:
        return Announcement(at, frame[28:32])
    return None
