# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The helper takes from the agent a digest, numbers and the values of a change of state alone."""

from __future__ import annotations

import json
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _vrrp.control.protocol import digest
from _vrrp.model.command import Command
from _vrrp.model.commands import commands_of
from _vrrp.model.config import parse_config
from _vrrp.runtime import clock
from _vrrp.runtime.helper.configurations import Configurations
from _vrrp.runtime.helper.server import HelperServer
from _vrrp.runtime.json_stream import JsonStream

pytestmark = pytest.mark.finding("E1")

S = 1_000_000_000
VALUES = {
    "VRRP_INSTANCE": "web",
    "VRRP_FAMILY": "ipv4",
    "VRRP_INTERFACE": "eth0",
    "VRRP_EVENT": "master",
    "VRRP_OLD_STATE": "BACKUP",
    "VRRP_STATE": "MASTER",
    "VRRP_PRIORITY": "150",
    "VRRP_REASON": "192.0.2.12 resigned",
}


def text(hook: str, weight: str = "/tmp/weight") -> str:
    """A configuration with one hook and one check."""
    instance = {
        "name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"],
        "hooks": [{"event": "master", "command": hook}],
        "track_scripts": [{"command": "/bin/false"}],
        "track_files": [{"path": weight}],
        "track_processes": [{"name": "haproxy"}],
    }  # fmt: skip
    return json.dumps({"instances": [instance]})


SHOWS = text("/bin/sh -c env")


class Helper:
    """A helper of a configuration file, and the agent's end of the connection."""

    def __init__(self, path: Path, user: str = "") -> None:
        self.path = path
        near, far = socket.socketpair()
        self.agent = JsonStream(near)
        self.server = HelperServer(far, str(path), user)
        self.configure(SHOWS)

    def configure(self, text: str) -> None:
        """Replace the configuration, and pass it on."""
        self.path.write_text(text)
        self.send_file(self.path)

    def send_file(self, path: Path) -> None:
        """Send an open file as the configuration."""
        with path.open() as file:
            assert self.agent.send_descriptor({"read": True}, file.fileno())

    def run(self, **message: Any) -> dict[str, Any]:
        """Let it run a command; returns the result."""
        self.agent.send({"run": 7, "config": digest(SHOWS), "values": VALUES, **message})
        return self.answer("ended")

    def answer(self, key: str) -> dict[str, Any]:
        """Return the next message with that key."""
        deadline = clock.now() + 10 * S
        while clock.now() < deadline:
            for message in self.agent.receive() or ():
                if key in message:
                    return message
            self.server.run_once()
        raise AssertionError("no answer")

    def close(self) -> None:
        """Remove the helper."""
        self.server.close()
        self.agent.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


@pytest.fixture
def helper(tmp_path: Path) -> Iterator[Helper]:
    made = Helper(tmp_path / "config.json")
    yield made
    made.close()


def test_a_command_runs_by_its_number(helper: Helper) -> None:
    commands = [one.command for one in commands_of(parse_config(SHOWS))]
    assert [one.arguments for one in commands if isinstance(one, Command)] == [
        ("/bin/sh", "-c", "env"),
        ("/bin/false",),
    ]
    assert helper.run(command=0)["status"] == 0
    assert helper.run(command=1)["status"] == 1


