# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control server: one request at a time, answers in portions, users in turn."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from _vrrp.control.protocol import Answer, Request, encode, encode_answer
from _vrrp.runtime import clock, connection
from _vrrp.runtime.control_server import ControlServer, Reply, listen
from _vrrp.runtime.loop import Loop

STATUS = b'{"version": 1, "command": "status"}\n'
RESTART = b'{"version": 1, "command": "restart"}\n'


def test_an_answer_is_one_line_whatever_its_parts() -> None:
    instances = [{"name": "web"}, {"name": "db"}]
    parts = list(encode_answer(Answer({"change": 1}, iter(instances))))
    assert len(parts) == 4
    answer = json.loads(b"".join(parts))
    assert answer == {"version": 1, "ok": True, "change": 1, "instances": instances}
    assert b"".join(parts).endswith(b"}\n")
    assert json.loads(b"".join(encode_answer(Answer({}, [])))) == {
        "version": 1, "ok": True, "instances": [],
    }  # fmt: skip


class Server:
    """A control server whose answers have these instances; ``portions`` of its work are over at
    once.
    """

    def __init__(self, directory: Path, instances: int) -> None:
        self.path = str(directory / "control.sock")
        self.made = 0
        self.replies: list[Reply] = []
        self.replies_at_once = False
        self.loop = Loop()
        self.loop.limit_portions(0)
        self._instances = instances
        self.server = ControlServer(self.path, listen(self.path), self.loop, self._handle)
        self.server.open()
        self.clients: list[socket.socket] = []

    def _handle(self, request: Request, reply: Reply) -> Answer | None:
        if request.command == "restart":
            self.replies.append(reply)
            if self.replies_at_once:
                reply(Answer({}, self._make()))
            return None
        return Answer({}, self._make())

    def _make(self) -> Iterator[dict[str, Any]]:
        for number in range(self._instances):
            self.made += 1
            yield {"name": f"{number}", "filler": "x" * 1000}

    def connect(self) -> socket.socket:
        """Connect a client."""
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(self.path)
        client.setblocking(False)
        self.clients.append(client)
        self.loop.run_once(None)
        return client

    def turn(self) -> None:
        """Read what has arrived, and do one portion of work."""
        self.loop.run_once(0)
        self.loop.run([self.server], 0)

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.server.close()
        self.loop.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[int], Server]]:
    """A function that starts a server whose answers have as many instances."""
    started: list[Server] = []

    def make(instances: int) -> Server:
        started.append(Server(tmp_path, instances))
        return started[-1]

    yield make
    for one in started:
        one.close()


def read(client: socket.socket) -> bytes:
    """All that waits for a client."""
    found = b""
    while True:
        try:
            data = client.recv(1 << 20)
        except BlockingIOError:
            return found
        if not data:
            return found
        found += data


@pytest.mark.finding("B2")
def test_a_turn_makes_one_part_of_one_answer(start: Callable[[int], Server]) -> None:
    server = start(3)
    client = server.connect()
    client.sendall(STATUS * 2)
    made = []
    for _turn in range(11):
        server.turn()
        made.append(server.made)
    # The head, three instances and the tail of each, and the turn that finds an answer complete.
    assert made == [0, 1, 2, 3, 3, 3, 3, 4, 5, 6, 6]
    assert [len(json.loads(line)["instances"]) for line in read(client).splitlines()] == [3, 3]


@pytest.mark.finding("B2")
def test_a_client_that_asks_again_and_again_does_not_keep_another_waiting(
    start: Callable[[int], Server],
) -> None:
    server = start(2)
    greedy, modest = server.connect(), server.connect()
    greedy.sendall(STATUS * 500)
    server.turn()
    modest.sendall(STATUS)
    received = b""
    for _turn in range(10):
        server.turn()
        received += read(modest)
    assert received.endswith(b"]}\n")


