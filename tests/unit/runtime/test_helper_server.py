# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The helper takes from the agent a digest, numbers and the values of a change of state alone."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _vrrp.control.protocol import digest
from _vrrp.model.commands import commands_of
from _vrrp.model.config import parse_config
from _vrrp.runtime import clock
from _vrrp.runtime.helper.configurations import Configurations
from _vrrp.runtime.helper.server import HelperServer

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


def text(hook: str) -> str:
    """A configuration with one hook and one check."""
    instance = {
        "name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"],
        "hooks": [{"event": "master", "command": hook}],
        "track_scripts": [{"command": "/bin/false"}],
        "track_files": [{"path": "/tmp/weight"}],
        "track_processes": [{"name": "haproxy"}],
    }  # fmt: skip
    return json.dumps({"instances": [instance]})


SHOWS = text("/bin/sh -c env")


class Helper:
    """A helper of a configuration file, and the agent's end of the connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.write_text(SHOWS)
        self.near, far = socket.socketpair()
        self.server = HelperServer(far, str(path))

    def run(self, **message: Any) -> dict[str, Any]:
        """Let it run a command; returns the result."""
        self.server._run({"run": 7, "config": digest(SHOWS), "values": VALUES, **message})
        deadline = clock.now() + 5 * S
        self.near.setblocking(False)
        while clock.now() < deadline:
            self.server._loop.run_once(clock.now() + S // 50)
            self.server._processes.reap(clock.now())
            try:
                found: dict[str, Any] = json.loads(self.near.recv(1 << 16))
            except BlockingIOError:
                continue
            return found
        raise AssertionError("no result")


@pytest.fixture
def helper(tmp_path: Path) -> Iterator[Helper]:
    made = Helper(tmp_path / "config.json")
    yield made
    made.server._processes.kill()
    made.server._loop.close()
    made.near.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def test_a_command_runs_by_its_number(helper: Helper) -> None:
    assert [one.command.arguments for one in commands_of(parse_config(SHOWS))] == [
        ("/bin/sh", "-c", "env"),
        ("/bin/false",),
    ]
    assert helper.run(command=0)["status"] == 0
    assert helper.run(command=1)["status"] == 1


def test_a_hook_has_the_eight_variables_and_no_others(helper: Helper, tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    config = text(f"/bin/sh -c 'env > {shown}'")
    helper.path.write_text(config)
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
    ({"command": 0, "config": "000000000000"}, "the configuration file is another one"),
    ({"command": 0, "values": {**VALUES, "VRRP_STATE": "EVIL"}}, "are not two states"),
    ({"command": 0, "values": {**VALUES, "VRRP_PRIORITY": "999"}}, "999 is no priority"),
    ({"command": 0, "values": {**VALUES, "VRRP_PRIORITY": "1" * 5000}}, "refused"),
    ({"command": 0, "values": None}, "refused"),
    ({"command": "/bin/evil"}, "refused"),
]


@pytest.mark.parametrize(("message", "error"), REFUSED)
def test_anything_else_is_refused(helper: Helper, message: dict[str, Any], error: str) -> None:
    result = helper.run(**message)
    assert result["status"] is None
    assert error in result["error"]


def test_a_command_that_has_left_the_file_is_allowed_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(SHOWS)
    configurations = Configurations(str(path))
    now = clock.now()
    other = text("/bin/true")
    path.write_text(other)
    assert configurations.get(digest(other), now) is not None
    # An agent may apply a file up to ten minutes after it was written.
    assert configurations.get(digest(SHOWS), now + 600 * S) is not None
    assert configurations.get(digest(SHOWS), now + 661 * S) is None
    assert configurations.get(digest(other), now + 661 * S) is not None


def test_an_invalid_file_allows_nothing_new_and_takes_nothing_away(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(SHOWS)
    configurations = Configurations(str(path))
    path.write_text("{}")
    assert configurations.get(digest("{}"), 0) is None
    assert configurations.get(digest(SHOWS), 1000 * S) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has anything to lose")
@pytest.mark.parametrize(("mode", "owner"), [(0o664, 0), (0o646, 0), (0o640, 65534)])
def test_root_obeys_no_file_that_others_can_write(tmp_path: Path, mode: int, owner: int) -> None:
    path = tmp_path / "config.json"
    path.write_text(SHOWS)
    path.chmod(mode)
    os.chown(path, owner, -1)
    assert Configurations(str(path)).get(digest(SHOWS), 0) is None
