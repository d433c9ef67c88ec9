# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Built-in checks against services on the loopback interface, and the process that runs them."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _vrrp.base.units import seconds
from _vrrp.model.command import CommandResult
from _vrrp.model.target import DnsTarget, HttpTarget, PingTarget, TcpTarget, plain
from _vrrp.runtime import clock
from _vrrp.runtime.checker.attempt import Attempt
from _vrrp.runtime.checker.checks import CHECKS
from _vrrp.runtime.checker.server import Answer, CheckerServer, answer_of
from _vrrp.runtime.helper.checker import CheckerClient
from _vrrp.runtime.loop import Loop

TIMEOUT = seconds(0.5)
LOCAL = "127.0.0.1"


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers /good, and refuses all else."""

    def do_GET(self) -> None:
        is_good = self.path == "/good?now=1"
        self.send_response(200 if is_good else 503)
        self.end_headers()
        self.wfile.write(b"all is well" if is_good else b"no")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[http.server.HTTPServer]:
    server = http.server.HTTPServer((LOCAL, 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that no authority has signed, with its key."""
    made = tmp_path / "own.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=test", "-addext", f"subjectAltName=IP:{LOCAL}",
         "-keyout", str(tmp_path / "key.pem"), "-out", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


def problem(target: Any) -> str:
    return answer(target).error


def answer(target: Any) -> Answer:
    return answer_of(plain(target), Attempt(target.timeout))


def url(server: http.server.HTTPServer, path: str, scheme: str = "http") -> str:
    return f"{scheme}://{LOCAL}:{server.server_port}{path}"


def test_a_port_is_up_while_it_accepts_connections() -> None:
    with socket.create_server((LOCAL, 0)) as listening:
        port = listening.getsockname()[1]
        assert problem(TcpTarget(LOCAL, port, TIMEOUT)) == ""
    assert problem(TcpTarget(LOCAL, port, TIMEOUT)) == "Connection refused"
    unknown = TcpTarget("no-such-host.invalid", 80, TIMEOUT)
    assert problem(unknown) in (
        "Name or service not known",
        "Temporary failure in name resolution",
    )


@pytest.mark.parametrize(
    ("path", "settings", "expected"),
    [
        ("/good?now=1", {}, ""),
        ("/good?now=1", {"text": "is well"}, ""),
        ("/good?now=1", {"text": "is not well"}, "the text is not in the answer"),
        ("/good?now=1", {"status": (204,)}, "status 200"),
        ("/bad", {}, "status 503"),
        ("/bad", {"status": (200, 503)}, ""),
    ],
)
def test_a_url_is_up_while_status_and_text_are_right(
    web: http.server.HTTPServer, path: str, settings: dict[str, Any], expected: str
) -> None:
    assert problem(HttpTarget(url(web, path), TIMEOUT, **settings)) == expected


