# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A probe: it asks an address for a sign of life at a steady rate, and records who answered.

It sends ICMP echo requests through the kernel, which follows gratuitous ARP and Neighbor
Advertisements like any client, and reads the answers as Ethernet frames, whose source shows which
host served.

The result is ``start`` (seconds since 1970), ``interval`` (seconds), ``sent``, ``unanswered``,
``longest`` (the longest run of unanswered probes), ``gaps`` (runs of unanswered probes as
[first, count]) and ``servers`` (runs of probes by MAC address as [first, MAC]).
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import select
import socket
import struct
import time
from typing import Any, Callable, Dict, List

GRACE = 0.5  # Seconds to wait for answers after the last probe.
ANSWERS = {4: 0, 6: 129}
_HEADERS_MIN = 34  # Bytes of an Ethernet header and the shortest IP header.
REQUESTS = {4: 8, 6: 128}


def checksum(data: bytes) -> int:
    """RFC 1071, for data of even length."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


class Probe:
    """Sends requests at a steady ``rate`` (a second) from an interface, and notes the answers by
    their number. ``on_first`` is called at the first one. Needs root.

    Raises OSError where the interface has no such sockets.
    """

    def __init__(
        self, address: str, interface: str, rate: int, on_first: Callable[[], object] = int
    ) -> None:
        self.target = ipaddress.ip_address(address)
        self.interval = 1 / rate
        self.identifier = os.getpid() & 0xFFFF
        self.sent = 0
        self.servers: Dict[int, str] = {}
        self._on_first = on_first
        self._sender = self._open_sender(interface)
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        protocol = 0x0800 if self.target.version == 4 else 0x86DD
        self._answers = socket.socket(socket.AF_PACKET, kind, socket.htons(protocol))
        self._answers.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)
        self._answers.bind((interface, protocol))

    def _open_sender(self, interface: str) -> socket.socket:
        family, protocol = (
            (socket.AF_INET, socket.IPPROTO_ICMP)
            if self.target.version == 4
            else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
        )
        sender = socket.socket(family, socket.SOCK_RAW, protocol)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
        sender.setsockopt(socket.SOL_SOCKET, 25, interface.encode() + b"\0")
        return sender

    def run(self, duration: float, is_stopped: Callable[[], bool]) -> Dict[str, Any]:
        """Probe for ``duration`` seconds, or until it is stopped; returns the result."""
        started, wall = time.monotonic(), time.time()
        end = started + duration
        while time.monotonic() < end and not is_stopped():
            due = int((time.monotonic() - started) / self.interval) + 1
            while self.sent < due:
                self._ask()
            self._listen(started + self.sent * self.interval)
        self._listen(time.monotonic() + GRACE)
        return self._result(wall)

    def _ask(self) -> None:
        number = self.sent
        self.sent += 1
        kind, sequence = REQUESTS[self.target.version], number % 65536
        head = struct.pack("!BBHHH", kind, 0, 0, self.identifier, sequence)
        body = struct.pack("!Q", number)
        if self.target.version == 4:
            head = head[:2] + struct.pack("!H", checksum(head + body)) + head[4:]
        # While there is no neighbour, a probe that can't be sent is one without an answer.
        with contextlib.suppress(OSError):
            self._sender.sendto(head + body, (str(self.target), 0))

    def _listen(self, until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            readable, _writable, _failed = select.select([self._answers], [], [], left)
            if readable:
                self._take(self._answers.recv(2048))

    def _take(self, frame: bytes) -> None:
        if len(frame) <= _HEADERS_MIN:
            return
        header = (frame[14] & 0x0F) * 4 if self.target.version == 4 else 40
        source = frame[26:30] if self.target.version == 4 else frame[22:38]
        message = frame[14 + header :]
        if source != self.target.packed or len(message) < 16:
            return
        kind, _code, _checksum, identifier, _sequence, number = struct.unpack(
            "!BBHHHQ", message[:16]
        )
        is_ours = identifier == self.identifier and number < self.sent
        if kind == ANSWERS[self.target.version] and is_ours:
            if not self.servers:
                self._on_first()
            self.servers[number] = frame[6:12].hex(":")

    def _result(self, wall: float) -> Dict[str, Any]:
        gaps = self._gaps()
        return {
            "start": wall,
            "interval": self.interval,
            "sent": self.sent,
            "unanswered": sum(count for _first, count in gaps),
            "longest": max((count for _first, count in gaps), default=0),
            "gaps": gaps,
            "servers": self._runs(),
        }

    def _gaps(self) -> List[List[int]]:
        gaps: List[List[int]] = []
        for number in range(self.sent):
            if number in self.servers:
                continue
            if gaps and sum(gaps[-1]) == number:
                gaps[-1][1] += 1
            else:
                gaps.append([number, 1])
        return gaps

    def _runs(self) -> List[List[Any]]:
        runs: List[List[Any]] = []
        for number in sorted(self.servers):
            if not runs or runs[-1][1] != self.servers[number]:
                runs.append([number, self.servers[number]])
        return runs
