# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The raw socket through which one interface sends and receives advertisements of one family."""

from __future__ import annotations

import socket
import struct
from functools import partial
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Tuple, Union

from ..base.constants import VRRP_PROTOCOL
from ..base.errors import KernelError
from ..base.units import Nanoseconds
from ..engine.actions import PacketSelection
from ..model.family import Family, text
from ..wire.constants import INTERNETWORK_CONTROL
from ..wire.datagram import Datagram
from ..wire.ipv4 import build_header, comparable_parts, parse_comparable
from . import bpf
from .arrivals import ArrivalFilter
from .constants import SO_RCVBUFFORCE
from .group_neighbour import add_group_neighbour, remove_group_neighbour
from .recvmmsg import SLOTS, PacketBatch, enable_timestamps

_SO_BINDTODEVICE = 25
_IP_MULTICAST_ALL = 49
_IPV6_MULTICAST_ALL = 29
_IPV6_FREEBIND = 78
_RECEIVE_BUFFER = 1 << 21  # Several hundred routers may advertise at the same instant.
_CONTROL = struct.Struct("=Qii")

PreparedSend = Callable[[], object]
_SocketAddress = Union[Tuple[str, int], Tuple[str, int, int, int]]
# IPv4: the comparable part of the packet. IPv6: the data, the control messages and the sender.
Packet = Union[bytes, Tuple[bytes, bytes, bytes]]


class Arrivals(NamedTuple):
    """Packets in comparable form, the time at which each arrived, and whether none is left. Those
    that are left arrived after ``until``, as far as that is known.
    """

    packets: List[Packet]
    times: List[Nanoseconds]
    is_drained: bool
    until: Nanoseconds = 0


class VrrpSocket:
    """Joined to a multicast group, that of the protocol without one, on the interface with
    ``index``; raises KernelError.

    With a ``mac`` it receives only packets from that address, and can send from addresses of
    another interface: a macvlan has only virtual ones.
    """

    def __init__(self, index: int, family: Family, mac: bytes = b"", group: bytes = b"") -> None:
        self.index = index
        self.family = family
        self._mac = mac
        self._group = group or family.group
        self._socket = _open(family)
        self._send_to = self._socket.sendto
        self._arrivals: ArrivalFilter[Packet] = ArrivalFilter()
        self._sockaddrs: Dict[bytes, _SocketAddress] = {}
        self._has_neighbour = False
        try:
            _bind(self._socket, index)
            (_prepare_ipv4 if family is Family.IPV4 else _prepare_ipv6)(self._socket, index)
            enable_timestamps(self._socket)
            self._accept_everything()
            _join(self._socket, self._group, index)
        except OSError as error:
            self._socket.close()
            raise KernelError(
                error.errno or 0, f"cannot receive VRRP on interface {index}"
            ) from None

    def fileno(self) -> int:
        """The descriptor that is readable when a packet waits."""
        return self._socket.fileno()

    def close(self) -> None:
        """Leave the group."""
        self._socket.close()
        if self._has_neighbour:
            remove_group_neighbour(self.index, self._group)

    def keep_neighbour(self) -> None:
        """Let the kernel have the neighbour entry of the group, whatever else fills its table."""
        self._has_neighbour = add_group_neighbour(self.index, self._group)

    def send(self, source: bytes, destination: bytes, message: bytes, ttl: int) -> None:
        """Send a VRRP message between packed addresses; raises KernelError."""
        try:
            self.prepare(source, destination, message, ttl)()
        except OSError as error:
            raise KernelError(error.errno or 0, "cannot send an advertisement") from None

    def prepare(self, source: bytes, destination: bytes, message: bytes, ttl: int) -> PreparedSend:
        """Return a function that sends a message, each time anew; a call may raise OSError."""
        if self.family is Family.IPV4:
            packet = build_header(source, destination, len(message), ttl) + message
            return partial(self._send_to, packet, self._sockaddr(destination))
        origin = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, source + struct.pack("=I", self.index))
        hop_limit = (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, struct.pack("=i", ttl))
        ancillary = [origin, hop_limit]
        return partial(self._socket.sendmsg, [message], ancillary, 0, self._sockaddr(destination))

    def _sockaddr(self, destination: bytes) -> _SocketAddress:
        """Return a destination as a socket address, shared by all that send to it."""
        if destination not in self._sockaddrs:
            written = text(destination)
            is_ipv4 = self.family is Family.IPV4
            self._sockaddrs[destination] = (written, 0) if is_ipv4 else (written, 0, 0, self.index)
        return self._sockaddrs[destination]

    def drop_before(self, at: Nanoseconds) -> None:
        """Skip the pending packets that arrived before ``at``: another process has read them."""
        self._arrivals.drop_before(at)

    def receive(
        self, batch: PacketBatch, now: Nanoseconds, wall_offset: Nanoseconds | None
    ) -> Arrivals:
        """Read as many pending packets as fit into the batch.

        ``wall_offset`` converts the kernel's timestamps (wall clock) to monotonic time; None after
        a step of the wall clock, when they are of no use.
        """
        try:
            filled = batch.receive(self._socket)
        except OSError:
            return Arrivals([], [], True)  # ENETDOWN and the like are reported by the link monitor.
        packets = list(self._packets(batch, filled))
        stamps = batch.timestamps(filled, wall_offset or 0)
        until = min(stamps[-1], now) if stamps and wall_offset is not None else 0
        arrived = self._arrivals.apply(packets, stamps, now, wall_offset)
        return Arrivals(*arrived, filled < SLOTS, until)

    def _packets(self, batch: PacketBatch, filled: int) -> Iterable[Packet]:
        if self.family is Family.IPV4:
            return comparable_parts(batch.packets(filled))
        return zip(batch.packets(filled), *batch.ancillary(filled))

    def origin(self, packet: Packet) -> Tuple[int, bytes]:
        """Return the VRID and the packed source of a packet; VRID 0, which no router has, for one
        that is too short.
        """
        if isinstance(packet, bytes):
            parts = parse_comparable(packet)
            source, message = (b"", b"") if parts is None else (parts[0], parts[3])
        else:
            message, _ancillary, sender = packet
            source = sender[8:24]
        return (message[1] if len(message) > 1 else 0), source

    def accept(self, selection: PacketSelection) -> None:
        """Let the kernel drop all packets but these; raises OSError, and receives all then."""
        try:
            bpf.attach(self._socket, bpf.match_packets(self.family, selection, self._mac))
        except OSError:
            self._accept_everything()
            raise

    def _accept_everything(self) -> None:
        bpf.attach(self._socket, bpf.match_source_mac(self._mac) if self._mac else bpf.MATCH_ALL)

    def parse(self, packet: Packet, wall: Nanoseconds) -> Datagram | None:
        """Parse a packet that arrived at this time of day; None when it is no IP packet."""
        parts = parse_comparable(packet) if isinstance(packet, bytes) else _ipv6(*packet)
        return None if parts is None else Datagram(*parts, wall)


