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
from _vrrp.wire.address_probe import address_probe
from _vrrp.wire.announce import unsolicited_neighbor_advertisement

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


VIPS = [bytes([192, 0, 2, number]) for number in (100, 101)]
VIPS6 = [bytes.fromhex("fe80") + bytes(12) + bytes([0, number]) for number in (100, 101)]
MAC = bytes.fromhex("020000000001")


def arp(operation: int, sender: bytes) -> bytes:
    """An ARP packet of a sender in an Ethernet frame."""
    head = bytes(12) + bytes.fromhex("0806000108000604") + bytes([0, operation])
    return head + MAC + sender + bytes(10)


@pytest.mark.finding("C16")
@pytest.mark.parametrize(
    ("family", "frame", "expected"),
    [
        (Family.IPV4, arp(2, bytes([192, 0, 2, 100])), True),
        (Family.IPV4, arp(2, bytes([192, 0, 2, 101])), True),
        (Family.IPV4, arp(2, bytes([192, 0, 2, 102])), False),
        (Family.IPV4, arp(1, bytes([192, 0, 2, 100])), False),
        *(
            (Family.IPV6, unsolicited_neighbor_advertisement(address, MAC, address, True), True)
            for address in VIPS6
        ),
        (Family.IPV6, unsolicited_neighbor_advertisement(bytes(16), MAC, bytes(16), True), False),
        (Family.IPV6, address_probe(VIPS6[0], MAC, bytes(16)), False),
    ],
)
def test_only_answers_for_our_addresses_pass(
    ends: tuple[socket.socket, socket.socket], family: Family, frame: bytes, expected: bool
) -> None:
    addresses = set(VIPS if family is Family.IPV4 else VIPS6)
    assert passes(ends, bpf.match_address_answers(family, addresses), frame) is expected


def test_as_many_addresses_as_are_allowed_fit_into_a_filter(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    addresses = {number.to_bytes(16, "big") for number in range(400)}
    last = (399).to_bytes(16, "big")
    frame = unsolicited_neighbor_advertisement(last, MAC, last, True)
    assert passes(ends, bpf.match_address_answers(Family.IPV6, addresses), frame)
