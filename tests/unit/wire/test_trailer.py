# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures: the two published vectors, everything that is wrong with one, and what is sent again.

The vectors are those of keepalived 2.4.3's own test: key 00 to 1f with the id 1, VRID 51, time
0x68000000 (1744830464) and a half seconds.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import replace

import pytest
from _vrrp.base.units import NANOSECONDS_PER_SECOND as S
from _vrrp.engine.actions import Send
from _vrrp.engine.signer import Signer
from _vrrp.model.config import build_config
from _vrrp.model.instance import ChecksumForm
from _vrrp.model.signing import Hmac, HmacKey
from _vrrp.wire.advertisement import Advertisement
from _vrrp.wire.authentication import is_signed_as_demanded
from _vrrp.wire.datagram import Datagram, DropReason, ReceiveContext
from _vrrp.wire.receive import receive
from _vrrp.wire.received import Received
from _vrrp.wire.sequence import ReplayGuard, SequenceNumbers, age, sequence_at
from _vrrp.wire.trailer import Trailer, read_trailer, sign
from hypothesis import given
from hypothesis import strategies as st

SECRET = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
KEY = HmacKey(1, bytes(range(32)))
NUMBER = 0x6800000080000000
SIGNED_AT = 0x68000000
PDU4 = "3133c80100644402c0000264"
HEAD = "010100006800000080000000"
CODE4 = "1b84bc4e8e43892dc6d98448f8ee2265"
PDU6 = "3133c8010064a2e9fe800000000000000000000000000100"
CODE6 = "c8c56146ebfd66ee10ec4d8186461b78"
# The same IPv6 message without a signature: its checksum is the one over the message alone.
UNSIGNED6 = "3133c8010064092cfe800000000000000000000000000100"


def packed(written: str) -> bytes:
    return ipaddress.ip_address(written).packed


def context(**hmac: object) -> ReceiveContext:
    """Return a receive context, with the key of the vectors unless another is given."""
    entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    settings = {"keys": [{"id": 1, "secret": SECRET}], "replay": "monotonic", **hmac}
    (instance,) = build_config({"instances": [{**entry, "hmac": settings}]}).instances
    return ReceiveContext(instance, packed("192.0.2.11"))


def hmac_of(**hmac: object) -> Hmac:
    """Return the keys of that context."""
    found = context(**hmac).instance.hmac
    assert found is not None
    return found


def over_ipv4(message: str, seconds: int = SIGNED_AT, source: str = "198.51.100.10") -> Datagram:
    group = packed("224.0.0.18")
    return Datagram(packed(source), group, 255, bytes.fromhex(message), seconds * S)


def over_ipv6(message: str) -> Datagram:
    # The vector is of unicast, to fe80::20.
    return Datagram(packed("fe80::10"), packed("fe80::20"), 255, bytes.fromhex(message), 0)


def test_a_signature_over_ipv4_equals_the_published_vector() -> None:
    signed = sign(bytes.fromhex(PDU4), packed("198.51.100.10"), b"", KEY, NUMBER)
    assert signed.hex() == PDU4 + HEAD + CODE4
    received = receive(over_ipv4(signed.hex()), context())
    assert isinstance(received, Received)
    assert received.advertisement == Advertisement(3, 51, 200, S, (packed("192.0.2.100"),))
    assert received.checksum_form is ChecksumForm.RFC9568
    assert received.trailer == Trailer(1, 1, 0, NUMBER)


def test_a_signature_over_ipv6_equals_the_published_vector() -> None:
    source, destination = packed("fe80::10"), packed("fe80::20")
    signed = sign(bytes.fromhex(UNSIGNED6), source, destination, KEY, NUMBER)
    assert signed.hex() == PDU6 + HEAD + CODE6
    entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["fe80::100/64"]}
    hmac = {"keys": [{"id": 1, "secret": SECRET}], "replay": "monotonic"}
    unicast = {**entry, "unicast_peers": ["fe80::10"], "hmac": hmac}
    (instance,) = build_config({"instances": [unicast]}).instances
    received = receive(over_ipv6(signed.hex()), ReceiveContext(instance, destination))
    assert isinstance(received, Received)
    assert received.advertisement == Advertisement(3, 51, 200, S, (packed("fe80::100"),))
    assert received.checksum_form is None


