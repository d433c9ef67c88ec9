# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Built-in checks, one function for each kind: each returns when the service has answered as it
has to, and raises OSError, ValueError or HTTPException when it has not.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import struct
from typing import Any, Callable, Dict, Mapping, Tuple
from urllib.parse import SplitResult, urlsplit

from ...model.target import RecordType
from ...wire.checksum import internet_checksum
from .attempt import Attempt

Settings = Mapping[str, Any]

_BODY_MAX = 1 << 16
_ECHO = {socket.AF_INET: 8, socket.AF_INET6: 128}
_ECHO_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_ECHO_PROTOCOLS = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_ANSWER_MAX = 65535
_CLASS_IN = 1
_HEADER_LENGTH = 12
_RECURSION_DESIRED = 0x0100


def _addresses(host: str, port: int, kind: int) -> Tuple[int, Any]:
    """Return the address family and the socket address of a host."""
    family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, 0, kind)[0]
    return family, address


def ping(target: Settings, attempt: Attempt) -> None:
    """Send an echo request, and wait for the reply; raises PingRefusedError."""
    family, address = _addresses(target["host"], 0, socket.SOCK_DGRAM)
    identifier = os.urandom(4)
    with _PingSocket(family) as (opened, is_raw):
        opened.connect(address)
        opened.send(_echo_request(family, identifier))
        while not _is_reply(_receive(opened, attempt), family, is_raw, identifier):
            pass


def _receive(opened: socket.socket, attempt: Attempt) -> bytes:
    opened.settimeout(attempt.remaining())
    return opened.recv(_ANSWER_MAX)


class _PingSocket:
    """A socket for echo requests: a raw one where the group of the process may open no other
    (net.ipv4.ping_group_range).
    """

    def __init__(self, family: int) -> None:
        protocol = _ECHO_PROTOCOLS[socket.AddressFamily(family)]
        self._is_raw = False
        try:
            self._opened = socket.socket(family, socket.SOCK_DGRAM, protocol)
        except PermissionError:
            self._opened = _raw_socket(family, protocol)
            self._is_raw = True

    def __enter__(self) -> Tuple[socket.socket, bool]:
        return self._opened, self._is_raw

    def __exit__(self, *_reason: object) -> None:
        self._opened.close()


class PingRefusedError(Exception):
    """This process may not ping: nothing is known about the host."""


def _raw_socket(family: int, protocol: int) -> socket.socket:
    try:
        return socket.socket(family, socket.SOCK_RAW, protocol)
    except PermissionError:
        raise PingRefusedError(
            "the user of the check may not ping: let net.ipv4.ping_group_range include its group"
        ) from None


def _echo_request(family: int, payload: bytes) -> bytes:
    head = struct.pack("!BBHHH", _ECHO[socket.AddressFamily(family)], 0, 0, 1, 1)
    # The kernel fills in the checksum of ICMPv6, and of ping sockets.
    checksum = internet_checksum(head + payload)
    return head[:2] + struct.pack("!H", checksum) + head[4:] + payload


def _is_reply(packet: bytes, family: int, is_raw: bool, payload: bytes) -> bool:
    start = (packet[0] & 0x0F) * 4 if is_raw and family == socket.AF_INET and packet else 0
    message = packet[start:]
    is_echo = message[:1] == bytes((_ECHO_REPLY[socket.AddressFamily(family)],))
    return is_echo and message[8:] == payload


def tcp(target: Settings, attempt: Attempt) -> None:
    """Open a connection, and close it."""
    address = (target["host"], target["port"])
    socket.create_connection(address, attempt.remaining()).close()


def http_get(target: Settings, attempt: Attempt) -> None:
    """Request a URL, and compare the status and the text."""
    parts = urlsplit(target["url"])
    path = parts.path or "/"
    with contextlib.closing(_connection(parts, target, attempt)) as connection:
        connection.connect()
        with attempt.using(connection.sock):
            connection.request("GET", f"{path}?{parts.query}" if parts.query else path)
            answer = connection.getresponse()
            body = answer.read(_BODY_MAX) if target["text"] else b""
    accepted = target["status"] or range(200, 300)
    if answer.status not in accepted:
        raise ValueError(f"status {answer.status}")
    if target["text"] and target["text"].encode() not in body:
        raise ValueError("the text is not in the answer")


def _connection(
    parts: SplitResult, target: Settings, attempt: Attempt
) -> http.client.HTTPConnection:
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host, timeout = str(parts.hostname), attempt.remaining()
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=timeout)
    context = ssl.create_default_context(cafile=target["ca_file"] or None)
    if not target["verify"]:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)


def dns(target: Settings, attempt: Attempt) -> None:
    """Ask a DNS server (RFC 1035 section 4.1), and look whether it has answered with a record."""
    family, address = _addresses(target["host"], target["port"], socket.SOCK_DGRAM)
    number = os.urandom(2)
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.connect(address)
        opened.send(_question(number, target["query"], RecordType[target["type"]]))
        answer = _receive(opened, attempt)
        while answer[:2] != number or len(answer) < _HEADER_LENGTH:
            answer = _receive(opened, attempt)
    _number, flags, _questions, records = struct.unpack_from("!HHHH", answer)
    code = flags & 0x0F
    if code:
        raise ValueError(f"response code {code}")
    if not records:
        raise ValueError("no record of this type")


def _question(number: bytes, name: str, kind: RecordType) -> bytes:
    head = number + struct.pack("!HHHHH", _RECURSION_DESIRED, 1, 0, 0, 0)
    labels = [one.encode() for one in name.strip(".").split(".") if one]
    if any(len(one) > 63 for one in labels):
        raise ValueError("a label of the name is longer than 63 characters")
    encoded = b"".join(bytes((len(one),)) + one for one in labels) + b"\0"
    return head + encoded + struct.pack("!HH", kind.value, _CLASS_IN)


CHECKS: Dict[str, Callable[[Settings, Attempt], None]] = {
    "ping": ping,
    "tcp": tcp,
    "http": http_get,
    "dns": dns,
}
