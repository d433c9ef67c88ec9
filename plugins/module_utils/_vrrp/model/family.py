# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The two address families a virtual router can serve."""

from __future__ import annotations

import ipaddress
from enum import Enum


class Family(Enum):
    """IPv4 or IPv6; the value is the IP version number."""

    IPV4 = 4
    IPV6 = 6

    @classmethod
    def of(cls, packed: bytes) -> Family:
        """The family of a packed address."""
        return cls.IPV4 if len(packed) == 4 else cls.IPV6

    @property
    def address_length(self) -> int:
        """Bytes of one address on the wire."""
        return 4 if self is Family.IPV4 else 16

    @property
    def group(self) -> bytes:
        """The multicast group of VRRP, packed (RFC 9568 sections 5.1.1.2 and 5.1.2.2)."""
        return _GROUPS[self]

    @property
    def protocol(self) -> str:
        """The name in sentences: ``IPv4`` or ``IPv6``."""
        return f"IPv{self.value}"

    @property
    def label(self) -> str:
        """The name that status and logs use: ``ipv4`` or ``ipv6``."""
        return f"ipv{self.value}"


_GROUPS = {
    Family.IPV4: ipaddress.ip_address("224.0.0.18").packed,
    Family.IPV6: ipaddress.ip_address("ff02::12").packed,
}


def text(packed: bytes) -> str:
    """Write a packed address of either family as a person does."""
    return str(ipaddress.ip_address(packed))


def is_link_local(packed: bytes) -> bool:
    """Whether a packed IPv6 address is in fe80::/10 (RFC 4291 section 2.4)."""
    return packed[0] == 0xFE and packed[1] & 0xC0 == 0x80
