# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets seen in the wild or published, as bytes and what they mean.

Facts from the captures and test suites of tcpdump, gopacket, PcapPlusPlus, lagopus, govrrp, holo,
scapy, os-ken and ze; every checksum was recomputed by hand in both forms.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vector:
    """A message with its surroundings, and what it says: ``fields``, or ``reason`` to discard it.

    The fields are version, VRID, priority, interval in nanoseconds, addresses and the form of
    the checksum where there are two.
    """

    name: str
    message: str
    source: str
    fields: tuple[int, int, int, int, tuple[str, ...], str] = (0, 0, 0, 0, (), "")
    reason: str = ""
    ttl: int = 255

    @property
    def destination(self) -> str:
        return "ff02::12" if ":" in self.source else "224.0.0.18"


S = 1_000_000_000
VALID = [
    Vector("RouterOS, v3 over IPv4", "312cbf0203e8b3c60a042c640a042cc8", "10.0.0.91",
           (3, 44, 191, 10 * S, ("10.4.44.100", "10.4.44.200"), "rfc5798")),
    Vector("RouterOS, v2", "212bc001000ae92e0a042b960000000000000000", "10.0.0.92",
           (2, 43, 192, 10 * S, ("10.4.43.150",), "")),
    Vector("gopacket, v2", "210164010001ba52c0a800010000000000000000", "192.168.0.30",
           (2, 1, 100, S, ("192.168.0.1",), "")),
    Vector("RouterOS, v3 over IPv6",
           "312ebf0503e85f12fe8000000000000002005efffe00022e200100000000000000000000eeff000a"
           "200100000000000000000000eeff000b200100000000000000000000eeff000c"
           "200100000000000000000000eeff000d", "fe80::d6ca:6dff:fe66:cf60",
           (3, 46, 191, 10 * S, ("fe80::200:5eff:fe00:22e", "2001::eeff:a", "2001::eeff:b",
                                 "2001::eeff:c", "2001::eeff:d"), "")),
    Vector("lagopus, an owner", "3132ff020064b5390a0000010a000002", "192.168.100.238",
           (3, 50, 255, S, ("10.0.0.1", "10.0.0.2"), "rfc5798")),
    Vector("govrrp, one address", "31f0640100640608c0a800e6", "192.168.0.220",
           (3, 240, 100, S, ("192.168.0.230",), "rfc5798")),
    Vector("ze, message-only checksum", "310ac8020064828ac0000201c0000202", "192.0.2.251",
           (3, 10, 200, S, ("192.0.2.1", "192.0.2.2"), "rfc9568")),
    Vector("ze, another interval", "310ac802012cde33c0000201c0000202", "192.0.2.251",
           (3, 10, 200, 3 * S, ("192.0.2.1", "192.0.2.2"), "rfc5798")),
    Vector("ze, the longest interval", "310ac8020fffcf60c0000201c0000202", "192.0.2.251",
           (3, 10, 200, 40_950_000_000, ("192.0.2.1", "192.0.2.2"), "rfc5798")),
    Vector("ze, priority 0", "310a00020064a6fcc0000201c0000202", "192.0.2.251",
           (3, 10, 0, S, ("192.0.2.1", "192.0.2.2"), "rfc5798")),
    Vector("ze, v3 over IPv6",
           "310a640200643f5dfe80000000000000000000000000000120010db8000000000000000000000001",
           "fe80::c8", (3, 10, 100, S, ("fe80::1", "2001:db8::1"), "")),
    Vector("PcapPlusPlus, v3 over IPv6",
           "3101640300011071fe80000000000000000000000000025420010db8000000000000000000000001"
           "20010db8000000000000000000000002", "fe80::1",
           (3, 1, 100, S // 100, ("fe80::254", "2001:db8::1", "2001:db8::2"), "")),
]  # fmt: skip
DISCARDED = [
    Vector("RouterOS, v2 with a password", "212abf03010af11f0a042a010a042a020a042a03"
           "6162636465666768", "10.0.0.91", reason="authentication_type"),
    Vector("tcpdump, cut to six bytes", "2102000101ff", "250.219.91.20",
           reason="truncated", ttl=254),
    # VRID, count, length, TTL and destination are all wrong; the length is looked at first.
    Vector("tcpdump, everything wrong", "31000400890000000000000000000300000000", "0.3.2.148",
           reason="invalid_length", ttl=35),
    Vector("os-ken, checksum zeroed", "2180640100640000c0a800010000000000000000", "192.168.0.1",
           reason="invalid_checksum"),
    Vector("PcapPlusPlus, v2 without its trailer",
           "21016403000138fac0a80001c0a80002c0a80003", "192.168.0.30",
           reason="invalid_length"),
    Vector("lagopus, type 2", "3232ff020064b5390a0000010a000002", "192.168.100.238",
           reason="invalid_type"),
    Vector("lagopus, one byte too many", "3132ff020064bf3f0a000001ffffffff00",
           "192.168.100.238", reason="invalid_length"),
    Vector("lagopus, TTL 254", "3132ff020064b5390a0000010a000002", "192.168.100.238",
           reason="invalid_ttl", ttl=254),
    Vector("holo, checksum zeroed", "21331e01000100000a0001050000000000000000",
           "192.168.100.2", reason="invalid_checksum"),
    Vector("holo, version 4", "410116010001b57f20010db8000000000000000003707334", "fe80::9",
           reason="invalid_version"),
    Vector("holo, 1000 bytes", "3101" + "00" * 998, "fe80::9", reason="invalid_length"),
    Vector("scapy, count 1 and no address", "3101640100646a1f", "::1",
           reason="invalid_length", ttl=64),
    Vector("scapy, version 1", "1102fe020001c6f414000102140001030000000000000000", "20.0.0.3",
           reason="invalid_version"),
    Vector("ze, v3 with a v2 trailer", "310ac8020064828ac0000201c00002020000000000000000",
           "192.0.2.251", reason="invalid_length"),
    Vector("ze, no addresses", "310ac80000640691", "192.0.2.251", reason="no_addresses"),
    Vector("ze, v2 auth type 1", "210ac802010191edc0000201c00002020000000000000000",
           "192.0.2.251", reason="authentication_type"),
    Vector("ze, a count that lies", "210ac803000192ecc0000201c00002020000000000000000",
           "192.0.2.251", reason="invalid_length"),
    # Interval 0: 31 0a c8 01 0000 ... message-only sum 310a+c801+c000+0201 = 1bb0c, folded bb0d.
    Vector("an interval of zero", "310ac801000044f2c0000201", "192.0.2.251",
           reason="interval_zero"),
    # First address 2001:db8::1; the sum over pseudo-header and message, worked out by hand:
    # fe80+c8+ff02+12 (addresses), 18 (length), 70 (protocol), 310a+6401+64+2001+db8+1 (message)
    # come to 2c20d, folded c20f, inverted 3df0.
    Vector("a first address that is global", "310a640100643df020010db8000000000000000000000001",
           "fe80::c8", reason="first_address_not_link_local"),
]  # fmt: skip