def test_the_answer_to_a_client_that_does_not_read_waits(
    start: Callable[[int], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_PENDING_MAX", 5000)
    server = start(2000)
    client = server.connect()
    client.sendall(STATUS)
    for _turn in range(3000):
        server.turn()
    assert server.made < 1000
    assert server.server.next_deadline() is None
    received = b""
    for _turn in range(3000):
        received += read(client)
        server.turn()
    assert len(json.loads(received + read(client))["instances"]) == 2000


def test_a_client_that_leaves_takes_its_requests_along(start: Callable[[int], Server]) -> None:
    server = start(100)
    client = server.connect()
    client.sendall(STATUS * 10)
    server.turn()
    client.close()
    for _turn in range(5):
        server.turn()
    assert server.server.next_deadline() is None


def test_a_reply_can_come_later(start: Callable[[int], Server]) -> None:
    server = start(0)
    client = server.connect()
    client.sendall(RESTART + STATUS)
    for _turn in range(4):
        server.turn()
    assert read(client) == b""
    assert server.server.next_deadline() is None
    (reply,) = server.replies
    reply(Answer({"pid": 8}))
    for _turn in range(4):
        server.turn()
    replied, status = map(json.loads, read(client).splitlines())
    assert replied["pid"] == 8
    assert status["instances"] == []


def test_a_client_that_leaves_before_its_reply_costs_no_turns(
    start: Callable[[int], Server],
) -> None:
    server = start(0)
    client = server.connect()
    client.sendall(RESTART)
    server.turn()
    client.close()
    server.loop.run_once(clock.now() + 1_000_000)
    deadline = clock.now() + 50_000_000
    server.loop.run_once(deadline)
    assert clock.now() >= deadline
    server.replies[0](Answer({"pid": 8}))
    server.turn()
    assert server.server.next_deadline() is None


def test_a_reply_can_come_at_once(start: Callable[[int], Server]) -> None:
    server = start(3)
    server.replies_at_once = True
    client = server.connect()
    client.sendall(RESTART + STATUS)
    for _turn in range(20):
        server.turn()
    assert [len(json.loads(line)["instances"]) for line in read(client).splitlines()] == [3, 3]


def test_a_reply_does_not_break_into_another_answer(start: Callable[[int], Server]) -> None:
    server = start(3)
    client = server.connect()
    client.sendall(RESTART + STATUS + RESTART)
    for _turn in range(2):
        server.turn()
    server.replies[0](Answer({"pid": 8}))
    for _turn in range(20):
        server.turn()
    server.replies[1](Answer({"pid": 9}))
    answers = [json.loads(line) for line in read(client).splitlines()]
    assert [one.get("pid") for one in answers] == [8, None, 9]
    assert len(answers[1]["instances"]) == 3


def test_a_published_line_does_not_break_into_an_answer(start: Callable[[int], Server]) -> None:
    server = start(3)
    client = server.connect()
    client.sendall(b'{"version": 1, "command": "watch"}\n' + STATUS)
    for _turn in range(4):
        server.turn()
    assert server.made == 1
    server.server.publish({"instance": "web"})
    for _turn in range(20):
        server.turn()
    watching, status, published = map(json.loads, read(client).splitlines())
    assert watching["watching"] is True
    assert len(status["instances"]) == 3
    assert published == {"instance": "web"}


def test_a_watching_client_gets_a_line_in_its_turn(start: Callable[[int], Server]) -> None:
    server = start(0)
    client = server.connect()
    client.sendall(b'{"version": 1, "command": "watch"}\n')
    for _turn in range(3):
        server.turn()
    assert json.loads(read(client))["watching"] is True
    server.server.publish({"instance": "web"})
    assert read(client) == b""
    server.turn()
    assert json.loads(read(client)) == {"instance": "web"}


class Peer:
    """A client with these rights."""

    def __init__(self, user: int, is_operator: bool = False) -> None:
        self.user = user
        self.is_operator = is_operator

    def may_change(self, _group: int) -> bool:
        return self.is_operator


def test_clients_without_rights_leave_room_for_operators_and_for_the_agents_user(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "control")
    loop: Any = None
    server = ControlServer(path, listen(path), loop, lambda _request, _reply: None)
    connections: Any = {number: Peer(1000 + number // 16) for number in range(48)}
    server._connections = connections

    def has_room(user: int, is_operator: bool = False) -> bool:
        peer: Any = Peer(user, is_operator)
        return server._has_room_for(peer)

    assert not has_room(2000)
    assert has_room(2000, is_operator=True)
    connections.update({number: Peer(2000, is_operator=True) for number in range(48, 64)})
    assert not has_room(2000, is_operator=True)
    assert has_room(0)
    assert has_room(os.geteuid())

    server.socket.close()


def test_the_moment_of_a_reload_is_chosen_by_root(tmp_path: Path) -> None:
    path = str(tmp_path / "control")
    loop: Any = None
    server = ControlServer(path, listen(path), loop, lambda _request, _reply: Answer({}))
    reload = encode({"version": 1, "command": "reload", "at": 1_800_000_000})

    def answer(user: int) -> Any:
        peer: Any = Peer(user, is_operator=True)
        return json.loads(b"".join(server._answer(peer, reload) or ()))

    assert answer(2000)["error"]["code"] == "forbidden"
    assert answer(0)["ok"] is True
    server.socket.close()
