# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receive checks: every vector, every truncation and every flipped bit."""

from __future__ import annotations

import ipaddress

import pytest
from _vrrp.model.config import build_config
from _vrrp.model.family import text
from _vrrp.wire.advertisement import Advertisement
from _vrrp.wire.receive import Datagram, DropReason, checksum_form, expect, receive
from hypothesis import given
from hypothesis import strategies as st
from vectors import DISCARDED, VALID, Vector


def datagram(vector: Vector, message: bytes | None = None) -> Datagram:
    return Datagram(
        ipaddress.ip_address(vector.source).packed,
        ipaddress.ip_address(vector.destination).packed,
        vector.ttl,
        bytes.fromhex(vector.message) if message is None else message,
    )


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.name)
def test_a_valid_packet_says_what_it_says(vector: Vector) -> None:
    found = receive(datagram(vector))
    assert isinstance(found, Advertisement)
    version, vrid, priority, interval, addresses, form = vector.fields
    assert (found.version, found.vrid, found.priority) == (version, vrid, priority)
    assert found.interval == interval
    assert tuple(text(address) for address in found.addresses) == addresses
    if form:
        decided = checksum_form(datagram(vector))
        assert decided is not None
        assert decided.value == form


@pytest.mark.parametrize("vector", DISCARDED, ids=lambda vector: vector.name)
def test_a_wrong_packet_is_discarded_for_its_reason(vector: Vector) -> None:
    found = receive(datagram(vector))
    assert isinstance(found, DropReason)
    assert found.value == vector.reason


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.name)
def test_every_truncation_is_discarded(vector: Vector) -> None:
    whole = bytes.fromhex(vector.message)
    for length in range(len(whole)):
        assert isinstance(receive(datagram(vector, whole[:length])), DropReason)


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.name)
def test_every_flipped_bit_is_discarded(vector: Vector) -> None:
    whole = bytes.fromhex(vector.message)
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        assert isinstance(receive(datagram(vector, bytes(flipped))), DropReason), bit


@given(st.binary(max_size=300), st.sampled_from([4, 16]), st.integers(0, 255))
def test_nothing_that_arrives_raises(message: bytes, length: int, ttl: int) -> None:
    found = receive(Datagram(bytes(length), bytes(length), ttl, message))
    assert isinstance(found, (Advertisement, DropReason))


def test_all_reasons_have_a_case() -> None:
    by_packet = {vector.reason for vector in DISCARDED}
    by_instance = {"not_multicast", "sent_from_own_address", "version_mismatch"}
    assert {reason.value for reason in DropReason} == by_packet | by_instance | {
        "interval_mismatch"
    }


# --- Against the instance -------------------------------------------------------------------------

OWN = bytes([192, 0, 2, 11])
PEER = bytes([192, 0, 2, 12])
GROUP = bytes([224, 0, 0, 18])
ADDRESSES = (bytes([192, 0, 2, 100]),)


def discarded(version: int, source: bytes, destination: bytes, interval: int) -> str | None:
    settings = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    (instance,) = build_config({"instances": [{**settings, "version": 2}]}).instances
    heard = Advertisement(version, 51, 100, interval, ADDRESSES)
    reason = expect(instance, Datagram(source, destination, 255, b""), heard, OWN)
    return reason.value if reason else None


def test_what_the_instance_expects() -> None:
    second = 1_000_000_000
    assert discarded(2, PEER, GROUP, second) is None
    assert discarded(2, PEER, OWN, second) == "not_multicast"
    assert discarded(2, OWN, GROUP, second) == "sent_from_own_address"
    assert discarded(3, PEER, GROUP, second) == "version_mismatch"
    assert discarded(2, PEER, GROUP, 2 * second) == "interval_mismatch"
