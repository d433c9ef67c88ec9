# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receive checks: every vector, every truncation and every flipped bit."""

from __future__ import annotations

import ipaddress

import pytest
from _vrrp.model.config import build_config
from _vrrp.model.family import Family, text
from _vrrp.wire.datagram import Datagram, DropReason, ReceiveContext
from _vrrp.wire.receive import receive
from _vrrp.wire.received import Received
from hypothesis import given
from hypothesis import strategies as st
from support.vectors import DISCARDED, VALID, Vector


def datagram(vector: Vector, message: bytes | None = None) -> Datagram:
    return Datagram(
        ipaddress.ip_address(vector.source).packed,
        ipaddress.ip_address(vector.destination).packed,
        vector.ttl,
        bytes.fromhex(vector.message) if message is None else message,
    )


def context(**settings: object) -> ReceiveContext:
    """The context of an instance with these settings, at 192.0.2.11 or fe80::11."""
    base = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    (instance,) = build_config({"instances": [{**base, **settings}]}).instances
    own = "192.0.2.11" if instance.family is Family.IPV4 else "fe80::11"
    return ReceiveContext(instance, ipaddress.ip_address(own).packed)


def context_for(vector: Vector) -> ReceiveContext:
    """An instance of the version and the interval of a packet, if they are ones."""
    if ":" in vector.source:
        return context(addresses=["fe80::100/64"], strict_link_local=True)
    if vector.message.startswith("3"):
        return context()
    seconds = vector.fields[3] // 1_000_000_000 or 1
    return context(version=2, advertisement_interval=seconds)


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.name)
def test_a_valid_packet_is_decoded_to_its_fields(vector: Vector) -> None:
    received = receive(datagram(vector), context_for(vector))
    assert isinstance(received, Received)
    found = received.advertisement
    version, vrid, priority, interval, addresses, form = vector.fields
    assert (found.version, found.vrid, found.priority) == (version, vrid, priority)
    assert found.interval == interval
    assert tuple(text(address) for address in found.addresses) == addresses
    if form:
        assert received.checksum_form is not None
        assert received.checksum_form.value == form


@pytest.mark.parametrize("vector", DISCARDED, ids=lambda vector: vector.name)
def test_a_wrong_packet_is_discarded_for_its_reason(vector: Vector) -> None:
    found = receive(datagram(vector), context_for(vector))
    assert isinstance(found, DropReason)
    assert found.value == vector.reason


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.name)
def test_every_truncation_is_discarded(vector: Vector) -> None:
    whole, router = bytes.fromhex(vector.message), context_for(vector)
    for length in range(len(whole)):
        assert isinstance(receive(datagram(vector, whole[:length]), router), DropReason)


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.name)
def test_every_flipped_bit_is_discarded(vector: Vector) -> None:
    whole, router = bytes.fromhex(vector.message), context_for(vector)
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        assert isinstance(receive(datagram(vector, bytes(flipped)), router), DropReason), bit


@pytest.mark.parametrize("vector", DISCARDED, ids=lambda vector: vector.name)
def test_no_truncation_and_no_flipped_bit_of_a_wrong_packet_raises(vector: Vector) -> None:
    whole, router = bytes.fromhex(vector.message), context_for(vector)
    for length in range(len(whole)):
        found = receive(datagram(vector, whole[:length]), router)
        assert isinstance(found, (Received, DropReason))
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        found = receive(datagram(vector, bytes(flipped)), router)
        assert isinstance(found, (Received, DropReason))


@given(st.binary(max_size=300), st.sampled_from([4, 16]), st.integers(0, 255))
def test_no_datagram_raises(message: bytes, length: int, ttl: int) -> None:
    router = context(addresses=["192.0.2.100/24" if length == 4 else "fe80::100/64"])
    found = receive(Datagram(bytes(length), bytes(length), ttl, message), router)
    assert isinstance(found, (Received, DropReason))


def test_every_drop_reason_but_those_of_signatures_has_a_case() -> None:
    by_packet = {vector.reason for vector in DISCARDED}
    # Those of signatures have theirs in test_trailer.py.
    reasons = {one.value for one in DropReason if not one.value.startswith("hmac_")}
    assert reasons == by_packet | {case[-1] for case in FOREIGN}


