# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.
"""Listening on interfaces: packets of protocol 112, and answers for addresses."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import time
from functools import partial
from typing import Callable, Iterable, List, Mapping, Set, Tuple

from .._vrrp.linux.bpf import attach, match_protocol
from .._vrrp.linux.probe_socket import ProbeSocket
from .._vrrp.model.family import Family
from .._vrrp.wire.address_probe import address_probe, read_address_answer
from .._vrrp.wire.constants import ETHERTYPE_IPV4, ETHERTYPE_IPV6
from .clashes import Answer
from .heard import Heard

_ETHERTYPES = {Family.IPV4: ETHERTYPE_IPV4, Family.IPV6: ETHERTYPE_IPV6}
_PACKET_MAX = 2048
_SOL_PACKET = 263  # packet(7).
_PACKET_ADD_MEMBERSHIP = 1
_PACKET_MR_ALLMULTI = 2
_PACKET_MREQ = struct.Struct("=iHH8x")
_MAC_LENGTH = 6
_ANSWERS_MAX = 1024  # Of a flood, the first ones tell enough.
_LINK_SCOPE = "20"  # As /proc/net/if_inet6 has it.
_ASK_AGAIN_AFTER = 1.0  # Seconds: an answer can be lost, or wait for a switch to learn.


class ScanError(Exception):
    """The scan can't be made; the message says why."""


def scan(
    addresses: Mapping[str, Iterable[bytes]], seconds: float
) -> Tuple[Heard, Tuple[Answer, ...]]:
    """Listen on interfaces for some seconds, and ask on each who has its ``addresses`` (packed);
    returns the senders that were heard, and the answers: at once where there is no interface.
    Raises ScanError.
    """
    heard = Heard()
    answers: Set[Answer] = set()
    with contextlib.ExitStack() as opened, selectors.DefaultSelector() as selector:
        probes: List[Callable[[], None]] = []
        for interface, asked in addresses.items():
            _check(interface)
            for family in Family:
                _listen(opened, selector, interface, family, heard)
                wanted = {one for one in asked if len(one) == family.address_length}
                if wanted:
                    probes.append(_prepare_probe(opened, selector, interface, wanted, answers))
        _run(selector, probes, seconds if addresses else 0)
    return heard, tuple(sorted(answers, key=lambda one: (one.interface, one.address, one.mac)))


def _check(interface: str) -> None:
    """Raise ScanError for an interface that the host does not have."""
    try:
        socket.if_nametoindex(interface)
    except OSError:
        names = ", ".join(name for _index, name in socket.if_nameindex())
        raise ScanError(f"there is no interface {interface}; this host has {names}") from None


def _run(
    selector: selectors.BaseSelector, probes: Iterable[Callable[[], None]], seconds: float
) -> None:
    end = time.monotonic() + seconds
    ask_at = time.monotonic()
    while (left := end - time.monotonic()) > 0:
        if time.monotonic() >= ask_at:
            ask_at += _ASK_AGAIN_AFTER
            for probe in probes:
                probe()
        for key, _events in selector.select(min(left, max(ask_at - time.monotonic(), 0))):
            key.data()


# --- VRRP ---


def _listen(
    opened: contextlib.ExitStack,
    selector: selectors.BaseSelector,
    interface: str,
    family: Family,
    heard: Heard,
) -> None:
    """Receive the packets of an interface before any firewall does."""
    try:
        opened_socket = opened.enter_context(
            socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, 0)
        )
        attach(opened_socket, match_protocol(family))
        opened_socket.bind((interface, _ETHERTYPES[family]))
        all_groups = _PACKET_MREQ.pack(socket.if_nametoindex(interface), _PACKET_MR_ALLMULTI, 0)
        opened_socket.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, all_groups)
    except OSError as error:
        raise ScanError(f"cannot listen on {interface}: {error.strerror}") from None
    with contextlib.suppress(OSError):  # Without an address of the family there is no group.
        opened.enter_context(_join(interface, family))
    selector.register(
        opened_socket, selectors.EVENT_READ, partial(_take, opened_socket, interface, heard)
    )


def _join(interface: str, family: Family) -> socket.socket:
    """Join the group, so that switches that snoop forward it; raises OSError."""
    index = struct.pack("=I", socket.if_nametoindex(interface))
    if family is Family.IPV4:
        kind, level, option = socket.AF_INET, socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP
        request = family.group + bytes(4) + index
    else:
        kind, level, option = socket.AF_INET6, socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP
        request = family.group + index
    made = socket.socket(kind, socket.SOCK_DGRAM)
    try:
        made.setsockopt(level, option, request)
    except OSError:
        made.close()
        raise
    return made


def _take(opened: socket.socket, interface: str, heard: Heard) -> None:
    with contextlib.suppress(OSError):
        packet, origin = opened.recvfrom(_PACKET_MAX)
        if origin[2] != socket.PACKET_OUTGOING:
            heard.add(interface, packet, origin[4].hex(":"))


# --- Addresses ---


def _prepare_probe(
    opened: contextlib.ExitStack,
    selector: selectors.BaseSelector,
    interface: str,
    addresses: Set[bytes],
    answers: Set[Answer],
) -> Callable[[], None]:
    """Receive the answers for addresses of one family; returns the function that asks for them."""
    family = Family.IPV4 if len(next(iter(addresses))) == 4 else Family.IPV6
    mac, source = _mac(interface), _link_local(interface) if family is Family.IPV6 else b""
    if not mac or (family is Family.IPV6 and not source):
        return lambda: None  # An interface without neighbours, or without IPv6.
    try:
        probe = opened.enter_context(
            contextlib.closing(ProbeSocket(socket.if_nametoindex(interface), family))
        )
        probe.listen_for(addresses)
    except OSError as error:
        raise ScanError(f"cannot ask for addresses on {interface}: {error.strerror}") from None
    selector.register(
        probe, selectors.EVENT_READ, partial(_take_answers, probe, interface, addresses, answers)
    )
    frames = [address_probe(one, mac, source) for one in sorted(addresses)]
    return partial(_send, probe, frames)


def _send(probe: ProbeSocket, frames: Iterable[bytes]) -> None:
    with contextlib.suppress(OSError):  # The interface is down, and nobody can answer.
        for frame in frames:
            probe.send(frame)


def _take_answers(
    probe: ProbeSocket, interface: str, addresses: Set[bytes], answers: Set[Answer]
) -> None:
    with contextlib.suppress(OSError):
        for frame in probe.receive():
            answer = read_address_answer(frame)
            if answer is None or answer.address not in addresses:
                continue
            if len(answers) < _ANSWERS_MAX:
                answers.add(Answer(interface, answer.address, answer.mac.hex(":")))


def _mac(interface: str) -> bytes:
    """Return the MAC address of an interface; no bytes where it has none."""
    try:
        with open(f"/sys/class/net/{interface}/address", encoding="ascii") as file:
            mac = bytes.fromhex(file.read().strip().replace(":", ""))
    except (OSError, ValueError):
        return b""
    return mac if len(mac) == _MAC_LENGTH and any(mac) else b""


def _link_local(interface: str) -> bytes:
    """Return the link-local address of an interface; no bytes where it has none."""
    with contextlib.suppress(OSError), open("/proc/net/if_inet6", encoding="ascii") as file:
        for address, _index, _length, scope, _flags, name in map(str.split, file):
            if name == interface and scope == _LINK_SCOPE:
                return bytes.fromhex(address)
    return b""
