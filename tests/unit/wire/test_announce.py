# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Announcements, against published frames."""

from __future__ import annotations

import ipaddress

from _vrrp.wire.announce import (
    announcement,
    gratuitous_arp,
    unsolicited_neighbor_advertisement,
)


def packed(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


def test_a_gratuitous_arp_has_the_bytes_of_the_published_frame() -> None:
    frame = gratuitous_arp(packed("192.0.2.1"), bytes.fromhex("00005e00010a"))
    assert frame.hex() == (
        "ffffffffffff00005e00010a0806000108000604000100005e00010ac000020100005e00010ac0000201"
    )


def test_an_unsolicited_neighbor_advertisement_has_the_bytes_of_the_published_frame() -> None:
    mac = bytes.fromhex("00005e00020a")
    source = packed("fe80::200:5eff:fe00:20a")
    frame = unsolicited_neighbor_advertisement(packed("2001:db8::1"), mac, source, True)
    assert frame[:14].hex() == "33330000000100005e00020a86dd"
    # Version 6, 32 bytes of ICMPv6 (58), hop limit 255, from the link-local to all nodes.
    assert frame[14:22].hex() == "6000000000203aff"
    assert frame[22:54] == source + packed("ff02::1")
    # R and O set, S clear; ICMPv6 checksum e94f as published for these addresses.
    assert frame[54:].hex() == ("8800e94fa000000020010db8000000000000000000000001020100005e00020a")


def test_a_host_that_does_not_forward_says_that_it_is_no_router() -> None:
    mac = bytes.fromhex("00005e00020a")
    source = packed("fe80::200:5eff:fe00:20a")
    frame = unsolicited_neighbor_advertisement(packed("2001:db8::1"), mac, source, False)
    # O alone; the checksum grows by the 8000 that the flags lose: e94f + 8000, folded 6950.
    assert frame[54:].hex() == ("880069502000000020010db8000000000000000000000001020100005e00020a")


def test_the_family_decides_the_kind_of_announcement() -> None:
    mac = bytes.fromhex("00005e00020a")
    assert len(announcement(packed("192.0.2.1"), mac, None, False)) == 42
    assert len(announcement(packed("2001:db8::1"), mac, packed("fe80::1"), False)) == 86