def test_a_hook_has_the_eight_variables_and_no_others(helper: Helper, tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    config = text(f"/bin/sh -c 'env > {shown}'")
    helper.configure(config)
    hostile = {
        **VALUES,
        "LD_PRELOAD": "/tmp/evil.so",
        "PATH": "/tmp/evil",
        "VRRP_INSTANCE": "$(evil)",
        "VRRP_INTERFACE": "evil",
        "VRRP_REASON": "a\nb\x1b[31m",
    }
    assert helper.run(command=0, config=digest(config), values=hostile)["status"] == 0
    found = dict(line.partition("=")[::2] for line in shown.read_text().splitlines())
    assert {name: one for name, one in found.items() if name.startswith("VRRP_")} == {
        **VALUES,
        "VRRP_REASON": "a?b?[31m",
    }
    assert "LD_PRELOAD" not in found
    assert "evil" not in found["PATH"]


REFUSED = [
    ({"command": 2}, "the configuration has no command 2"),
    ({"command": -1}, "the configuration has no command -1"),
    ({"command": 0, "values": {**VALUES, "VRRP_STATE": "EVIL"}}, "are not two states"),
    ({"command": 0, "values": {**VALUES, "VRRP_PRIORITY": "999"}}, "999 is no priority"),
    ({"command": 0, "values": {**VALUES, "VRRP_PRIORITY": "1" * 5000}}, "refused"),
    ({"command": 0, "values": {**VALUES, "VRRP_PRIORITY": "7_0"}}, "is no priority"),
    ({"command": float("inf")}, "a command is named by its number"),
    ({"command": True}, "a command is named by its number"),
    ({"command": 0, "values": None}, "refused"),
    ({"command": "/bin/evil"}, "refused"),
]


@pytest.mark.parametrize(("message", "error"), REFUSED)
def test_anything_else_is_refused(helper: Helper, message: dict[str, Any], error: str) -> None:
    result = helper.run(**message)
    assert result["status"] is None
    assert error in result["error"]


def test_a_command_does_not_run_twice_at_once(helper: Helper) -> None:
    config = text("/bin/sleep 1")
    helper.configure(config)
    asked = {"config": digest(config), "command": 0, "values": VALUES}
    for number in (1, 2):
        helper.agent.send({"run": number, **asked})
    refused, ended = helper.answer("ended"), helper.answer("ended")
    assert (refused["ended"], refused["error"]) == (2, "it is running already")
    assert refused["is_lost"]
    assert (ended["ended"], ended["status"]) == (1, 0)


def test_the_number_of_a_command_that_runs_names_no_other_one(helper: Helper) -> None:
    config = text("/bin/sleep 1")
    helper.configure(config)
    asked = {"config": digest(config), "command": 0, "values": VALUES}
    for number in (1, 1, True, 2):
        helper.agent.send({"run": number, **asked})
    first, second = helper.answer("ended"), helper.answer("ended")
    assert (first["ended"], first["error"]) == (2, "it is running already")
    assert (second["ended"], second["status"]) == (1, 0)


def test_an_unknown_configuration_makes_no_command_fail(helper: Helper) -> None:
    result = helper.run(command=0, config="000000000000")
    assert result["is_lost"]
    assert "the configuration file has changed" in result["error"]


def test_a_file_that_is_not_the_configuration_is_not_obeyed(helper: Helper, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(text("/bin/echo evil"))
    helper.send_file(other)
    assert helper.run(command=0, config=digest(other.read_text()))["is_lost"]
    assert helper.run(command=0)["status"] == 0


def opened(path: Path) -> int:
    """A descriptor of a file, whose position is at the end."""
    descriptor = os.open(path, os.O_RDONLY)
    os.lseek(descriptor, 0, os.SEEK_END)
    return descriptor


def test_a_command_that_has_left_the_file_is_allowed_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(SHOWS)
    configurations = Configurations(str(path))
    configurations.read(opened(path), 0)
    other = text("/bin/true")
    path.write_text(other)
    # An agent may apply a file up to ten minutes after it was written, and need not pass it on.
    configurations.refresh(0)
    configurations.refresh(600 * S)
    assert configurations.get(digest(SHOWS)) is not None
    configurations.read(opened(path), 600 * S)
    configurations.refresh(661 * S)
    assert configurations.get(digest(SHOWS)) is None
    assert configurations.get(digest(other)) is not None


def test_an_invalid_file_allows_nothing_new_and_takes_nothing_away(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(SHOWS)
    configurations = Configurations(str(path))
    configurations.read(opened(path), 0)
    path.write_text("{}")
    configurations.read(opened(path), 0)
    assert configurations.get(digest("{}")) is None
    assert configurations.get(digest(SHOWS)) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has anything to lose")
@pytest.mark.parametrize(("mode", "owner"), [(0o664, 0), (0o646, 0), (0o640, 65534)])
def test_no_file_that_others_can_write_is_obeyed(tmp_path: Path, mode: int, owner: int) -> None:
    path = tmp_path / "config.json"
    path.write_text(SHOWS)
    path.chmod(mode)
    os.chown(path, owner, -1)
    configurations = Configurations(str(path))
    configurations.read(opened(path), 0)
    assert configurations.get(digest(SHOWS)) is None


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    fifo = tmp_path / "config.json"
    os.mkfifo(fifo)
    configurations = Configurations(str(fifo))
    configurations.read(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), 0)
    configurations.read(os.open(tmp_path, os.O_RDONLY), 0)


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory in which everybody can make files."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o777)
        yield Path(made)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.finding("E2")
def test_commands_and_files_without_a_user_are_those_of_the_helpers_user(
    open_directory: Path,
) -> None:
    shown, closed = open_directory / "shown", open_directory / "closed"
    weight = open_directory / "weight"
    closed.write_text("7")
    closed.chmod(0o600)
    weight.symlink_to(closed)
    config = text(f"/bin/sh -c 'id -un > {shown}'", str(weight))
    helper = Helper(open_directory / "config.json", "nobody")
    helper.configure(config)
    assert helper.run(command=0, config=digest(config))["status"] == 0
    assert shown.read_text() == "nobody\n"
    helper.agent.send({"poll": digest(config)})
    assert helper.answer("files")["files"] == {str(weight): None}
    closed.chmod(0o644)
    assert helper.answer("files")["files"] == {str(weight): "7"}
    helper.close()