def test_a_certificate_has_to_be_valid_unless_it_is_not_verified(
    web: http.server.HTTPServer, certificate: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    web.socket = context.wrap_socket(web.socket, server_side=True)
    good = url(web, "/good?now=1", "https")
    assert problem(HttpTarget(good, TIMEOUT, verify=False)) == ""
    assert problem(HttpTarget(good, TIMEOUT, ca_file=str(certificate))) == ""
    refused = problem(HttpTarget(good, TIMEOUT))
    assert refused.startswith("the certificate is not valid: self")


def test_what_is_no_http_is_no_answer() -> None:
    with socket.create_server((LOCAL, 0)) as listening:

        def greet() -> None:
            connection, _address = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 ready\r\n")

        threading.Thread(target=greet).start()
        target = HttpTarget(f"http://{LOCAL}:{listening.getsockname()[1]}/", TIMEOUT)
        assert problem(target) == "no HTTP: BadStatusLine"


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example", "xn--\\u00e4"])
def test_a_host_that_can_be_no_name_is_no_answer(host: str) -> None:
    assert problem(TcpTarget(host, 80, TIMEOUT))
    assert problem(HttpTarget(f"http://{host}/", TIMEOUT))


def test_a_user_that_may_not_ping_knows_nothing_of_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_arguments: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("_vrrp.runtime.checker.checks.socket.socket", refuse)
    assert answer(PingTarget(LOCAL, TIMEOUT)) == Answer(
        "the user of the check may not ping: let net.ipv4.ping_group_range include its group", True
    )


def test_a_service_that_accepts_and_says_nothing_is_late() -> None:
    with socket.create_server((LOCAL, 0)) as listening:
        target = HttpTarget(f"http://{LOCAL}:{listening.getsockname()[1]}/", TIMEOUT)
        assert problem(target) == "no answer within 0.5 s"


# A header of an answer by its code and its number of records, after the number of the question.
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (bytes.fromhex("818000010001") + bytes(4), ""),
        (bytes.fromhex("818000010000") + bytes(4), "no record of this type"),
        (bytes.fromhex("818300010000") + bytes(4), "response code 3"),
    ],
)
def test_a_name_server_is_up_while_it_answers_with_a_record(answer: bytes, expected: str) -> None:
    asked: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as serving:
        serving.bind((LOCAL, 0))

        def serve() -> None:
            question, client = serving.recvfrom(512)
            asked.append(question)
            serving.sendto(b"\0\0" + answer, client)  # To somebody else's question.
            serving.sendto(question[:2] + answer, client)

        thread = threading.Thread(target=serve)
        thread.start()
        target = DnsTarget(LOCAL, "www.example", TIMEOUT, "AAAA", serving.getsockname()[1])
        assert problem(target) == expected
        thread.join()
    # RFC 1035 section 4.1: recursion desired, one question, of type 28 and class 1.
    assert asked[0][2:] == bytes.fromhex(
        "0100 0001 0000 0000 0000 03 777777 07 6578616d706c65 00 001c 0001"
    )


@pytest.mark.parametrize("host", [LOCAL, "::1", "localhost"])
def test_a_host_is_up_while_it_answers_a_ping(host: str) -> None:
    assert problem(PingTarget(host, TIMEOUT)) == ""


class Client:
    """A checker with its loop; ``results`` are those of its checks."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.results: dict[int, CommandResult] = {}
        self.checker = CheckerClient(self.loop, "", self.results.__setitem__)

    def wait(self, number: int) -> CommandResult:
        deadline = clock.now() + seconds(10)
        while number not in self.results and clock.now() < deadline:
            self.loop.run_once(self.checker.next_deadline())
            self.checker.run_due(clock.now())
        return self.results[number]


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.checker.close()
    made.loop.close()


def test_one_process_runs_all_checks(client: Client) -> None:
    with socket.create_server((LOCAL, 0)) as listening:
        port = listening.getsockname()[1]
        for number in range(20):
            client.checker.start(number, TcpTarget(LOCAL, port, seconds(5 + number)), clock.now())
        assert all(client.wait(number) == CommandResult(0) for number in range(20))
    assert client.checker.next_deadline() is None
    refused = TcpTarget(LOCAL, port, seconds(5))
    client.checker.start(20, refused, clock.now())
    assert client.wait(20) == CommandResult(None, "Connection refused")


def test_a_check_that_hangs_fails_in_time_and_is_not_counted_later(client: Client) -> None:
    with socket.create_server((LOCAL, 0)) as listening:
        target = HttpTarget(f"http://{LOCAL}:{listening.getsockname()[1]}/", TIMEOUT)
        client.checker.start(1, target, clock.now())
        assert client.wait(1) == CommandResult(None, "no answer within 0.5 s")


@pytest.fixture
def trickling() -> Iterator[int]:
    """The port of a server whose header never ends, a byte every 50 ms."""
    with socket.create_server((LOCAL, 0)) as listening:
        over = threading.Event()

        def trickle(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not over.wait(0.05):
                    connection.sendall(b"x")

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    trickler = threading.Thread(target=trickle, args=(listening.accept()[0],))
                    trickler.start()

        threading.Thread(target=serve).start()
        yield listening.getsockname()[1]
        over.set()
        listening.shutdown(socket.SHUT_RDWR)


def test_a_server_that_answers_a_byte_at_a_time_holds_no_thread(
    client: Client, trickling: int
) -> None:
    # More checks one after the other than may wait for one target.
    slow = HttpTarget(f"http://{LOCAL}:{trickling}/", seconds(0.2))
    late = CommandResult(None, "no answer within 0.2 s")
    for number in range(6):
        client.checker.start(number, slow, clock.now())
        assert client.wait(number) == late
    dead = TcpTarget(LOCAL, trickling, seconds(5))
    client.checker.start(6, dead, clock.now())
    assert client.wait(6).succeeded


class Hanging:
    """A server of checks whose every check hangs until ``go_on`` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        monkeypatch.setitem(CHECKS, "tcp", lambda _target, _attempt: self.go_on.wait())
        ours, theirs = socket.socketpair()
        self.helper = ours.makefile("rwb")
        ours.close()
        self.thread = threading.Thread(target=CheckerServer(theirs).run)
        self.thread.start()

    def ask(self, number: int, host: str, timeout: float) -> None:
        request = {"run": number, **plain(TcpTarget(host, 80, seconds(timeout)))}
        self.helper.write(json.dumps(request).encode() + b"\n")
        self.helper.flush()

    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.helper.readline())
        return found


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    made = Hanging(monkeypatch)
    yield made
    made.go_on.set()
    made.helper.close()
    made.thread.join()