class PriorityZeroSocket:
    """A socket that is readable when a master resigns, whatever the VrrpSocket has pending."""

    def __init__(self, index: int, family: Family) -> None:
        self._family = family
        self._socket = _open(family)
        try:
            bpf.attach(self._socket, bpf.match_priority_zero(family))
            _bind(self._socket, index)
        except OSError as error:
            self._socket.close()
            raise KernelError(
                error.errno or 0, f"cannot receive VRRP on interface {index}"
            ) from None

    def fileno(self) -> int:
        """Return the descriptor that is readable."""
        return self._socket.fileno()

    def accept(self, selection: PacketSelection) -> None:
        """Let the kernel drop those of other routers; raises OSError."""
        bpf.attach(self._socket, bpf.match_priority_zero(self._family, selection))

    def drain(self) -> None:
        """Discard pending packets; the VrrpSocket receives them, too."""
        try:
            for _count in range(SLOTS):
                self._socket.recv(1)
        except OSError:
            pass  # None is left.

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _bind(opened: socket.socket, index: int) -> None:
    name = socket.if_indextoname(index)
    opened.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, name.encode() + b"\0")


def _open(family: Family) -> socket.socket:
    domain = socket.AF_INET if family is Family.IPV4 else socket.AF_INET6
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    try:
        opened = socket.socket(domain, kind, VRRP_PROTOCOL)
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except OSError as error:
        raise KernelError(error.errno or 0, "cannot open a raw socket for VRRP") from None
    return opened


def _prepare_ipv4(opened: socket.socket, index: int) -> None:
    level = socket.IPPROTO_IP
    opened.setsockopt(level, socket.IP_HDRINCL, 1)
    opened.setsockopt(level, socket.IP_MULTICAST_IF, _membership(Family.IPV4.group, index))
    opened.setsockopt(level, socket.IP_MULTICAST_LOOP, 0)
    opened.setsockopt(level, _IP_MULTICAST_ALL, 0)


def _prepare_ipv6(opened: socket.socket, index: int) -> None:
    level = socket.IPPROTO_IPV6
    opened.setsockopt(level, socket.IPV6_MULTICAST_IF, index)
    opened.setsockopt(level, socket.IPV6_MULTICAST_LOOP, 0)
    opened.setsockopt(level, socket.IPV6_TCLASS, INTERNETWORK_CONTROL)
    opened.setsockopt(level, socket.IPV6_RECVHOPLIMIT, 1)
    opened.setsockopt(level, socket.IPV6_RECVPKTINFO, 1)
    opened.setsockopt(level, _IPV6_MULTICAST_ALL, 0)
    opened.setsockopt(level, _IPV6_FREEBIND, 1)


def _membership(group: bytes, index: int) -> bytes:
    if Family.of(group) is Family.IPV4:
        return struct.pack("=4s4si", group, bytes(4), index)
    return group + struct.pack("=I", index)


def _join(opened: socket.socket, group: bytes, index: int) -> None:
    if Family.of(group) is Family.IPV4:
        level, option = socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP
    else:
        level, option = socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP
    opened.setsockopt(level, option, _membership(group, index))


def _ipv6(data: bytes, ancillary: bytes, sender: bytes) -> Tuple[bytes, bytes, int, bytes]:
    """Parse an IPv6 packet: a raw socket has no header; hop limit and destination are ancillary
    data.
    """
    control = dict(_control_messages(ancillary))
    (hop_limit,) = struct.unpack_from("=i", control.get(socket.IPV6_HOPLIMIT, bytes(4)))
    destination = control.get(socket.IPV6_PKTINFO, bytes(20))[:16]
    return sender[8:24], destination, hop_limit, data


def _control_messages(ancillary: bytes) -> Iterator[Tuple[int, bytes]]:
    """Yield the ancillary data of a packet as (type, data) (cmsg(3))."""
    at = 0
    while at + _CONTROL.size <= len(ancillary):
        length, _level, kind = _CONTROL.unpack_from(ancillary, at)
        if length < _CONTROL.size:
            return
        yield kind, ancillary[at + _CONTROL.size : at + length]
        at += (length + 7) & ~7
