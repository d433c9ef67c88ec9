# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Numbers of the IP header that are not specific to VRRP."""

from __future__ import annotations

ICMPV6 = 58  # RFC 4443 section 1.
INTERNETWORK_CONTROL = 0xC0  # Precedence of routing traffic, as keepalived and FRR send.

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_IPV6 = 0x86DD
ARP = bytes.fromhex("0001 0800 06 04")  # The kinds and lengths of an ARP packet for IPv4 addresses.
ARP_REPLY = 2  # RFC 826.
NEIGHBOR_SOLICITATION = 135  # RFC 4861 section 4.3.
NEIGHBOR_ADVERTISEMENT = 136  # RFC 4861 section 4.4.
