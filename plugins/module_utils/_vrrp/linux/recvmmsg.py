# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Many packets with one system call: recvmmsg(2), which Python lacks."""

from __future__ import annotations

import ctypes
import os
import socket
from typing import List, Tuple

from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds

if ctypes.sizeof(ctypes.c_void_p) != 8:
    raise ImportError("this agent runs on 64-bit Linux only")

SLOTS = 128
PACKET_MAX = 2048  # More than any advertisement that fits into a frame; a longer one is truncated.
_CONTROL_LENGTH = 128  # A time stamp, and for IPv6 the hop limit and the destination.
_NAME_LENGTH = 32  # struct sockaddr_in6 has 28 bytes.
_MSG_DONTWAIT = 0x40
_SO_TIMESTAMPNS = 35
# The kernel puts the time stamp first: struct cmsghdr, then struct timespec (cmsg(3), socket(7)).
_STAMP_LENGTH = 32
_STAMP_AT, _STRIDE = 2, _CONTROL_LENGTH // 8  # In words of eight bytes.


class Vector(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class Header(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class Message(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("header", Header), ("length", ctypes.c_uint))


_LENGTH_AT, _MESSAGE_WORDS = Message.length.offset // 4, ctypes.sizeof(Message) // 4


class PacketBatch:
    """A buffer for the packets of one call; any number of sockets can share it.

    ``receive`` fills the first slots, which are valid until it is called again.
    """

    def __init__(self) -> None:
        self._data = ctypes.create_string_buffer(SLOTS * PACKET_MAX)
        self._control = ctypes.create_string_buffer(SLOTS * _CONTROL_LENGTH)
        self._names = ctypes.create_string_buffer(SLOTS * _NAME_LENGTH)
        self._vectors = (Vector * SLOTS)()
        self._messages = (Message * SLOTS)()
        for slot in range(SLOTS):
            self._prepare(slot)
        # The kernel writes lengths into the messages, which are restored before the next call.
        self._fresh = bytes(self._messages)
        self._receive = ctypes.CDLL(None, use_errno=True).recvmmsg
        self._bytes = memoryview(self._data).cast("B")
        words = memoryview(self._control).cast("B").cast("q")
        self._seconds, self._nanoseconds = (
            words[_STAMP_AT::_STRIDE],
            words[_STAMP_AT + 1 :: _STRIDE],
        )
        self._lengths = memoryview(self._messages).cast("B").cast("I")[_LENGTH_AT::_MESSAGE_WORDS]

    def _prepare(self, slot: int) -> None:
        vector, header = self._vectors[slot], self._messages[slot].header
        vector.base = ctypes.addressof(self._data) + slot * PACKET_MAX
        vector.length = PACKET_MAX
        header.name = ctypes.addressof(self._names) + slot * _NAME_LENGTH
        header.name_length = _NAME_LENGTH
        header.vectors, header.vector_count = ctypes.addressof(vector), 1
        header.control = ctypes.addressof(self._control) + slot * _CONTROL_LENGTH
        header.control_length = _CONTROL_LENGTH

    def receive(self, opened: socket.socket) -> int:
        """Receive the pending packets of a socket, as many as fit; returns their number.

        Raises OSError.
        """
        ctypes.memmove(self._messages, self._fresh, len(self._fresh))
        count: int = self._receive(opened.fileno(), self._messages, SLOTS, _MSG_DONTWAIT, None)
        if count >= 0:
            return count
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))

    def packets(self, count: int) -> List[bytes]:
        """Return the first packets as a raw socket returns them."""
        places = zip(range(0, count * PACKET_MAX, PACKET_MAX), self._lengths[:count].tolist())
        return [self._bytes[at : at + length].tobytes() for at, length in places]

    def timestamps(self, count: int, offset: Nanoseconds) -> List[Nanoseconds]:
        """Return the arrival times of the first packets: nanoseconds since 1970, plus
        ``offset``.
        """
        stamps = zip(self._seconds[:count].tolist(), self._nanoseconds[:count].tolist())
        return [seconds * NANOSECONDS_PER_SECOND + rest + offset for seconds, rest in stamps]

    def ancillary(self, count: int) -> Tuple[List[bytes], List[bytes]]:
        """Return the ancillary data of the first packets without the time stamp, and the socket
        addresses of their senders, both as the kernel lays them out.
        """
        control, names = self._control.raw, self._names.raw
        headers = [one.header for one in self._messages[:count]]
        ancillary = [
            control[
                at * _CONTROL_LENGTH + _STAMP_LENGTH : at * _CONTROL_LENGTH + one.control_length
            ]
            for at, one in enumerate(headers)
        ]
        senders = [
            names[at * _NAME_LENGTH : at * _NAME_LENGTH + one.name_length]
            for at, one in enumerate(headers)
        ]
        return ancillary, senders


def enable_timestamps(opened: socket.socket) -> None:
    """Let the kernel stamp the arrival of each packet of a socket."""
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
