# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The control socket: reads requests, checks credentials, answers.

Every user of the host may connect and read. Changes need root, the agent's own user, or the group
that owns the socket, by the credentials that the kernel has of the peer (SO_PEERCRED,
SO_PEERGROUPS).
"""

from __future__ import annotations

import os
import socket
import struct
from typing import Callable, Dict, Mapping

from ..base.errors import ConfigError, ControlError
from ..control.protocol import (
    LINE_MAX,
    WATCH,
    Message,
    Request,
    encode,
    failure,
    parse_request,
    success,
)
from .line_socket import LineSocket
from .loop import Loop
from .peer_credentials import user_and_group

Reply = Callable[[Mapping[str, object]], None]
RequestHandler = Callable[[Request, Reply], "Mapping[str, object] | None"]

_SO_PEERGROUPS = 59
_GROUPS_LENGTH_MAX = 1024  # The most that Python can read: 256 groups.
_CONNECTIONS_MAX = 64
_CONNECTIONS_OF_A_USER_MAX = 16  # For each user except root, so that nobody can lock root out.
_LINES_MAX = (
    16  # A client that sends more requests at once is disconnected: answers must not delay timers.
)
_PENDING_MAX = 1 << 22  # Bytes that a client may leave unread before it is disconnected.
_MODE = 0o666  # Reading needs no root; changes are checked by credentials.


class ControlServer:
    """Serves clients of a socket that listens at ``path``, from ``open`` on.

    ``handle`` returns the fields of an answer, or raises, or returns None and replies later.
    """

    def __init__(
        self, path: str, listening: socket.socket, loop: Loop, handle: RequestHandler
    ) -> None:
        self._path = path
        self._loop = loop
        self._handle_request = handle
        self._connections: Dict[int, _Connection] = {}
        self.socket = listening
        self._group = os.stat(path).st_gid

    def open(self) -> None:
        """Start to answer."""
        self._loop.on_readable(self.socket, self._accept)

    def close(self) -> None:
        """Disconnect all clients and remove the socket."""
        for connection in list(self._connections.values()):
            connection.lines.flush()
            self._drop(connection)
        self._loop.forget(self.socket)
        self.socket.close()
        if os.path.exists(self._path):
            os.unlink(self._path)

    def publish(self, message: Mapping[str, object]) -> None:
        """Send a line to all watching clients."""
        line = encode(message)
        for connection in list(self._connections.values()):
            if connection.watches:
                self._send(connection, line)

    def _accept(self) -> None:
        try:
            accepted, _address = self.socket.accept()
        except OSError:
            return
        connection = _Connection(accepted)
        if not self._accepts_user(connection.user):
            accepted.close()
            return
        self._connections[accepted.fileno()] = connection
        self._loop.on_readable(connection.lines, lambda: self._serve(connection))

    def _accepts_user(self, user: int) -> bool:
        if user == 0:
            return len(self._connections) < 2 * _CONNECTIONS_MAX
        own = sum(1 for one in self._connections.values() if one.user == user)
        return own < _CONNECTIONS_OF_A_USER_MAX and len(self._connections) < _CONNECTIONS_MAX

    def _serve(self, connection: _Connection) -> None:
        self._send(connection, b"")
        lines = connection.lines.receive()
        if lines is None or len(lines) > _LINES_MAX or connection.overflows:
            self._drop(connection)
            return
        for line in lines:
            if connection.is_open:
                answer = self._handle(connection, line)
                self._send(connection, encode(answer) if answer else b"")

    def _handle(self, connection: _Connection, line: bytes) -> Message | None:
        try:
            request = parse_request(line)
            if request.is_privileged and not connection.may_change(self._group):
                raise ControlError(
                    "forbidden",
                    "permission denied: changes need root or membership in the group of the "
                    "control socket, which is vrrp after an installation",
                )
            if request.command == WATCH:
                connection.watches = True
                return success(watching=True)
            answer = self._handle_request(
                request, lambda reply: self._send(connection, encode(reply))
            )
            return None if answer is None else success(**answer)
        except (ControlError, ConfigError) as error:
            return failure(error)

    def _send(self, connection: _Connection, line: bytes) -> None:
        lines = connection.lines
        if not lines.send(line) or len(lines.pending) > _PENDING_MAX:
            self._drop(connection)
        elif lines.fileno() in self._connections:
            self._loop.want_write(lines, lines.is_pending)

    def _drop(self, connection: _Connection) -> None:
        if self._connections.pop(connection.lines.fileno(), None) is not None:
            self._loop.forget(connection.lines)
            connection.lines.close()


class _Connection:
    """The connection of one client."""

    def __init__(self, accepted: socket.socket) -> None:
        self.lines = LineSocket(accepted)
        self.user, self._primary_group = user_and_group(accepted)
        self.watches = False

    @property
    def is_open(self) -> bool:
        """Whether the connection is open on this side."""
        return self.lines.fileno() >= 0

    @property
    def overflows(self) -> bool:
        """Whether the client sends a line longer than any request is."""
        return len(self.lines.unfinished) > LINE_MAX

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


def listen(path: str) -> socket.socket:
    """Bind a socket; one that a dead agent left is replaced.

    Raises ControlError ``running`` when another agent answers.
    """
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    if os.path.exists(path):
        refuse_running_agent(path)
        os.unlink(path)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    opened.bind(path)
    os.chmod(path, _MODE)
    opened.listen(_CONNECTIONS_MAX)
    opened.setblocking(False)
    return opened


def refuse_running_agent(path: str) -> None:
    """Raise ControlError ``running`` when an agent answers at the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError:
            return
    raise ControlError("running", f"an agent is running, and answers at {path}")
