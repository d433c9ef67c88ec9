# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes for addresses and their answers, byte by byte."""

from __future__ import annotations

import ipaddress

import pytest
from _vrrp.wire.address_probe import AddressAnswer, address_probe, read_address_answer
from _vrrp.wire.announce import gratuitous_arp, unsolicited_neighbor_advertisement

MAC = bytes.fromhex("020000000001")
OTHER = bytes.fromhex("020000000002")
VIP = bytes([192, 0, 2, 100])
OWN6 = ipaddress.ip_address("fe80::1").packed
VIP6 = ipaddress.ip_address("fe80::100").packed
# From the other host to this one: operation 2, its MAC and address, to no address.
REPLY = MAC + OTHER + bytes.fromhex("0806000108000604" + "0002") + OTHER + VIP + MAC + bytes(4)
# The same as to all nodes, but with the Solicited flag: R, S and O.
_UNSOLICITED = unsolicited_neighbor_advertisement(VIP6, OTHER, VIP6, False)
SOLICITED = _UNSOLICITED[:58] + b"\xe0" + _UNSOLICITED[59:]


def test_an_arp_probe_has_no_sender_address() -> None:
    # RFC 5227 section 2.1.1: sender IP 0, target MAC 0.
    assert address_probe(VIP, MAC, bytes(4)).hex() == (
        "ffffffffffff" + "020000000001" + "0806" + "0001080006040001"
        "020000000001" + "00000000" + "000000000000" + "c0000264"
    )


def test_a_solicitation_comes_from_an_address_of_this_host() -> None:
    frame = address_probe(VIP6, MAC, OWN6)
    # To ff02::1:ff00:100 and its MAC address; 32 bytes of ICMPv6, hop limit 255.
    assert frame[:14].hex() == "3333ff000100" + "020000000001" + "86dd"
    assert frame[14:22].hex() == "6000000000203aff"
    assert frame[22:54] == OWN6 + ipaddress.ip_address("ff02::1:ff00:100").packed
    # fe80+1 + ff02+1+ff00+100 + 20 + 3a + 8700 + fe80+100 + 101+200+0+1 = 48760, folded 8764,
    # inverted 789b.
    assert frame[54:].hex() == "8700789b00000000" + VIP6.hex() + "0101020000000001"


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        (REPLY, AddressAnswer(VIP, OTHER)),
        (SOLICITED, AddressAnswer(VIP6, OTHER)),
        (unsolicited_neighbor_advertisement(VIP6, OTHER, VIP6, False), None),
        (gratuitous_arp(VIP, OTHER), None),
        (address_probe(VIP, MAC, bytes(4)), None),
        (address_probe(VIP6, MAC, OWN6), None),
        (REPLY[:41], None),
        (SOLICITED[:70], None),
        (b"", None),
    ],
)
def test_answers_are_replies_and_advertisements(frame: bytes, answer: object) -> None:
    assert read_address_answer(frame) == answer
