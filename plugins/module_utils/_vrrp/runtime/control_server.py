# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The control socket: reads requests, checks credentials, answers.

Every user of the host may connect and read. Changes need root, the agent's own user, or the group
that owns the socket, by the credentials that the kernel has of the peer (SO_PEERCRED,
SO_PEERGROUPS). Nobody's requests may delay anything else: one is handled at a time, an answer goes
out in portions, and the users take turns.
"""

from __future__ import annotations

import os
import socket
from typing import Callable, Dict, Iterator, Mapping, Union

from ..base.constants import OPERATORS_GROUP
from ..base.errors import ConfigError, ControlError
from ..base.units import Nanoseconds
from ..control.protocol import (
    WATCH,
    Answer,
    Request,
    encode,
    encode_answer,
    failure,
    parse_request,
)
from .connection import Connection
from .fair_queue import FairQueue
from .loop import Loop

Reply = Callable[[Union[Answer, Exception]], None]
RequestHandler = Callable[[Request, Reply], "Answer | None"]

_ROOT = 0
_CONNECTIONS_MAX = 64
_CONNECTIONS_OF_OTHERS_MAX = 48  # Of all who may change nothing, so that they lock nobody out.
_CONNECTIONS_OF_A_USER_MAX = 16  # Of one of them.
_MODE = 0o666  # Reading needs no root; changes are checked by credentials.


class ControlServer:
    """Serves clients of a socket that listens at ``path``, from ``open`` on.

    ``handle`` returns an answer, or raises, or returns None and replies later.
    """

    def __init__(
        self, path: str, listening: socket.socket, loop: Loop, handle: RequestHandler
    ) -> None:
        self._path = path
        self._loop = loop
        self._handle_request = handle
        self._connections: Dict[int, Connection] = {}
        self._waiting: FairQueue[Connection] = FairQueue()
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
        """Send a line to all watching clients, in their turns."""
        watching = [one for one in self._connections.values() if one.watches]
        line = encode(message) if watching else b""
        for connection in watching:
            connection.published += line
            self._queue(connection)

    # --- Turns ---

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called: at once, or never."""
        return 0 if self._waiting else None

    def run_due(self, now: Nanoseconds) -> None:
        """Serve waiting clients in turn, for a portion of time."""
        while self._waiting:
            self._serve(self._waiting.take())
            if self._loop.portion_is_over():
                return

    def _serve(self, connection: Connection) -> None:
        """Handle the next request of a client, or send the next part of its answer."""
        if connection.may_begin:
            connection.awaits_reply = True
            answer = self._answer(connection, connection.requests.popleft())
            if answer is not None:
                connection.begin(answer)
        self._send(connection, connection.next_part())

    def _queue(self, connection: Connection) -> None:
        """Let a client have a turn, once."""
        if connection not in self._waiting.of(connection.user):
            self._waiting.add(connection.user, connection)

    # --- Connections ---

    def _accept(self) -> None:
        try:
            accepted, _address = self.socket.accept()
        except OSError:
            return
        connection = Connection(accepted)
        if not self._has_room_for(connection):
            accepted.close()
            return
        self._connections[accepted.fileno()] = connection
        self._loop.on_readable(connection.lines, lambda: self._ready(connection))

    def _has_room_for(self, connection: Connection) -> bool:
        """Whether one more client is accepted: root and the agent's user in any case, operators
        also when all others have as many connections as they get.
        """
        count = len(self._connections)
        if connection.user in (_ROOT, os.geteuid()):
            return count < 2 * _CONNECTIONS_MAX
        if connection.may_change(self._group):
            return count < _CONNECTIONS_MAX
        own = sum(1 for one in self._connections.values() if one.user == connection.user)
        return own < _CONNECTIONS_OF_A_USER_MAX and count < _CONNECTIONS_OF_OTHERS_MAX

    def _ready(self, connection: Connection) -> None:
        """Write what waits for a client, and read its requests once those before are answered."""
        if connection.is_answered and connection.reads:
            lines = connection.lines.receive()
            if lines is None:
                self._drop(connection)
                return
            connection.requests.extend(lines)
        self._send(connection, b"")

    def _send(self, connection: Connection, part: bytes) -> None:
        if not connection.is_open:
            return
        lines = connection.lines
        if not lines.send(part) or connection.is_hopeless:
            self._drop(connection)
            return
        may_ask = connection.is_answered and connection.reads
        self._loop.want(lines, read=may_ask, write=lines.is_pending)
        if connection.reads and connection.has_work:
            self._queue(connection)

    def _drop(self, connection: Connection) -> None:
        if self._connections.pop(connection.lines.fileno(), None) is not None:
            self._waiting.discard(connection.user, connection)
            self._loop.forget(connection.lines)
            connection.lines.close()

    # --- Requests ---

    def _reply(self, connection: Connection, made: Union[Answer, Exception]) -> None:
        """Answer a client that has waited for it."""
        if isinstance(made, Answer):
            connection.begin(encode_answer(made))
        else:
            connection.begin(iter((encode(failure(made)),)))
        self._send(connection, connection.next_part())

    def _answer(self, connection: Connection, line: bytes) -> Iterator[bytes] | None:
        """Return the parts of the answer to a request; None when it is sent later."""
        try:
            request = parse_request(line)
            if request.is_privileged and not connection.may_change(self._group):
                raise ControlError(
                    "forbidden",
                    "permission denied: changes need root or membership in the group of the "
                    f"control socket, which is {OPERATORS_GROUP} after an installation",
                )
            if request.at is not None and connection.user not in (_ROOT, os.geteuid()):
                raise ControlError("forbidden", "permission denied: at is for root")
            if request.command == WATCH:
                connection.watches = True
                return encode_answer(Answer({"watching": True}))
            answer = self._handle_request(request, lambda made: self._reply(connection, made))
            return None if answer is None else encode_answer(answer)
        except (ControlError, ConfigError) as error:
            return iter((encode(failure(error)),))


def listen(path: str) -> socket.socket:
    """Bind a socket; one that a dead agent left is replaced. Members of its group, which is that of
    this process, may change states.

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
        probe.setblocking(False)
        try:
            probe.connect(path)
        except BlockingIOError:
            pass  # More clients wait than the agent has accepted.
        except OSError:
            return
    raise ControlError("running", f"an agent is running, and answers at {path}")
