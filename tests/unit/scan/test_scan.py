# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets of protocol 112 as a scan reads them, and what of them clashes with a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._scan.clashes import (
    Answer,
    Planned,
    find_clashes,
)
from ansible_collections.failover.vrrp.plugins.module_utils._scan.heard import (
    Heard,
    Sender,
    read_packet,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.family import Family
from hypothesis import given
from hypothesis import strategies as st

# An IPv4 header of 20 bytes (48 in all, TTL 255, protocol 112) from 192.0.2.11 to 224.0.0.18.
IPV4 = "45c00020000000 00ff70 0000 c000020b e0000012".replace(" ", "")
# Version 3, VRID 51, priority 200, one address, 100 centiseconds: 192.0.2.100.
V3 = "31 33 c8 01 0064 0000 c0000264".replace(" ", "")
# Version 2, authentication type 1, 1 second, 192.0.2.100 and "password".
V2 = "21 33 c8 01 0101 0000 c0000264 70617373776f7264".replace(" ", "")
# From fe80::11 to ff02::12: version 3, VRID 51, priority 200, 100 centiseconds, fe80::100.
IPV6 = (
    "60000000 0018 70 ff fe800000000000000000000000000011 ff020000000000000000000000000012"
    " 31 33 c8 01 0064 0000 fe800000000000000000000000000100"
).replace(" ", "")
MAC = "02:00:00:00:00:0b"
VIRTUAL, OWN = bytes((192, 0, 2, 100)), bytes((192, 0, 2, 11))

SENDER = Sender(
    "eth0", Family.IPV4, 51, 3, OWN, bytes((224, 0, 0, 18)), MAC, 200, 1.0, (VIRTUAL,), "none"
)
PLANNED = Planned("web", "eth0", Family.IPV4, 51, 3, (VIRTUAL,), (), 1.0, "none")


def ipv4(message: str) -> bytes:
    """An IPv4 packet with a message, its length in the header."""
    packet = bytearray.fromhex(IPV4 + message)
    packet[2:4] = len(packet).to_bytes(2, "big")
    return bytes(packet)


def test_a_packet_of_each_version_and_family_is_read() -> None:
    assert read_packet("eth0", ipv4(V3), MAC) == SENDER
    assert read_packet("eth0", ipv4(V2), MAC) == replace(
        SENDER, version=2, authentication="password"
    )
    found = read_packet("eth0", bytes.fromhex(IPV6), MAC)
    assert found is not None
    assert (found.family, found.vrid, found.priority) == (Family.IPV6, 51, 200)
    assert found.addresses == (bytes.fromhex("fe800000000000000000000000000100"),)


def test_a_signature_behind_the_message_is_seen() -> None:
    found = read_packet("eth0", ipv4(V3 + "00" * 28), MAC)
    assert found == replace(SENDER, authentication="hmac")


def test_padding_behind_the_packet_is_no_signature() -> None:
    assert read_packet("eth0", ipv4(V3) + bytes(14), MAC) == SENDER


@pytest.mark.parametrize(
    "message", ["", "31", "41" + V3[2:], "31 33 c8 02".replace(" ", "") + V3[8:]]
)
def test_what_is_no_advertisement_is_counted(message: str) -> None:
    heard = Heard()
    heard.add("eth0", ipv4(message), MAC)
    assert (heard.senders, heard.malformed) == ((), 1)


@given(st.binary(max_size=80))
def test_no_packet_raises(packet: bytes) -> None:
    heard = Heard()
    heard.add("eth0", packet, MAC)
    assert len(heard.senders) + heard.malformed == 1


def test_a_flood_of_senders_is_bounded_and_hides_no_other_router() -> None:
    heard = Heard()
    for number in range(600):
        packet = bytearray(ipv4(V3))
        packet[14:16] = number.to_bytes(2, "big")
        packet[21] = 7  # The VRID.
        heard.add("eth0", bytes(packet), MAC)
    assert (len(heard.senders), heard.left_out) == (32, 568)
    heard.add("eth0", ipv4(V3), MAC)
    assert [one.vrid for one in heard.senders].count(7) == 32
    assert len(heard.senders) == 33


def test_a_sender_that_resigns_keeps_what_it_had() -> None:
    heard = Heard()
    resignation = V3[:4] + "00" + V3[6:]
    for message in (V3, resignation):
        heard.add("eth0", ipv4(message), MAC)
    assert heard.senders == (replace(SENDER, packets=2),)


# --- Clashes ---


def clashes(
    sender: Sender | None = None, *answers: Answer, members: tuple[bytes, ...] = ()
) -> list[str]:
    senders = [sender] if sender else []
    return list(find_clashes([PLANNED], senders, answers, frozenset(members)))


def test_a_sender_that_agrees_with_the_plan_is_no_clash() -> None:
    assert clashes(SENDER, Answer("eth0", VIRTUAL, MAC)) == []
    assert clashes(replace(SENDER, vrid=52)) == []
    assert clashes(replace(SENDER, interface="eth1", version=2)) == []
    # From behind a router.
    assert clashes(replace(SENDER, version=2, ttl=57)) == []


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"version": 2}, "version 2 in place of 3"),
        (
            {"addresses": (OWN, VIRTUAL)},
            "addresses 192.0.2.11, 192.0.2.100 in place of 192.0.2.100",
        ),
        ({"advertisement_interval": 0.5}, "an interval of 0.5 s in place of 1 s"),
        ({"authentication": "hmac"}, "authentication hmac in place of none"),
    ],
)
def test_a_sender_of_the_same_vrid_with_other_settings_clashes(
    other: dict[str, object], what: str
) -> None:
    (line,) = clashes(replace(SENDER, **other))  # type: ignore[arg-type]
    assert line.startswith(
        f"web (VRID 51 on eth0): 192.0.2.11 ({MAC}) advertises the same VRID with {what}: "
    )
    # A host of the cluster may be changing just now.
    assert clashes(replace(SENDER, **other), members=(OWN,)) == []  # type: ignore[arg-type]


def test_an_address_that_another_host_answers_for_clashes() -> None:
    answer = Answer("eth0", VIRTUAL, "02:00:00:00:00:63")
    (line,) = clashes(SENDER, answer)
    assert line.startswith(
        "web (VRID 51 on eth0): 192.0.2.100 is in use: 02:00:00:00:00:63 answers for it"
    )
    assert clashes(SENDER, replace(answer, interface="eth1")) == []
    assert clashes(SENDER, replace(answer, address=OWN)) == []


def test_an_address_that_a_host_of_the_cluster_serves_is_no_clash() -> None:
    # Its own address is answered from the same MAC address: unicast peers hear nothing of it.
    own, served = Answer("eth0", OWN, MAC), Answer("eth0", VIRTUAL, MAC)
    assert clashes(None, own, served, members=(OWN,)) == []
    assert clashes(None, Answer("eth0", VIRTUAL, "00:00:5e:00:01:33")) == []
    assert clashes(None, Answer("eth0", VIRTUAL, "00:00:5e:00:01:34")) != []


def test_a_virtual_mac_of_another_planned_router_is_no_clash() -> None:
    # keepalived with use_vmac answers by IPv4 from the macvlan of an IPv6 instance, too.
    other = replace(PLANNED, name="six", family=Family.IPV6, vrid=75, addresses=(), version=3)
    answer = Answer("eth0", VIRTUAL, "00:00:5e:00:02:4b")
    assert list(find_clashes([PLANNED], [], [answer], frozenset())) != []
    assert list(find_clashes([PLANNED, other], [], [answer], frozenset())) == []
