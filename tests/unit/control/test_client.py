# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client's requests to an agent."""

from __future__ import annotations

import json
import os
import pwd
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from _vrrp.base.errors import ControlError
from _vrrp.control import client as client_module
from _vrrp.control.client import ControlClient


def request_of(path: Path, **settings: Any) -> Any:
    """Return the request that an agent receives when the intent of web is set."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        client = ControlClient(str(path))
        agent, _address = listening.accept()
        agent.sendall(b'{"ok": true, "change": 1, "instances": []}\n')
        client.set_intent("web", "master", **settings)
        client.close()
        with agent, agent.makefile("rb") as lines:
            return json.loads(lines.readline())


@pytest.mark.parametrize("settings", [{}, {"dry_run": False}])
def test_an_intent_is_sent_without_the_field_dry_run(
    tmp_path: Path, settings: dict[str, bool]
) -> None:
    assert "dry_run" not in request_of(tmp_path / "control", **settings)


def test_an_intent_is_sent_with_the_name_of_the_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "ops")
    assert request_of(tmp_path / "behind-sudo")["by"] == "ops"
    monkeypatch.delenv("SUDO_USER")
    assert request_of(tmp_path / "own")["by"] == pwd.getpwuid(os.getuid()).pw_name
    assert request_of(tmp_path / "given", by="change 7 " * 20)["by"] == ("change 7 " * 20)[:100]


def test_a_dry_run_is_sent_with_its_field(tmp_path: Path) -> None:
    assert request_of(tmp_path / "control", dry_run=True)["dry_run"] is True


def test_a_client_waits_while_too_many_others_connect(tmp_path: Path) -> None:
    path = str(tmp_path / "control")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(0)
        first = ControlClient(path)
        with pytest.raises(ControlError, match="can't be reached: Resource temporarily"):
            ControlClient(path, timeout=0.1)
        later = threading.Timer(0.2, listening.accept)
        later.start()
        ControlClient(path).close()
        later.join()
        first.close()


HOSTILE = {
    "deep": b"[" * 100_000 + b"\n",
    "garbage": b"\xff\xfe\n",
    "no object": b"7\n",
    "a number of many digits": b'{"a": ' + b"1" * 10_000 + b"}\n",
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_an_answer_that_makes_no_sense_is_an_error(tmp_path: Path, answer: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "control"))
        listening.listen()
        client = ControlClient(str(tmp_path / "control"))
        agent, _address = listening.accept()
        agent.sendall(answer)
        with pytest.raises(ControlError, match="is not a JSON object"):
            client.status()
        client.close()
        agent.close()


def test_an_answer_without_an_end_is_given_up_at_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "ANSWER_BYTES_MAX", 1000)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "control"))
        listening.listen()
        client = ControlClient(str(tmp_path / "control"))
        agent, _address = listening.accept()
        agent.sendall(b"[" * 2000)
        with pytest.raises(ControlError, match="has no end"):
            client.status()
        client.close()
        agent.close()


def test_an_answer_that_never_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_ANSWER_MAX", 0.3)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "control"))
        listening.listen()
        client = ControlClient(str(tmp_path / "control"))
        agent, _address = listening.accept()
        drip = threading.Event()

        def send_slowly() -> None:
            while not drip.wait(0.05):
                agent.sendall(b" ")

        sender = threading.Thread(target=send_slowly)
        sender.start()
        with pytest.raises(ControlError, match="no answer in time"):
            client.status()
        drip.set()
        sender.join()
        client.close()
        agent.close()
