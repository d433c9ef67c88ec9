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
from typing import Sequence, Tuple

from ..base.constants import PRIORITY_RESIGN
from ..model.family import Family

Instruction = Tuple[int, int, int, int]

_SO_ATTACH_FILTER = 26
_LINK_LAYER = 0xFFE00000  # SKF_LL_OFF: the Ethernet header, as a socket filter addresses it.
_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE, _LOAD_BYTE_INDEXED = 0x20, 0x28, 0x30, 0x50
_HEADER_LENGTH, _JUMP_IF_EQUAL, _RETURN = 0xB1, 0x15, 0x06
_PASS, _DROP = (_RETURN, 0, 0, 0xFFFF), (_RETURN, 0, 0, 0)
_PRIORITY_OFFSET = 2  # RFC 9568 section 5.2.


def attach(opened: socket.socket, instructions: Sequence[Instruction]) -> None:
    """Attach a filter to a socket; raises OSError."""
    code = b"".join(struct.pack("=HBBI", *one) for one in instructions)
    stored = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(instructions), ctypes.addressof(stored))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def match_source_mac(mac: bytes) -> Sequence[Instruction]:
    """Return the filter that passes only packets from a MAC address."""
    first, last = struct.unpack("!IH", mac)
    return (
        (_LOAD_WORD, 0, 0, _LINK_LAYER + 6),
        (_JUMP_IF_EQUAL, 0, 3, first),
        (_LOAD_HALF, 0, 0, _LINK_LAYER + 10),
        (_JUMP_IF_EQUAL, 0, 1, last),
        _PASS,
        _DROP,
    )


def match_priority_zero(family: Family) -> Sequence[Instruction]:
    """Return the filter that passes only advertisements with priority 0. IPv4 sockets see the IP
    header.
    """
    behind_header = (
        (_HEADER_LENGTH, 0, 0, 0),
        (_LOAD_BYTE_INDEXED, 0, 0, _PRIORITY_OFFSET),
    )
    load = behind_header if family is Family.IPV4 else ((_LOAD_BYTE, 0, 0, _PRIORITY_OFFSET),)
    return (*load, (_JUMP_IF_EQUAL, 0, 1, PRIORITY_RESIGN), _PASS, _DROP)
