# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets in any number a second, for a bounded time: sendmmsg(2), which Python lacks.

    flood.py INTERFACE SOURCE KIND RATE SECONDS [VRID]

KIND is one of the kinds of packets below: advertisements of 192.0.2.100, each wrong in its own way.
Prints how many were sent.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
import time

from _vrrp.linux.recvmmsg import Message, Vector
from _vrrp.model.family import Family
from _vrrp.wire.checksum import internet_checksum
from _vrrp.wire.ipv4 import build_header

_BATCH = 64
_SO_BINDTODEVICE = 25


def advertisement(vrid: int, priority: int, centiseconds: int = 100) -> bytes:
    """A version 3 advertisement of 192.0.2.100, with the checksum of keepalived."""
    fixed = struct.pack("!BBBBHH", 0x31, vrid, priority, 1, centiseconds, 0)
    body = fixed + socket.inet_aton("192.0.2.100")
    return body[:6] + struct.pack("!H", internet_checksum(body)) + body[8:]


def recorded(vrid: int, interface: str) -> bytes:
    """Wait for an advertisement of the router of this VRID, and return its message."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, 112) as heard:
        index = socket.if_nametoindex(interface)
        group = struct.pack("=4s4si", Family.IPV4.group, bytes(4), index)  # struct ip_mreqn.
        heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        heard.settimeout(10)
        while True:
            found = heard.recv(4096)[20:]  # A header without options.
            if found[1] == vrid:
                return found


def packet(kind: str, vrid: int, interface: str) -> bytes:
    """The VRRP message of a kind, against the router of this VRID."""
    if kind == "checksum":
        good = advertisement(vrid, 250)
        return good[:6] + bytes([good[6] ^ 0xFF]) + good[7:]
    if kind == "vrid":
        return advertisement(vrid + 1, 250)
    if kind == "priority":
        return advertisement(vrid, 1)
    if kind == "replay":
        return recorded(vrid, interface)
    if kind == "hmac":  # The signature by key 1 of this second, but for another secret.
        number = int(time.time()) << 32
        return advertisement(vrid, 250) + struct.pack("!BBHQ", 1, 1, 0, number) + bytes(16)
    raise ValueError(f"no kind of packets: {kind}")


class Flood:
    """Sends the same datagram again and again through an interface."""

    def __init__(self, interface: str, datagram: bytes) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, interface.encode() + b"\0")
        self._data = ctypes.create_string_buffer(datagram, len(datagram))
        group = struct.pack("=H", socket.AF_INET) + bytes(2) + Family.IPV4.group + bytes(8)
        self._name = ctypes.create_string_buffer(group, len(group))
        self._vector = Vector(ctypes.addressof(self._data), len(datagram))
        self._messages = (Message * _BATCH)()
        for one in self._messages:
            header = one.header
            header.name, header.name_length = ctypes.addressof(self._name), len(group)
            header.vectors, header.vector_count = ctypes.addressof(self._vector), 1
        self._send = ctypes.CDLL(None, use_errno=True).sendmmsg

    def run(self, rate: int, seconds: float) -> int:
        """Send at this rate, as far as the host can; returns how many were sent."""
        begun, sent = time.monotonic(), 0
        while (passed := time.monotonic() - begun) < seconds:
            due = min(_BATCH, int(passed * rate) - sent)
            if due <= 0:
                time.sleep(0.0002)
                continue
            done = self._send(self._socket.fileno(), self._messages, due, 0)
            sent += max(done, 0)
        return sent


def main() -> int:
    """The command line."""
    interface, source, kind, rate, seconds = sys.argv[1:6]
    message = packet(kind, int(sys.argv[6]) if len(sys.argv) > 6 else 51, interface)
    header = build_header(socket.inet_aton(source), Family.IPV4.group, len(message), 255)
    print(Flood(interface, header + message).run(int(rate), float(seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
