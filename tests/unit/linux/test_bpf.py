# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Socket filters, attached to a datagram socket whose payload stands for the packet."""

from __future__ import annotations

import socket
from typing import Iterator

import pytest
from _vrrp.engine.actions import PacketSelection
from _vrrp.linux import bpf
from _vrrp.model.family import Family

ADVERTISEMENT = bytes.fromhex("3133640100641234c0000264")  # Version 3, VRID 51, priority 100.
RESIGNATION = bytes.fromhex("3133000100641234c0000264")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A sending and a receiving end."""
    sending, receiving = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiving.setblocking(False)
    yield sending, receiving
    sending.close()
    receiving.close()


def passes(ends: tuple[socket.socket, socket.socket], program: object, packet: bytes) -> bool:
    """Whether a filter lets a packet pass."""
    sending, receiving = ends
    bpf.attach(receiving, program)  # type: ignore[arg-type]
    try:
        sending.send(packet)
        return receiving.recv(2048) == packet
    except OSError:
        return False


def ipv4(message: bytes, ttl: int = 255, options: bytes = b"") -> bytes:
    """An IPv4 packet; of its header only what a filter reads."""
    length = 20 + len(options)
    header = bytes([0x40 | length // 4, 0, 0, 0, 0, 0, 0, 0, ttl, 112]) + bytes(10)
    return header + options + message


@pytest.mark.finding("B4")
@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (ipv4(ADVERTISEMENT), True),
        (ipv4(ADVERTISEMENT, options=bytes(8)), True),
        (ipv4(ADVERTISEMENT[:8]), True),
        (ipv4(ADVERTISEMENT[:7]), False),
        (ipv4(b"\x31\x32" + ADVERTISEMENT[2:]), False),
        (ipv4(b"\x31\x34" + ADVERTISEMENT[2:]), True),
        (ipv4(b"\x31\x35" + ADVERTISEMENT[2:]), False),
        (ipv4(b"\x32" + ADVERTISEMENT[1:]), False),
        (ipv4(b"\x21" + ADVERTISEMENT[1:]), True),
    ],
)
def test_only_whole_advertisements_of_the_selected_vrids_pass(
    ends: tuple[socket.socket, socket.socket], packet: bytes, expected: bool
) -> None:
    selection = PacketSelection(frozenset({7, 51, 52, 255}), demands_ttl=False)
    assert passes(ends, bpf.match_packets(Family.IPV4, selection), packet) == expected


@pytest.mark.parametrize(("vrid", "expected"), [(51, True), (50, False)])
def test_an_ipv6_socket_sees_the_message_alone(
    ends: tuple[socket.socket, socket.socket], vrid: int, expected: bool
) -> None:
    selection = PacketSelection(frozenset({51}), demands_ttl=False)
    packet = bytes([0x31, vrid]) + ADVERTISEMENT[2:]
    assert passes(ends, bpf.match_packets(Family.IPV6, selection), packet) == expected


@pytest.mark.parametrize(
    ("packet", "vrid", "expected"),
    [(RESIGNATION, 51, True), (ADVERTISEMENT, 51, False), (RESIGNATION, 52, False)],
)
def test_the_other_socket_receives_the_resignations_of_its_routers(
    ends: tuple[socket.socket, socket.socket], packet: bytes, vrid: int, expected: bool
) -> None:
    selection = PacketSelection(frozenset({vrid}), demands_ttl=False)
    program = bpf.match_priority_zero(Family.IPV4, selection)
    assert passes(ends, program, ipv4(packet)) == expected