# --- Against the instance -------------------------------------------------------------------------

# The messages of 192.0.2.12 for VRID 51 and 192.0.2.100, with checksums worked out by hand.
# Version 2: 2133+6401+0001+c000+0264 = 14799, folded 479a, inverted b865. With the password
# "secret": 7365+6372+6574 more = 283e4, folded 83e6; auth type 1 makes it 84e6, inverted 7b19.
V2 = "213364010001b865c00002640000000000000000"
V2_SECRET = "2133640101017b19c00002647365637265740000"
# Version 3, message only: 3133+6401+0064+c000+0264 = 157fc, folded 57fd, inverted a802.
V3 = "313364010064a802c0000264"
PEER, OTHER, OWN, GROUP = "192.0.2.12", "192.0.2.13", "192.0.2.11", "224.0.0.18"
TWO = {"version": 2}
UNICAST = {"unicast_peers": [PEER]}
LAX = {**UNICAST, "unicast_ttl_min": 250, "unicast_ttl_max": 254}
# What RouterOS sends with the password abcdefgh, every ten seconds.
ROUTEROS = "212abf03010af11f0a042a010a042a020a042a036162636465666768"
ACCEPTED = [
    ({**TWO, "password": "abcdefgh", "advertisement_interval": 10}, ROUTEROS, PEER, GROUP, 255),
    (TWO, V2, PEER, GROUP, 255),
    ({}, V3, PEER, GROUP, 255),
    ({**TWO, "password": "secret"}, V2_SECRET, PEER, GROUP, 255),
    (UNICAST, V3, PEER, OWN, 255),
    (LAX, V3, PEER, OWN, 250),
    (LAX, V3, PEER, OWN, 254),
    ({**UNICAST, "check_unicast_source": False}, V3, OTHER, OWN, 255),
]
FOREIGN = [
    ({}, V3, PEER, OWN, 255, "wrong_destination"),
    (UNICAST, V3, PEER, GROUP, 255, "wrong_destination"),
    ({}, V3, OWN, GROUP, 255, "sent_from_own_address"),
    ({}, V2, PEER, GROUP, 255, "version_mismatch"),
    (TWO, V3, PEER, GROUP, 255, "version_mismatch"),
    ({**TWO, "advertisement_interval": 2}, V2, PEER, GROUP, 255, "interval_mismatch"),
    ({**TWO, "password": "secret"}, V2, PEER, GROUP, 255, "authentication_type"),
    ({**TWO, "password": "secreT"}, V2_SECRET, PEER, GROUP, 255, "wrong_password"),
    (TWO, V2_SECRET, PEER, GROUP, 255, "authentication_type"),
    (UNICAST, V3, OTHER, OWN, 255, "unknown_peer"),
    (UNICAST, V3, PEER, OWN, 254, "invalid_ttl"),
    (LAX, V3, PEER, OWN, 249, "invalid_ttl"),
    (LAX, V3, PEER, OWN, 255, "invalid_ttl"),
    ({}, V3, PEER, GROUP, 254, "invalid_ttl"),
]


def receive_with(
    settings: dict[str, object], message: str, source: str, destination: str, ttl: int
) -> Received | DropReason:
    packed = [ipaddress.ip_address(one).packed for one in (source, destination)]
    arrived = Datagram(packed[0], packed[1], ttl, bytes.fromhex(message))
    return receive(arrived, context(**settings))


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_an_instance_accepts_the_packets_of_its_settings(
    case: tuple[dict[str, object], str, str, str, int],
) -> None:
    assert isinstance(receive_with(*case), Received)


@pytest.mark.parametrize("case", FOREIGN, ids=str)
def test_an_instance_discards_packets_that_do_not_match_it_for_their_reason(
    case: tuple[dict[str, object], str, str, str, int, str],
) -> None:
    found = receive_with(*case[:5])
    assert isinstance(found, DropReason)
    assert found.value == case[5]
