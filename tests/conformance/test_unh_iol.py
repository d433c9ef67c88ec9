# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The groups 2 to 4 of the VRRP test suite 2.5 of UNH-IOL (version 2), by their titles.

Group 1 is interoperability: see tests/namespace/test_interoperation.py.
"""

from __future__ import annotations

from typing import Any, Callable

import pytest
from _vrrp.wire.datagram import Datagram
from conformance import ledger
from support.packet_tester import SECOND, VRID, PacketTester

LOWER = bytes([192, 0, 2, 5])
# Master_Down_Interval and Skew_Time of priority 100 at 1 s: 3 s + 156/256 s.
DOWN, SKEW = 3.609375, 0.609375
MOMENT = 0.002

# Titles that only a kernel can show.
ON_THE_KERNEL = {
    "2.2 Packet reception in Backup": [
        "tests/namespace/test_rules.py::test_the_master_answers_for_the_addresses_and_the_backup_does_not",
        "tests/namespace/test_rules.py::test_a_backup_drops_packets_to_the_virtual_mac",
    ],
    "2.5 Packet reception in Master": [
        "tests/namespace/test_rules.py::test_the_master_forwards_packets_sent_to_its_mac_address",
        "tests/namespace/test_virtual_mac.py::test_clients_learn_the_virtual_mac_and_keep_it",
        "tests/namespace/test_rules.py::test_an_owner_accepts_packets_without_accept_mode",
    ],
}


def version_2(**settings: Any) -> PacketTester:
    return PacketTester(version=2, **settings)


def master() -> PacketTester:
    made = version_2()
    made.run(4)
    assert made.state == "MASTER"
    made.advertised()
    return made


@pytest.mark.parametrize("title", list(ON_THE_KERNEL))
def test_titles_that_need_a_kernel_are_shown_there(title: str) -> None:
    assert [name for name in ON_THE_KERNEL[title] if not ledger.is_there(name)] == []


def test_2_1_initialize() -> None:
    owner = version_2(priority=255)
    assert owner.state == "MASTER"
    assert owner.advertised() == [255]
    assert owner.announced() > 0
    other = version_2(priority=254)
    assert (other.state, other.advertised(), other.announced()) == ("BACKUP", [], 0)


def test_2_3_master_down_in_backup() -> None:
    one = version_2()
    one.run(DOWN - MOMENT)
    assert (one.state, one.advertised(), one.announced()) == ("BACKUP", [], 0)
    one.run(2 * MOMENT)
    assert (one.state, one.advertised()) == ("MASTER", [100])
    assert one.announced() > 0


@pytest.mark.parametrize(
    ("priority", "left"), [(0, SKEW), (99, DOWN - 3), (100, DOWN), (200, DOWN)]
)
def test_2_4_advertisement_reception_in_backup(priority: int, left: float) -> None:
    one = version_2()
    one.run(3)
    one.send(priority)
    one.run(left - MOMENT)
    assert one.state == "BACKUP"
    one.run(2 * MOMENT)
    assert one.state == "MASTER"


def test_2_6_shutdown_in_master() -> None:
    one = master()
    one.stop()
    assert one.advertised() == [0]


@pytest.mark.parametrize(
    ("priority", "source", "state"),
    [
        (0, b"", "MASTER"),
        (99, b"", "MASTER"),
        (100, LOWER, "MASTER"),
        (100, b"", "BACKUP"),
        (101, LOWER, "BACKUP"),
    ],
)
def test_2_7_advertisement_reception_in_master(priority: int, source: bytes, state: str) -> None:
    one = master()
    one.send(priority, source)
    assert one.state == state
    # RFC 9568 answers a lower priority, too, which RFC 3768 leaves to the next advertisement. A
    # master that gives way advertises once more.
    assert one.advertised() == [100]


def test_3_1_advertisement_interval() -> None:
    one = version_2(priority=255, advertisement_interval=2)
    one.advertised()
    one.run(20)
    assert one.advertised() == [255] * 10


@pytest.mark.parametrize("priority", [1, 100, 254])
def test_3_2_skew_time(priority: int) -> None:
    one = version_2(priority=priority)
    one.send(255)
    one.send(0)
    one.run((256 - priority) / 256 - MOMENT)
    assert one.state == "BACKUP"
    one.run(2 * MOMENT)
    assert one.state == "MASTER"


@pytest.mark.parametrize(("interval", "priority"), [(1, 100), (2, 200), (5, 1)])
def test_3_3_master_down_interval(interval: int, priority: int) -> None:
    one = version_2(priority=priority, advertisement_interval=interval)
    one.send(255)
    one.run(3 * interval + (256 - priority) / 256 - MOMENT)
    assert one.state == "BACKUP"
    one.run(2 * MOMENT)
    assert one.state == "MASTER"


@pytest.mark.parametrize(("preempt", "state"), [(True, "MASTER"), (False, "BACKUP")])
def test_3_4_preempt_mode(preempt: bool, state: str) -> None:
    one = version_2(preempt=preempt)
    for _second in range(5):
        one.send(50)
        one.run(1)
    assert one.state == state


def changed(at: int, value: int) -> Callable[[bytes], bytes]:
    """Change a byte, and the checksum as that demands."""

    def change(message: bytes) -> bytes:
        after = bytearray(message)
        after[at] = value
        after[6:8] = b"\0\0"
        words = [int.from_bytes(after[one : one + 2], "big") for one in range(0, len(after), 2)]
        total = sum(words)
        total = (total & 0xFFFF) + (total >> 16)
        after[6:8] = (~((total & 0xFFFF) + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
        return bytes(after)

    return change


INVALID = [
    pytest.param(254, lambda message: message, "invalid_ttl", id="4.1 invalid TTL"),
    pytest.param(255, changed(0, 0x51), "invalid_version", id="4.2 version"),
    pytest.param(255, lambda message: message[:-9], "invalid_length", id="4.3 length"),
    pytest.param(255, lambda m: m[:6] + b"\xbe\xef" + m[8:], "invalid_checksum", id="4.4 checksum"),
    pytest.param(255, changed(1, VRID + 1), "", id="4.5 VRID"),
    pytest.param(255, changed(4, 1), "authentication_type", id="4.6 authentication type"),
    pytest.param(255, changed(5, 3), "interval_mismatch", id="4.7 interval"),
    pytest.param(255, changed(0, 0x22), "invalid_type", id="4.8 unknown type"),
]


@pytest.mark.parametrize(("ttl", "change", "counter"), INVALID)
def test_4_an_invalid_packet_is_discarded(
    ttl: int, change: Callable[[bytes], bytes], counter: str
) -> None:
    one = version_2()
    one.run(3)
    one.send_bytes(change(one.message(200)), ttl=ttl)
    assert [name for name in one.counters if name == counter] == ([counter] if counter else [])
    one.run(DOWN - 3 + MOMENT)
    assert one.state == "MASTER"  # It had no effect on the timer.


def test_4_9_proper_transmission() -> None:
    one = version_2(priority=255)
    (send,) = one.sends()
    datagram = Datagram(send.source, send.destination, send.ttl, send.message)
    assert (send.source, send.destination) == (bytes([192, 0, 2, 11]), bytes([224, 0, 0, 18]))
    assert send.ttl == 255
    assert datagram.message[:6] == bytes([0x21, VRID, 255, 1, 0, 1])
    assert datagram.message[8:] == bytes([192, 0, 2, 100, *[0] * 8])
    assert one.message(255, interval=SECOND) == send.message
