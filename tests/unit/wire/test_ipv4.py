# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The IPv4 header around an advertisement."""

from __future__ import annotations

from _vrrp.wire.ipv4 import build_header, comparable_parts, parse_comparable
from hypothesis import given
from hypothesis import strategies as st

SOURCE, GROUP = bytes([192, 168, 100, 2]), bytes([224, 0, 0, 18])


def comparable_part_of(packet: bytes) -> bytes:
    """The comparable part of a single packet."""
    (found,) = comparable_parts([packet])
    return found


def test_the_header_of_an_advertisement_equals_the_published_one_but_for_the_checksum() -> None:
    # As published for holo, but for the checksum b5e8, which the kernel fills in.
    assert build_header(SOURCE, GROUP, 20, 255).hex() == "45c0002800000000ff700000c0a86402e0000012"


def test_options_of_the_ip_header_are_skipped() -> None:
    header = bytearray(build_header(SOURCE, GROUP, 4, 255))
    header[0] = 0x47
    header[3] = 28 + 4
    assert parse_comparable(comparable_part_of(bytes(header) + b"OPTIONS!" + b"vrrp")) == (
        SOURCE,
        GROUP,
        255,
        b"vrrp",
    )


def test_an_invalid_packet_is_none() -> None:
    assert parse_comparable(b"") is None
    assert parse_comparable(bytes(20)) is None
    assert (
        parse_comparable(
            comparable_part_of(b"\x65" + build_header(SOURCE, GROUP, 4, 255)[1:] + b"vrrp")
        )
        is None
    )
    assert (
        parse_comparable(comparable_part_of(b"\x46" + build_header(SOURCE, GROUP, 4, 255)[1:]))
        is None
    )
    assert (
        parse_comparable(
            comparable_part_of(b"\x44" + build_header(SOURCE, GROUP, 4, 255)[1:] + b"vrrp")
        )
        is None
    )


def test_the_comparable_part_ignores_the_identification_and_the_header_checksum() -> None:
    header = build_header(SOURCE, GROUP, 4, 255)
    another = header[:4] + b"\x12\x34" + header[6:10] + b"\xab\xcd" + header[12:]
    assert comparable_part_of(header + b"vrrp") == comparable_part_of(another + b"vrrp")
    assert comparable_part_of(header + b"vrrp") != comparable_part_of(header + b"VRRP")
    other_ttl = header[:8] + b"\xfe" + header[9:]
    assert comparable_part_of(header + b"vrrp") != comparable_part_of(other_ttl + b"vrrp")


@given(st.binary(max_size=100))
def test_no_bytes_raise(data: bytes) -> None:
    parse_comparable(data)
