# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The raw socket through which one interface sends and hears advertisements of one family.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from functools import partial
from typing import Any, Callable, List, Tuple, Union

from ..base.constants import VRRP_PROTOCOL
from ..base.errors import KernelError
from ..base.units import Nanoseconds
from ..model.family import Family
from ..wire.datagram import Datagram
from ..wire.ipv4 import build_header, essence, split

_SO_BINDTODEVICE = 25
_SO_RCVBUFFORCE = 33
_IP_MULTICAST_ALL = 49
_IPV6_MULTICAST_ALL = 29
_SO_ATTACH_FILTER = 26
_IPV6_FREEBIND = 78
_LINK_LAYER = 0xFFE00000  # SKF_LL_OFF: the Ethernet header, as a socket filter addresses it.
_RECEIVE_BUFFER = 1 << 21  # Several hundred routers may speak at the same instant.
_PACKET_MAX = 8192  # The longest advertisement has 4,116 bytes, options of IPv4 or not.
_ALL_OF_IT = 0xFFFF  # What a socket filter answers to let a packet pass.
_BURST_MAX = 4096  # Packets taken in one go, so that a flood can't keep the loop from its timers.
_INTERNETWORK_CONTROL = 0xC0

Sending = Callable[[], object]
_Ancillary = Tuple[Tuple[int, int, bytes], ...]
# The essence of an IPv4 packet; of an IPv6 one the data, and what comes beside it.
Packet = Union[bytes, Tuple[bytes, _Ancillary, Tuple[Any, ...]]]


class Channel:
    """Joined to the multicast group on the interface with ``index``; raises KernelError.

    With a ``mac`` it hears only what comes from that address, and it sends also from addresses
    that are another interface's: a macvlan has none but virtual ones.
    """

    def __init__(self, index: int, family: Family, mac: bytes = b"") -> None:
        self.index = index
        self.family = family
        self._socket = _open(family)
        try:
            self._bind()
            (_prepare_ipv4 if family is Family.IPV4 else _prepare_ipv6)(self._socket, index)
            if mac:
                _hear_only(self._socket, mac)
            _join(self._socket, family, index)
        except OSError as error:
            self._socket.close()
            raise KernelError(error.errno or 0, f"cannot listen for VRRP on {index}") from None

    def _bind(self) -> None:
        name = socket.if_indextoname(self.index)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, name.encode() + b"\0")

    def fileno(self) -> int:
        """The descriptor that is readable when a packet waits."""
        return self._socket.fileno()

    def close(self) -> None:
        """Leave the group."""
        self._socket.close()

    def send(self, source: bytes, destination: bytes, message: bytes, ttl: int) -> None:
        """Send a VRRP message between packed addresses; raises KernelError."""
        try:
            self.prepare(source, destination, message, ttl)()
        except OSError as error:
            raise KernelError(error.errno or 0, "cannot send an advertisement") from None

    def prepare(self, source: bytes, destination: bytes, message: bytes, ttl: int) -> Sending:
        """Make ready to send a message any number of times; each time may raise OSError."""
        if self.family is Family.IPV4:
            packet = build_header(source, destination, len(message), ttl) + message
            return partial(self._socket.sendto, packet, (socket.inet_ntoa(destination), 0))
        origin = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, source + struct.pack("=I", self.index))
        hop_limit = (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, struct.pack("=i", ttl))
        place = (socket.inet_ntop(socket.AF_INET6, destination), 0, 0, self.index)
        return partial(self._socket.sendmsg, [message], [origin, hop_limit], 0, place)

    def receive(self) -> List[Packet]:
        """All packets that wait, to be compared with others, and to be read one by one."""
        found: List[Packet] = []
        try:
            if self.family is Family.IPV4:
                self._take_ipv4(found)
            else:
                self._take_ipv6(found)
        except OSError:
            pass  # None is left. Or ENETDOWN and the like: the link monitor tells, and better.
        return found

    def _take_ipv4(self, found: List[Packet]) -> None:
        receive, take = self._socket.recv, found.append
        for _count in range(_BURST_MAX):
            take(essence(receive(_PACKET_MAX)))

    def _take_ipv6(self, found: List[Packet]) -> None:
        for _count in range(_BURST_MAX):
            data, ancillary, _flags, sender = self._socket.recvmsg(_PACKET_MAX, 256)
            found.append((data, tuple(ancillary), sender))

    def read(self, packet: Packet, wall: Nanoseconds) -> Datagram | None:
        """What a packet says that arrived at this time of day; None when it is no IP packet."""
        parts = split(packet) if isinstance(packet, bytes) else _ipv6(*packet)
        return None if parts is None else Datagram(*parts, wall)


