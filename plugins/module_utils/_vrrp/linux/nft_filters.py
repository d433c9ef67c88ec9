# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The rules of the agent's packet filters.

Most filters are on the input hook: Neighbor Solicitations and Advertisements pass, packets of the
host to itself pass, and all other packets to one of the addresses are dropped. Those of an owner
with a virtual MAC are on the output hook: they drop the answers by which an interface would tell
its own MAC address for an address, beside the macvlan, which tells the virtual one.
"""

from __future__ import annotations

import struct
from typing import List, NamedTuple, Sequence

from ..base.constants import ARP_TABLE_PREFIX
from ..engine.host.devices import PacketFilter
from ..wire.constants import ARP_REPLY, ICMPV6, NEIGHBOR_ADVERTISEMENT, NEIGHBOR_SOLICITATION
from .nft_expressions import (
    ACCEPT,
    DROP,
    META_IIF,
    META_L4PROTO,
    META_NFPROTO,
    META_OIF,
    NETWORK_HEADER,
    TRANSPORT_HEADER,
    Expression,
    equals,
    meta,
    payload,
    verdict,
)

_NFPROTO_INET, _NFPROTO_ARP = 1, 3
_HOOK_INPUT, _HOOK_OUTPUT, _HOOK_ARP_OUTPUT = 1, 3, 1
_LOOPBACK_INDEX = 1
_ARP_REPLY = ARP_REPLY.to_bytes(2, "big")
_PROTOCOLS = {4: 2, 16: 10}  # NFPROTO_IPV4 and NFPROTO_IPV6 by the length of an address.
_DESTINATION_OFFSETS = {4: 16, 16: 24}
_ARP_OPERATION_OFFSET, _ARP_SENDER_OFFSET = 6, 14
_TARGET_OFFSET = 8  # In a Neighbor Advertisement.

_Rule = List[Expression]


class Chain(NamedTuple):
    """A chain by the number of its hook, and its rules."""

    hook: int
    rules: Sequence[_Rule]


def family_of_table(name: str) -> int:
    """Return the family of a table of the agent: its name tells."""
    return _NFPROTO_ARP if name.startswith(ARP_TABLE_PREFIX) else _NFPROTO_INET


def chain_of(wanted: PacketFilter) -> Chain:
    """Return the chain of a filter."""
    if not wanted.silenced:
        return Chain(_HOOK_INPUT, _rules_for_packets(wanted.addresses))
    rules = [_rule_for_answers(address, wanted.silenced) for address in wanted.addresses]
    is_arp = family_of_table(wanted.table) == _NFPROTO_ARP
    return Chain(_HOOK_ARP_OUTPUT if is_arp else _HOOK_OUTPUT, rules)


def _rules_for_packets(addresses: Sequence[bytes]) -> List[_Rule]:
    rules = [[meta(META_IIF), equals(_index(_LOOPBACK_INDEX)), verdict(ACCEPT)]]
    for kind in (NEIGHBOR_SOLICITATION, NEIGHBOR_ADVERTISEMENT):
        rules.append([*_is_icmpv6(kind), verdict(ACCEPT)])
    return rules + [_rule_for_packets(address) for address in addresses]


def _rule_for_packets(address: bytes) -> _Rule:
    length = len(address)
    destination = payload(NETWORK_HEADER, _DESTINATION_OFFSETS[length], length)
    return [*_is_protocol(length), destination, equals(address), verdict(DROP)]


def _rule_for_answers(address: bytes, interface: int) -> _Rule:
    leaves = [meta(META_OIF), equals(_index(interface))]
    if len(address) == 4:
        answer = [payload(NETWORK_HEADER, _ARP_OPERATION_OFFSET, 2), equals(_ARP_REPLY)]
        about = payload(NETWORK_HEADER, _ARP_SENDER_OFFSET, 4)
    else:
        answer = [*_is_protocol(len(address)), *_is_icmpv6(NEIGHBOR_ADVERTISEMENT)]
        about = payload(TRANSPORT_HEADER, _TARGET_OFFSET, 16)
    return [*leaves, *answer, about, equals(address), verdict(DROP)]


def _is_protocol(address_length: int) -> _Rule:
    return [meta(META_NFPROTO), equals(bytes((_PROTOCOLS[address_length],)))]


def _is_icmpv6(kind: int) -> _Rule:
    is_icmp = [meta(META_L4PROTO), equals(bytes((ICMPV6,)))]
    return [*is_icmp, payload(TRANSPORT_HEADER, 0, 1), equals(bytes((kind,)))]


def _index(interface: int) -> bytes:
    return struct.pack("=I", interface)
