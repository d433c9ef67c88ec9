# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Netlink: pyroute2 has the messages, this module the socket.

pyroute2's own sockets have an event loop and threads; the agent has one loop, and sends many
requests in one batch.
"""

from __future__ import annotations

import errno
import itertools
import socket
import struct
import sys
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

from ..base.errors import KernelError, invariant
from ..model.address import VirtualAddress
from ..model.family import Family
from ..model.prefix import Prefix
from .constants import SO_RCVBUFFORCE
from .netconf import RTMGRP_IPV6_NETCONF, netconf_dump_request
from .pyroute2_import import PYROUTE2_MISSING, NetlinkMessage
from .rtnetlink_messages import delivery_request, encoded
from .rtnetlink_values import DOMAINS

if PYROUTE2_MISSING is None:
    from pyroute2.netlink import NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST
    from pyroute2.netlink.rtnl import (
        RTM_DELADDR,
        RTM_DELLINK,
        RTM_GETADDR,
        RTM_GETLINK,
        RTM_GETROUTE,
        RTM_GETRULE,
        RTM_NEWADDR,
        RTM_NEWLINK,
        RTM_NEWROUTE,
        RTM_NEWRULE,
        RTMGRP_IPV4_IFADDR,
        RTMGRP_IPV6_IFADDR,
        RTMGRP_LINK,
    )
    from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
    from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
    from pyroute2.netlink.rtnl.rtmsg import rtmsg

    from .route_messages import RuleMessage

    _CLASSES = {
        RTM_NEWLINK: ifinfmsg,
        RTM_DELLINK: ifinfmsg,
        RTM_NEWADDR: ifaddrmsg,
        RTM_DELADDR: ifaddrmsg,
        RTM_NEWROUTE: rtmsg,
        RTM_NEWRULE: RuleMessage,
    }

ROUTE, NETFILTER = 0, 12  # The netlink protocols used (netlink(7)).
_ANSWER_WITHIN = 5.0  # Seconds; the kernel answers at once or never.
_RECEIVE_SIZE = 1 << 20
EVENT_MAX = 1 << 16  # Bytes of a notification.
_RECEIVE_BUFFER = 1 << 24  # Of which only as much is used as waits to be read.
_NLMSG_ERROR = 2
_NLMSG_DONE = 3
_NLM_F_DUMP_INTR = 0x10
_HEADER = struct.Struct("=IHHII")
_ROUTE_HEADER = struct.Struct("=BBxxxB")  # Of struct rtmsg: family, dst_len, protocol.
_ROUTE_LENGTH = 12  # Of struct rtmsg.
_RTA_DST = 1
_ATTRIBUTE = struct.Struct("=HH")
_ROUTE_TYPE_OFFSET = 7  # Of rtm_type in struct rtmsg.
_RTN_LOCAL = 2
_BATCH_MAX = 500  # Acknowledgements that surely fit into the receive buffer.


def open_socket(protocol: int = ROUTE, groups: int = 0) -> socket.socket:
    """Open a netlink socket that receives the notifications of the groups (a bit each); raises
    ImportError without pyroute2.
    """
    if PYROUTE2_MISSING is not None:
        raise PYROUTE2_MISSING
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    opened.bind((0, groups))
    opened.settimeout(_ANSWER_WITHIN)
    return opened


def receive(opened: socket.socket, buffer: memoryview) -> bytes | None:
    """Receive what waits on a non-blocking socket; None when nothing does.

    Raises OSError: ENOBUFS when the kernel had to drop messages.
    """
    try:
        return bytes(buffer[: opened.recv_into(buffer)])
    except BlockingIOError:
        return None


def open_link_events() -> socket.socket:
    """Open a netlink socket that receives changes to links and addresses; raises ImportError
    without pyroute2.
    """
    if PYROUTE2_MISSING is not None:
        raise PYROUTE2_MISSING
    return open_socket(
        groups=RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_NETCONF
    )


def message_types(data: bytes) -> List[int]:
    """Return the types of the messages in data read from a socket."""
    return [kind for _at, _length, kind, _sequence in _headers(data)]


class RouteHeader(NamedTuple):
    """The part of a message about a route that selects it before it is parsed."""

    family: int
    destination_length: int
    protocol: int


def route_header(data: bytes) -> RouteHeader:
    """Return the header of a message about a route."""
    return RouteHeader(*_ROUTE_HEADER.unpack_from(data, _HEADER.size))


def route_destination(data: bytes) -> bytes:
    """Return the packed destination of a message about a route; empty for a default route."""
    for kind, at, end in attributes(data, _HEADER.size + _ROUTE_LENGTH):
        if kind == _RTA_DST:
            return data[at:end]
    return b""


def attributes(data: bytes, at: int) -> Iterator[Tuple[int, int, int]]:
    """Yield (type, offset, end) of the attributes of a message, which begin at an offset."""
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            return
        yield kind, at + _ATTRIBUTE.size, at + length
        at += (length + 3) & ~3


class Message(NamedTuple):
    """A message in data read from a socket, whose type says whether it is worth parsing."""

    kind: int
    data: bytes


def messages(data: bytes) -> Iterator[Message]:
    """Yield the messages in data read from a socket, none of them parsed."""
    for at, length, kind, _sequence in _headers(data):
        yield Message(kind, data[at : at + length])


def parse(data: bytes) -> Iterator[Tuple[int, NetlinkMessage]]:
    """Yield (type, pyroute2's object) of every message about a link, an address, a route or a rule
    that is there, and about a link or an address that is gone.
    """
    for at, length, kind, _sequence in _headers(data):
        if kind in _CLASSES:
            message = _CLASSES[kind](data[at : at + length])
            message.decode()
            yield kind, message


def is_delivered(opened: socket.socket, index: int, address: VirtualAddress) -> bool:
    """Whether packets to an IPv6 address on the interface are delivered to this host."""
    opened.send(delivery_request(index, address))
    answer = opened.recv(_RECEIVE_SIZE)
    _length, kind, *_rest = _HEADER.unpack_from(answer)
    return kind == RTM_NEWROUTE and answer[_HEADER.size + _ROUTE_TYPE_OFFSET] == _RTN_LOCAL


def with_sequence_numbers(messages: Sequence[bytes]) -> bytes:
    """Return the messages as one, each with its position as sequence number."""
    return b"".join(
        message[:8] + struct.pack("=I", number) + message[12:]
        for number, message in enumerate(messages)
    )


def transact(opened: socket.socket, messages: Sequence[bytes]) -> List[int]:
    """Send requests in batches; returns the errno of each, 0 for success.

    The kernel answers the requests that it refuses, and the last one, which asks for it.

    Raises KernelError when the socket itself fails.
    """
    results: List[int] = []
    for start in range(0, len(messages), _BATCH_MAX):
        results.extend(_transact_batch(opened, messages[start : start + _BATCH_MAX]))
    return results


def _transact_batch(opened: socket.socket, messages: Sequence[bytes]) -> List[int]:
    results: Dict[int, int] = {}
    last = len(messages) - 1
    try:
        opened.send(with_sequence_numbers([*messages[:last], _acknowledged(messages[last])]))
        while last not in results:
            results.update(acknowledgements(opened.recv(_RECEIVE_SIZE)))
    except OSError as error:
        raise KernelError(error.errno or errno.EIO, "netlink") from None
    return [results.get(number, 0) for number in range(len(messages))]


def _acknowledged(message: bytes) -> bytes:
    flags: int = int.from_bytes(message[6:8], sys.byteorder) | NLM_F_ACK
    return message[:6] + flags.to_bytes(2, sys.byteorder) + message[8:]


def transact_atomic(opened: socket.socket, messages: Sequence[bytes]) -> int:
    """Send requests that succeed all or not at all; the last but one is acknowledged.

    Returns the first errno, 0 for success. Raises KernelError when the socket itself fails.
    """
    decisive = len(messages) - 2
    try:
        opened.send(with_sequence_numbers(messages))
        while True:
            results = dict(acknowledgements(opened.recv(_RECEIVE_SIZE)))
            refused = next((number for number in results.values() if number), 0)
            if refused or decisive in results:
                return refused
    except OSError as error:
        raise KernelError(error.errno or errno.EIO, "netlink") from None


def acknowledgements(data: bytes) -> Iterator[Tuple[int, int]]:
    """Yield (sequence number, errno) of every NLMSG_ERROR, which also acknowledges, with errno
    0.
    """
    for at, _length, kind, sequence in _headers(data):
        if kind == _NLMSG_ERROR:
            (negative,) = struct.unpack_from("=i", data, at + _HEADER.size)
            yield sequence, -negative


def _headers(data: bytes) -> Iterator[Tuple[int, int, int, int]]:
    """Yield (offset, length, type, sequence number) of every message in data read from a
    socket.
    """
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, _flags, sequence, _port = _HEADER.unpack_from(data, at)
        invariant(length >= _HEADER.size, "netlink gave a message shorter than its header")
        yield at, length, kind, sequence
        at += (length + 3) & ~3


class Dump:
    """The messages with which the kernel answers these requests, none of them parsed.

    ``is_consistent``: nothing has changed meanwhile that may have hidden some of them.
    """

    def __init__(self, opened: socket.socket, requests: Sequence[bytes]) -> None:
        self._opened = opened
        self._requests = requests
        self.is_consistent = True

    def __iter__(self) -> Iterator[Message]:
        for request in self._requests:
            self._opened.send(request)
            yield from self._answers()

    def _answers(self) -> Iterator[Message]:
        while True:
            for message in messages(self._opened.recv(_RECEIVE_SIZE)):
                if _flags_of(message) & _NLM_F_DUMP_INTR:
                    self.is_consistent = False
                if message.kind in (_NLMSG_DONE, _NLMSG_ERROR):
                    return
                yield message


def _flags_of(message: Message) -> int:
    _length, _kind, flags, _sequence, _port = _HEADER.unpack_from(message.data)
    return int(flags)


def dump_links_and_addresses(opened: socket.socket) -> Dump:
    """Return all interfaces, then all addresses, then whether each interface forwards IPv6."""
    requests = (ifinfmsg(), RTM_GETLINK), (ifaddrmsg(), RTM_GETADDR)
    encoded = [_dump_request(message, kind) for message, kind in requests]
    return Dump(opened, [*encoded, netconf_dump_request()])


def _dump_request(message: NetlinkMessage, kind: int) -> bytes:
    return encoded(message, kind, NLM_F_REQUEST | NLM_F_DUMP)


def dump_routes_of(
    opened: socket.socket, family: Family, protocol: int
) -> Iterator[NetlinkMessage]:
    """Yield the message of every route of a protocol. The kernel dumps no others; an old one dumps
    all the same.
    """
    for kind, message in _dump_routes(opened, family, protocol):
        if kind == RTM_NEWROUTE and route_header(message).protocol == protocol:
            yield from (parsed for _kind, parsed in parse(message))


def dump_routes_to(
    opened: socket.socket, destination: Prefix, most: int
) -> Iterator[NetlinkMessage]:
    """Yield the message of every route to a destination among the first routes of the host."""
    packed = destination.packed if destination.length else b""
    for kind, message in itertools.islice(_dump_routes(opened, destination.family), most):
        length = route_header(message).destination_length
        if kind == RTM_NEWROUTE and (length, route_destination(message)) == (
            destination.length,
            packed,
        ):
            yield from (parsed for _kind, parsed in parse(message))


def _dump_routes(opened: socket.socket, family: Family, protocol: int = 0) -> Dump:
    request = rtmsg()
    request["family"], request["proto"] = DOMAINS[family], protocol
    return Dump(opened, [_dump_request(request, RTM_GETROUTE)])


def dump_rules(opened: socket.socket) -> Iterator[NetlinkMessage]:
    """Yield the message of every policy rule."""
    for domain in DOMAINS.values():
        request = RuleMessage()
        request["family"] = domain
        for message in Dump(opened, [_dump_request(request, RTM_GETRULE)]):
            yield from (parsed for _kind, parsed in parse(message.data))
