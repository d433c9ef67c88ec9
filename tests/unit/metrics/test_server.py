# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP server of the metrics, on loopback."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from _vrrp.base.errors import ControlError
from _vrrp.metrics import exposition
from _vrrp.metrics.agent import UP
from _vrrp.metrics.sample import Sample
from _vrrp.metrics.server import MetricsServer, listen
from support.segment import eventually

CLIENTS_MAX = 8


class Served:
    """A server of metrics whose agent is asked only in name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.time = 1000.0
        monkeypatch.setattr(exposition.AgentCollector, "_ask", self._ask)
        monkeypatch.setattr("_vrrp.metrics.exposition.time.monotonic", lambda: self.time)
        self.server = MetricsServer(listen("127.0.0.1:0"), "/nonexistent", is_compatible=False)
        self.address = self.server.socket.getsockname()
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    def _ask(self, _collector: Any = None) -> list[Sample]:
        self.asked += 1
        return [Sample(UP, (), 1)]

    def get(self, accept: str = "") -> tuple[str, str]:
        """Scrape; returns the content type and the text."""
        host, port = self.address
        client = http.client.HTTPConnection(host, port, timeout=10)
        client.request("GET", "/metrics", headers={"Accept": accept})
        answer = client.getresponse()
        text = answer.read().decode()
        client.close()
        return answer.headers["Content-Type"], text

    def try_get(self) -> str:
        """Scrape; returns nothing when the server turns this client away."""
        try:
            return self.get()[1]
        except (OSError, http.client.HTTPException):
            return ""

    def stop(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A running server."""
    running = Served(monkeypatch)
    try:
        yield running
    finally:
        running.stop()


def test_clients_share_one_answer_of_the_agent(served: Served) -> None:
    for _client in range(5):
        served.get()
    assert served.asked == 1
    served.time += 1.0
    served.get()
    assert served.asked == 2


def test_a_client_gets_the_form_that_it_asks_for(served: Served) -> None:
    kind, text = served.get()
    assert kind.startswith("text/plain")
    assert "\nvrrp_up 1.0\n" in text
    kind, text = served.get("application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


def test_clients_beyond_the_limit_are_turned_away_and_the_others_served(served: Served) -> None:
    silent = [socket.create_connection(served.address, timeout=10) for _one in range(CLIENTS_MAX)]
    turned_away = socket.create_connection(served.address, timeout=10)
    assert turned_away.recv(1) == b""
    for one in (*silent, turned_away):
        one.close()
    assert "vrrp_up 1.0" in eventually(served.try_get, 5)


def test_slow_clients_make_room_for_others_after_a_time(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("_vrrp.metrics.server._PATIENCE", 0.2)
    slow = [socket.create_connection(served.address, timeout=10) for _one in range(CLIENTS_MAX)]
    for one in slow:
        one.send(b"GET ")  # The rest never comes, or comes byte by byte.
    for one in slow:
        assert one.recv(1) == b""
        one.close()
    assert "vrrp_up 1.0" in eventually(served.try_get, 5)


@pytest.mark.parametrize(
    "address", ["nonsense", "127.0.0.1:http", "192.0.2.1:9112", "127.0.0.1:99999"]
)
def test_an_address_that_can_not_be_had_is_named(address: str) -> None:
    with pytest.raises(ControlError, match="can't listen on"):
        listen(address)