def test_a_target_that_hangs_takes_no_thread_of_the_others(hanging: Hanging) -> None:
    for number in range(4):
        hanging.ask(number, "hangs.example", 0.05)
        late = {"ended": number, "error": "no answer within 0.05 s", "is_lost": False}
        assert hanging.answer() == late
    hanging.ask(4, "hangs.example", 0.05)
    assert hanging.answer()["error"] == "4 checks before still wait"
    hanging.ask(5, "works.example", 10)
    hanging.go_on.set()
    assert hanging.answer() == {"ended": 5, "error": "", "is_lost": False}


def test_a_check_without_a_thread_does_not_fail(
    hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("_vrrp.runtime.checker.server._THREADS_MAX", 1)
    hanging.ask(1, "hangs.example", 10)
    hanging.ask(2, "works.example", 10)
    assert hanging.answer() == {"ended": 2, "error": "1 other checks run", "is_lost": True}


def test_a_checker_that_starts_slowly_fails_no_check(client: Client) -> None:
    with socket.create_server((LOCAL, 0)) as listening:
        target = TcpTarget(LOCAL, listening.getsockname()[1], seconds(0.02))
        client.checker.start(1, target, clock.now())  # Before Python has started.
        assert client.wait(1).succeeded or client.wait(1).is_lost


def test_a_checker_that_says_nothing_is_replaced(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "_vrrp.runtime.helper.checker"
    monkeypatch.setattr(f"{module}._ANSWER_GRACE", seconds(0.05))
    monkeypatch.setattr(f"{module}._STARTS_WITHIN", 0)
    with socket.create_server((LOCAL, 0)) as listening:
        target = TcpTarget(LOCAL, listening.getsockname()[1], seconds(0.05))
        client.checker.start(0, TcpTarget(LOCAL, target.port, seconds(5)), clock.now())
        assert client.wait(0).succeeded
        silent = client.checker._process
        assert silent is not None
        os.kill(silent.pid, signal.SIGSTOP)
        for number in (1, 2, 3):  # One after the other.
            assert client.checker._process is silent
            client.checker.start(number, target, clock.now())
            assert client.wait(number).is_lost
        client.checker.start(4, TcpTarget(LOCAL, target.port, seconds(5)), clock.now())
        assert client.wait(4).succeeded


def test_a_checker_without_a_thread_loses_the_check(
    hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    hanging.ask(1, "works.example", 10)
    assert hanging.answer() == {"ended": 1, "error": "can't start new thread", "is_lost": True}


def test_a_checker_that_dies_makes_no_check_fail_and_is_replaced(client: Client) -> None:
    with socket.create_server((LOCAL, 0)) as listening:
        port = listening.getsockname()[1]
        client.checker.start(1, TcpTarget(LOCAL, port, seconds(5)), clock.now())
        assert client.wait(1).succeeded
        process = client.checker._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        client.checker.start(2, TcpTarget(LOCAL, port, seconds(5)), clock.now())
        os.kill(process.pid, signal.SIGKILL)
        assert client.wait(2).is_lost
        client.checker.start(3, TcpTarget(LOCAL, port, seconds(5)), clock.now())
        assert client.wait(3).succeeded