WRONG = [
    ("no signature", PDU4, {}, "hmac_missing"),
    ("a byte too few", PDU4 + HEAD + CODE4[:-2], {}, "invalid_length"),
    ("a byte too many", PDU4 + HEAD + CODE4 + "00", {}, "invalid_length"),
    ("another type", PDU4 + "02" + HEAD[2:] + CODE4, {}, "hmac_malformed"),
    ("reserved not zero", PDU4 + "01010001" + HEAD[8:] + CODE4, {}, "hmac_malformed"),
    ("another key id", PDU4 + "0102" + HEAD[4:] + CODE4, {}, "hmac_unknown_key"),
    ("another second", PDU4 + "0101000068000001" + HEAD[16:] + CODE4, {}, "hmac_wrong"),
    ("another fraction", PDU4 + HEAD[:16] + "80010000" + CODE4, {}, "hmac_wrong"),
    ("another counter", PDU4 + HEAD[:20] + "0001" + CODE4, {}, "hmac_wrong"),
    ("another code", PDU4 + HEAD + "1c" + CODE4[2:], {}, "hmac_wrong"),
    ("another secret", PDU4 + HEAD + CODE4,
     {"keys": [{"id": 1, "secret": "x" * 32}]}, "hmac_wrong"),
    # Also who takes unsigned ones does not take badly signed ones.
    ("permissive", PDU4 + HEAD + "1c" + CODE4[2:], {"mode": "permissive"}, "hmac_wrong"),
    ("receive only", PDU4 + HEAD + "1c" + CODE4[2:], {"mode": "receive-only"}, "hmac_wrong"),
    # Priority 201 with its checksum (one more in the first byte's word: 4402 - 0100).
    ("another priority", "3133c90100644302c0000264" + HEAD + CODE4, {}, "hmac_wrong"),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_a_packet_without_a_valid_signature_is_discarded_for_its_reason(
    case: tuple[str, str, dict[str, object], str],
) -> None:
    _name, message, settings, reason = case
    found = receive(over_ipv4(message), context(**settings))
    assert isinstance(found, DropReason)
    assert found.value == reason


def test_a_signature_is_valid_for_its_sender_only() -> None:
    found = receive(over_ipv4(PDU4 + HEAD + CODE4, source="198.51.100.11"), context())
    assert found is DropReason.HMAC_WRONG


@pytest.mark.parametrize("mode", ["permissive", "receive-only"])
def test_an_instance_that_does_not_enforce_signatures_accepts_unsigned_advertisements(
    mode: str,
) -> None:
    assert isinstance(receive(over_ipv4(PDU4), context(mode=mode)), Received)


def test_any_known_key_is_accepted_not_only_the_one_that_signs() -> None:
    keys = [{"id": 2, "secret": "x" * 32}, {"id": 1, "secret": SECRET}]
    heard = receive(over_ipv4(PDU4 + HEAD + CODE4), context(keys=keys, active_key=2))
    assert isinstance(heard, Received)


def test_an_instance_without_keys_discards_a_signed_packet_by_its_length() -> None:
    entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    (instance,) = build_config({"instances": [entry]}).instances
    found = receive(over_ipv4(PDU4 + HEAD + CODE4), ReceiveContext(instance, packed("192.0.2.11")))
    assert found is DropReason.LENGTH


@pytest.mark.parametrize(
    ("seconds", "taken"),
    [(0, True), (5, True), (6, False), (-5, True), (-6, False), (3600, False)],
)
def test_a_signature_is_stale_when_its_age_exceeds_the_window(seconds: int, taken: bool) -> None:
    arrived = over_ipv4(PDU4 + HEAD + CODE4, SIGNED_AT + seconds)
    found = receive(arrived, context(replay="time", window=5))
    assert found is DropReason.HMAC_STALE if not taken else isinstance(found, Received)


def test_the_same_packet_is_accepted_once() -> None:
    router = context()
    assert isinstance(receive(over_ipv4(PDU4 + HEAD + CODE4), router), Received)
    assert receive(over_ipv4(PDU4 + HEAD + CODE4), router) is DropReason.HMAC_REPLAYED


def test_every_truncation_and_every_flipped_bit_of_a_signed_packet_is_discarded() -> None:
    whole, router = bytes.fromhex(PDU4 + HEAD + CODE4), context()
    for length in range(len(whole)):
        assert isinstance(receive(over_ipv4(whole[:length].hex()), router), DropReason)
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        assert isinstance(receive(over_ipv4(flipped.hex()), router), DropReason), bit


# --- Numbers --------------------------------------------------------------------------------------


def test_a_number_holds_seconds_and_65536ths() -> None:
    assert sequence_at(SIGNED_AT * S + S // 2) == NUMBER
    assert sequence_at((1 << 32) * S + S - 1) == 0x00000000FFFF0000


def test_an_age_is_signed_and_survives_the_wrap() -> None:
    assert age(NUMBER, (SIGNED_AT + 7) * S) == 7
    assert age(NUMBER, (SIGNED_AT - 7) * S) == -7
    assert age(0xFFFFFFFF << 32, (1 << 32) * S) == 1


def test_sequence_numbers_increase_unless_the_clock_is_set_back_beyond_the_window() -> None:
    numbers, at = SequenceNumbers(), SIGNED_AT * S
    assert numbers.next(at, 5) == 0x6800000000000000
    assert numbers.next(at, 5) == 0x6800000000000001
    # Within the window a clock that was set back is waited for, beyond it is believed.
    assert numbers.next(at - 5 * S, 5) == 0x6800000000000002
    assert numbers.next(at - 6 * S, 5) == 0x67FFFFFA00000000


def test_sequence_numbers_without_a_window_never_decrease() -> None:
    numbers = SequenceNumbers()
    numbers.next(SIGNED_AT * S, None)
    assert numbers.next(0, None) == 0x6800000000000001


def test_a_guard_accepts_a_number_later_than_all_before() -> None:
    guard, at = ReplayGuard(), SIGNED_AT * S
    assert guard.accept(b"one", NUMBER, at, 5)
    assert not guard.accept(b"one", NUMBER, at, 5)
    assert not guard.accept(b"one", NUMBER - 1, at, 5)
    assert guard.accept(b"one", NUMBER + 1, at, 5)
    assert guard.accept(b"two", NUMBER, at, 5)


def test_a_guard_forgets_the_latest_number_when_it_is_beyond_the_window() -> None:
    guard, at = ReplayGuard(), SIGNED_AT * S
    assert guard.accept(b"one", NUMBER, at, 5)
    earlier = at - 6 * S
    assert guard.accept(b"one", sequence_at(earlier), earlier, 5)
    assert guard.accept(b"two", NUMBER, at, None)
    assert not guard.accept(b"two", sequence_at(earlier), earlier, None)


def test_a_guard_remembers_a_bounded_number_of_senders() -> None:
    guard, at = ReplayGuard(), SIGNED_AT * S
    for sender in range(17):
        assert guard.accept(bytes((sender,)), NUMBER, at, 5)
    assert guard.accept(b"\0", NUMBER, at, 5)
    assert not guard.accept(bytes((16,)), NUMBER, at, 5)


def test_a_restored_guard_accepts_nothing_that_the_other_would_not() -> None:
    guard, second, at = ReplayGuard(), ReplayGuard(), SIGNED_AT * S
    assert guard.accept(b"one", NUMBER, at, 300)
    assert guard.accept(b"two", NUMBER, at, 300)
    assert second.accept(b"two", NUMBER + 5, at, 300)
    second.restore(guard.latest())
    assert not second.accept(b"one", NUMBER, at, 300)
    assert second.accept(b"one", NUMBER + 1, at, 300)
    assert not second.accept(b"two", NUMBER + 5, at, 300)


def test_a_restored_signer_continues_the_sequence() -> None:
    signer, second, at = Signer(), Signer(), SIGNED_AT * S
    hmac = context(window=300, replay="time").instance.hmac
    group = packed("224.0.0.18")
    send = Send("web", 2, packed("198.51.100.10"), group, bytes.fromhex(PDU4), 255, hmac)
    signer.sign(send, at)
    second.restore(json.loads(json.dumps(signer.export())))
    # The clock was set back by two seconds, which receivers remember.
    assert second.export()["web"] == sequence_at(at)
    second.sign(send, at - 2 * S)
    assert second.export()["web"] == sequence_at(at) + 1


@pytest.mark.parametrize(
    ("message", "hmac", "is_signed"),
    [
        (PDU4 + HEAD + CODE4, {}, True),
        (PDU4 + HEAD + CODE4[:-1] + "0", {}, False),
        (PDU4 + HEAD + CODE4, {"keys": [{"id": 2, "secret": SECRET}]}, False),
        (PDU4, {}, False),
        (PDU4, {"mode": "permissive"}, True),
        ("31", {}, False),
        ("", {}, False),
    ],
)
def test_a_forged_packet_is_known_before_it_waits(
    message: str, hmac: dict[str, object], is_signed: bool
) -> None:
    found = is_signed_as_demanded(over_ipv4(message), hmac_of(**hmac), ReplayGuard())
    assert found is is_signed


def test_a_recording_is_known_before_it_waits() -> None:
    signed, hmac, guard = over_ipv4(PDU4 + HEAD + CODE4), hmac_of(), ReplayGuard()
    trailer = read_trailer(signed.trailer)
    sender = signed.source + bytes((trailer.key_number,))
    for _time in range(2):  # The early check does not count as having heard it.
        assert is_signed_as_demanded(signed, hmac, guard)
    assert guard.accept(sender, trailer.number, signed.wall, hmac.window)
    assert not is_signed_as_demanded(signed, hmac, guard)
    # Heard, too, but so long ago that the number alone says so.
    late = replace(signed, wall=signed.wall + 3600 * S)
    assert not is_signed_as_demanded(late, replace(hmac, window=5), ReplayGuard())


@given(st.binary(max_size=80), st.sampled_from(["enforce", "permissive", "receive-only"]))
def test_no_packet_makes_the_early_check_raise(message: bytes, mode: str) -> None:
    datagram = Datagram(packed("198.51.100.10"), packed("224.0.0.18"), 255, message, 0)
    assert is_signed_as_demanded(datagram, hmac_of(mode=mode), ReplayGuard()) in (True, False)
    signed = bytes.fromhex(PDU4 + HEAD + CODE4)
    for length in range(len(signed)):
        cut = Datagram(packed("198.51.100.10"), packed("224.0.0.18"), 255, signed[:length], 0)
        assert not is_signed_as_demanded(cut, hmac_of(), ReplayGuard())
