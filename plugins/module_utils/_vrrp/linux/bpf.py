# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Socket filters, by which the kernel drops packets before a socket receives them (BPF)."""

from __future__ import annotations

import ctypes
import socket
import struct
from typing import AbstractSet, Iterator, List, Sequence, Tuple

from ..base.constants import ADVERTISEMENT_TYPE, PRIORITY_RESIGN, VRRP_PROTOCOL, VRRP_TTL
from ..engine.actions import PacketSelection
from ..model.family import Family
from ..wire.constants import ARP_REPLY, ICMPV6, NEIGHBOR_ADVERTISEMENT

Instruction = Tuple[int, int, int, int]

_SO_ATTACH_FILTER = 26
_LINK_LAYER = 0xFFE00000  # SKF_LL_OFF: the Ethernet header, as a socket filter addresses it.
_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE, _LOAD_BYTE_INDEXED = 0x20, 0x28, 0x30, 0x50
_HEADER_LENGTH, _JUMP_IF_EQUAL, _RETURN = 0xB1, 0x15, 0x06
_JUMP_IF_GREATER, _JUMP_IF_NOT_LESS, _AND = 0x25, 0x35, 0x54
_PASS, _DROP = (_RETURN, 0, 0, 0xFFFF), (_RETURN, 0, 0, 0)
MATCH_ALL: Sequence[Instruction] = (_PASS,)
_NETWORK_LAYER = 0xFFF00000  # SKF_NET_OFF: the IP header.
# RFC 9568 section 5.2.
_TYPE_OFFSET, _VRID_OFFSET, _PRIORITY_OFFSET, _LAST_OFFSET = 0, 1, 2, 7
# In the IP header.
_TTL_OFFSET = {Family.IPV4: 8, Family.IPV6: 7}
_PROTOCOL_OFFSET = {Family.IPV4: 9, Family.IPV6: 6}


def attach(opened: socket.socket, instructions: Sequence[Instruction]) -> None:
    """Attach a filter to a socket; raises OSError."""
    code = b"".join(struct.pack("=HBBI", *one) for one in instructions)
    stored = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(instructions), ctypes.addressof(stored))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def match_source_mac(mac: bytes) -> Sequence[Instruction]:
    """Return the filter that passes only packets from a MAC address."""
    return (*_from_mac(mac), _PASS)


def _from_mac(mac: bytes) -> Sequence[Instruction]:
    """Return the instructions that go on only with packets from a MAC address."""
    first, last = struct.unpack("!IH", mac)
    return (
        (_LOAD_WORD, 0, 0, _LINK_LAYER + 6),
        (_JUMP_IF_EQUAL, 1, 0, first),
        _DROP,
        (_LOAD_HALF, 0, 0, _LINK_LAYER + 10),
        (_JUMP_IF_EQUAL, 1, 0, last),
        _DROP,
    )


def match_priority_zero(
    family: Family, selection: PacketSelection | None = None
) -> Sequence[Instruction]:
    """Return the filter that passes only advertisements with priority 0, of the selected routers if
    there is a selection.
    """
    resigns = (*_load(family, _PRIORITY_OFFSET), (_JUMP_IF_EQUAL, 1, 0, PRIORITY_RESIGN), _DROP)
    return (*resigns, *(match_packets(family, selection) if selection else (_PASS,)))


def match_packets(
    family: Family, selection: PacketSelection, mac: bytes = b""
) -> Sequence[Instruction]:
    """Return the filter that passes only advertisements, whole to their last fixed field, of the
    selected VRIDs, with a TTL of 255 where that is demanded, and only from a MAC address if one is
    given.
    """
    wanted: List[Instruction] = [*_from_mac(mac)] if mac else []
    if selection.demands_ttl:
        wanted.append((_LOAD_BYTE, 0, 0, _NETWORK_LAYER + _TTL_OFFSET[family]))
        wanted.extend(((_JUMP_IF_EQUAL, 1, 0, VRRP_TTL), _DROP))
    # A load beyond the end drops the packet.
    wanted.extend(_load(family, _LAST_OFFSET))
    wanted.extend(_load(family, _TYPE_OFFSET))
    wanted.extend(((_AND, 0, 0, 0x0F), (_JUMP_IF_EQUAL, 1, 0, ADVERTISEMENT_TYPE), _DROP))
    wanted.extend(_load(family, _VRID_OFFSET))
    for first, last in _ranges(selection.vrids):
        wanted.extend(((_JUMP_IF_NOT_LESS, 0, 2, first), (_JUMP_IF_GREATER, 1, 0, last), _PASS))
    return (*wanted, _DROP)


def match_protocol(family: Family) -> Sequence[Instruction]:
    """Return the filter of a packet socket for IP packets that passes only VRRP."""
    load = (_LOAD_BYTE, 0, 0, _NETWORK_LAYER + _PROTOCOL_OFFSET[family])
    return (load, (_JUMP_IF_EQUAL, 1, 0, VRRP_PROTOCOL), _DROP, _PASS)


def match_address_answers(family: Family, addresses: AbstractSet[bytes]) -> Sequence[Instruction]:
    """Return the filter of a packet socket that passes only ARP replies, or Neighbor
    Advertisements, for these addresses, or for one that ends like one of them.
    """
    if family is Family.IPV4:
        kind = ((_LOAD_HALF, 0, 0, 20), (_JUMP_IF_EQUAL, 1, 0, ARP_REPLY), _DROP)
        return (*kind, *_any_word(addresses, 28), _DROP)
    return (
        (_LOAD_BYTE, 0, 0, 20),
        (_JUMP_IF_EQUAL, 1, 0, ICMPV6),
        _DROP,
        (_LOAD_BYTE, 0, 0, 54),
        (_JUMP_IF_EQUAL, 1, 0, NEIGHBOR_ADVERTISEMENT),
        _DROP,
        *_any_word(addresses, 74),
        _DROP,
    )


def _any_word(addresses: AbstractSet[bytes], offset: int) -> Iterator[Instruction]:
    """Yield the instructions that pass a frame with the last four bytes of one of the addresses at
    an offset: the length of a filter is limited.
    """
    yield (_LOAD_WORD, 0, 0, offset)
    for word in sorted({struct.unpack("!I", one[-4:])[0] for one in addresses}):
        yield (_JUMP_IF_EQUAL, 0, 1, word)
        yield _PASS


def _load(family: Family, offset: int) -> Sequence[Instruction]:
    """Return the instructions that load a byte of the advertisement. IPv4 sockets see the IP header
    before it.
    """
    if family is Family.IPV6:
        return ((_LOAD_BYTE, 0, 0, offset),)
    return ((_HEADER_LENGTH, 0, 0, 0), (_LOAD_BYTE_INDEXED, 0, 0, offset))


def _ranges(numbers: AbstractSet[int]) -> Iterator[Tuple[int, int]]:
    """Yield the first and the last number of each row of consecutive ones."""
    for first in sorted(one for one in numbers if one - 1 not in numbers):
        last = first
        while last + 1 in numbers:
            last += 1
        yield first, last
