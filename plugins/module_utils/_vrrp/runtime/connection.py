# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The connection of one client to the control socket."""

from __future__ import annotations

import os
import socket
import struct
from collections import deque
from typing import Deque, Iterator

from ..control.protocol import LINE_MAX
from .line_socket import LineSocket
from .peer_credentials import user_and_group

_SO_PEERGROUPS = 59
_GROUPS_LENGTH_MAX = 1024  # The most that Python can read: 256 groups.
# Bytes that wait for a client: beyond the first no answer goes on, beyond the second it is lost.
_PENDING_MAX = 1 << 16
_UNREAD_MAX = 1 << 22


class Connection:
    """A client with the ``requests`` that wait, and an ``answer`` that goes on. Mutable.

    Answers go out in the order of the requests, a ``published`` line between two of them;
    ``awaits_reply`` while that of the last request has still to come.
    """

    def __init__(self, accepted: socket.socket) -> None:
        self.lines = LineSocket(accepted)
        self.user, self._primary_group = user_and_group(accepted)
        self.watches = False
        self.requests: Deque[bytes] = deque()
        self.answer: Iterator[bytes] | None = None
        self.awaits_reply = False
        self.published = bytearray()

    @property
    def is_open(self) -> bool:
        """Whether the connection is open on this side."""
        return self.lines.fileno() >= 0

    @property
    def is_answered(self) -> bool:
        """Whether all that the client has asked is answered."""
        return self.answer is None and not self.awaits_reply and not self.requests

    @property
    def may_begin(self) -> bool:
        """Whether the next request can be handled."""
        return self.answer is None and not self.awaits_reply and bool(self.requests)

    @property
    def has_work(self) -> bool:
        """Whether something can be done for the client."""
        return self.answer is not None or bool(self.published) or self.may_begin

    @property
    def reads(self) -> bool:
        """Whether the client reads what it gets."""
        return len(self.lines.pending) <= _PENDING_MAX

    @property
    def is_hopeless(self) -> bool:
        """Whether the client sends a longer line than any request is, or reads nothing."""
        is_too_long = len(self.lines.unfinished) > LINE_MAX
        return is_too_long or len(self.lines.pending) + len(self.published) > _UNREAD_MAX

    def begin(self, answer: Iterator[bytes]) -> None:
        """Begin to send an answer."""
        self.answer, self.awaits_reply = answer, False

    def next_part(self) -> bytes:
        """Remove and return the next bytes to send."""
        part = next(self.answer, None) if self.answer is not None else None
        if part is not None:
            return part
        self.answer = None
        published, self.published = self.published, bytearray()
        return bytes(published)

    def may_change(self, group: int) -> bool:
        """Whether the client may change something: root, the agent's user, or a member of the
        group.
        """
        if self.user in (0, os.geteuid()):
            return True
        return group in (self._primary_group, *_peer_groups(self.lines.socket))


def _peer_groups(connection: socket.socket) -> tuple[int, ...]:
    """Return the supplementary groups of the peer; none when it has more than fit."""
    try:
        packed = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_LENGTH_MAX)
    except OSError:
        return ()
    return struct.unpack(f"={len(packed) // 4}I", packed)