def _open(family: Family) -> socket.socket:
    domain = socket.AF_INET if family is Family.IPV4 else socket.AF_INET6
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    try:
        opened = socket.socket(domain, kind, VRRP_PROTOCOL)
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except OSError as error:
        raise KernelError(error.errno or 0, "cannot open a raw socket for VRRP") from None
    return opened


def _prepare_ipv4(opened: socket.socket, index: int) -> None:
    level = socket.IPPROTO_IP
    opened.setsockopt(level, socket.IP_HDRINCL, 1)
    opened.setsockopt(level, socket.IP_MULTICAST_IF, _membership(Family.IPV4, index))
    opened.setsockopt(level, socket.IP_MULTICAST_LOOP, 0)
    opened.setsockopt(level, _IP_MULTICAST_ALL, 0)


def _prepare_ipv6(opened: socket.socket, index: int) -> None:
    level = socket.IPPROTO_IPV6
    opened.setsockopt(level, socket.IPV6_MULTICAST_IF, index)
    opened.setsockopt(level, socket.IPV6_MULTICAST_LOOP, 0)
    opened.setsockopt(level, socket.IPV6_TCLASS, _INTERNETWORK_CONTROL)
    opened.setsockopt(level, socket.IPV6_RECVHOPLIMIT, 1)
    opened.setsockopt(level, socket.IPV6_RECVPKTINFO, 1)
    opened.setsockopt(level, _IPV6_MULTICAST_ALL, 0)
    opened.setsockopt(level, _IPV6_FREEBIND, 1)


def _membership(family: Family, index: int) -> bytes:
    if family is Family.IPV4:
        return struct.pack("=4s4si", family.group, bytes(4), index)
    return family.group + struct.pack("=I", index)


def _join(opened: socket.socket, family: Family, index: int) -> None:
    if family is Family.IPV4:
        level, option = socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP
    else:
        level, option = socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP
    opened.setsockopt(level, option, _membership(family, index))


def _hear_only(opened: socket.socket, mac: bytes) -> None:
    """Have the kernel drop what does not come from a MAC address (BPF, see filter.txt of Linux)."""
    first, last = struct.unpack("!IH", mac)
    load_word, load_half, jump_if_equal, answer = 0x20, 0x28, 0x15, 0x06
    instructions = (
        (load_word, 0, 0, _LINK_LAYER + 6),
        (jump_if_equal, 0, 3, first),
        (load_half, 0, 0, _LINK_LAYER + 10),
        (jump_if_equal, 0, 1, last),
        (answer, 0, 0, _ALL_OF_IT),
        (answer, 0, 0, 0),
    )
    code = b"".join(struct.pack("=HBBI", *one) for one in instructions)
    stored = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(instructions), ctypes.addressof(stored))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _ipv6(
    data: bytes, ancillary: _Ancillary, sender: Tuple[Any, ...]
) -> Tuple[bytes, bytes, int, bytes]:
    """IPv6 gives no header; hop limit and destination come beside the data."""
    told = {kind: value for level, kind, value in ancillary if level == socket.IPPROTO_IPV6}
    (hop_limit,) = struct.unpack("=i", told.get(socket.IPV6_HOPLIMIT, bytes(4)))
    destination = told.get(socket.IPV6_PKTINFO, bytes(20))[:16]
    source = socket.inet_pton(socket.AF_INET6, sender[0].partition("%")[0])
    return source, destination, hop_limit, data
