# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our agent, as tests put it on a segment."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections import Counter
from typing import Any, Callable, Sequence

from _vrrp.base.errors import ControlError
from _vrrp.control.client import ControlClient
from support.segment import ENVIRONMENT, Host, Segment, eventually

AGENT = (sys.executable, "-m", "_vrrp")


def instance(**settings: Any) -> dict[str, Any]:
    """An instance of the tests, fast unless a test says otherwise."""
    return {
        "name": "web",
        "interface": "eth0",
        "vrid": 51,
        "addresses": ["192.0.2.100/24"],
        "advertisement_interval": 0.1,
        **settings,
    }


class Agent:
    """Our agent on a host, run from the checkout."""

    def __init__(self, host: Host, *instances: dict[str, Any], name: str = "") -> None:
        self.host = host
        self.directory = host.segment.directory / f"agent{host.number}{name}"
        self.directory.mkdir(exist_ok=True)
        self.config = self.directory / "config.json"
        self.socket = self.directory / "control.sock"
        self.log = self.directory / "log"
        self.process: subprocess.Popen[str] | None = None
        self.configure(*instances)

    def configure(self, *instances: dict[str, Any]) -> None:
        """Write the configuration file."""
        self.config.write_text(json.dumps({"instances": instances}))

    def settings(self) -> list[dict[str, Any]]:
        """The instances of the configuration file."""
        found: list[dict[str, Any]] = json.loads(self.config.read_text())["instances"]
        return found

    def start(self, *environment: str, under: Sequence[str] = ()) -> Agent:
        """Start it, in an environment with some NAME=value more and as the arguments of another
        command, and wait until it answers.
        """
        with self.log.open("a") as log:
            command = (
                *under,
                "env",
                *environment,
                *AGENT,
                "run",
                "--config",
                str(self.config),
                "--socket",
                str(self.socket),
            )
            self.process = self.host.start(*command, stderr=log)
        eventually(self._answers, 30, f"an answer; see {self.log}")
        return self

    def _answers(self) -> bool:
        with contextlib.suppress(ControlError):
            return bool(self._asked())
        return False

    def _asked(self, *names: str) -> dict[str, Any]:
        """The status, asked for in this process: to start a program takes ten times as long."""
        with ControlClient(str(self.socket)) as client:
            return {**client.status(names or None)}

    def check(self) -> subprocess.CompletedProcess[str]:
        """Check its configuration file on its host."""
        command = ["ip", "netns", "exec", self.host.namespace, *AGENT, "check", str(self.config)]
        return subprocess.run(command, env=ENVIRONMENT, check=False, capture_output=True, text=True)

    def ctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run ``vrrpctl``."""
        command = [*AGENT, "ctl", "--socket", str(self.socket), *arguments]
        return subprocess.run(command, env=ENVIRONMENT, check=check, capture_output=True, text=True)

    def status(self, name: str = "web") -> dict[str, Any]:
        """The status of one instance."""
        return self.every(name)[0]

    def agent(self) -> dict[str, Any]:
        """The status of the agent itself."""
        found: dict[str, Any] = self._asked()["agent"]
        return found

    def every(self, name: str) -> list[dict[str, Any]]:
        """The status of an instance in each of its families."""
        found: list[dict[str, Any]] = self._asked(name)["instances"]
        # What has not happened yet is not counted.
        return [{**one, "counters": Counter(one["counters"])} for one in found]

    def wait_for(self, state: str, within: float = 10.0, name: str = "web") -> dict[str, Any]:
        """Wait until an instance is in a state, in all its families; returns its status."""

        def reached() -> dict[str, Any] | None:
            statuses = self.every(name)
            return statuses[0] if {one["state"] for one in statuses} == {state} else None

        found: dict[str, Any] = eventually(reached, within, f"{state} on {self.host.namespace}")
        return found

    def wait_until_it_hears_a_master(self, name: str = "web") -> None:
        """Wait until a backup knows its master."""

        def hears() -> bool:
            return all(one["master"] for one in self.every(name))

        eventually(hears, 10, f"{self.host.namespace} hears nobody")

    def signal(self, number: signal.Signals) -> None:
        """Send the agent's process a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, within: float = 10.0) -> None:
        """Ask it to stop, and wait until it has."""
        self.signal(signal.SIGTERM)
        assert self.process is not None
        assert self.process.wait(within) == 0

    def kill(self) -> None:
        """End it as a crash does."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(5)

    def clean_up(self) -> None:
        """Clean up as the systemd unit does after every exit."""
        self.host.start(*AGENT, "cleanup", "--socket", str(self.socket)).wait(10)


def sole(segment: Segment, **settings: Any) -> Agent:
    """One agent that is master, on a host with the interfaces eth0 and eth1."""
    host = segment.host()
    host.add_interface("eth1")
    agent = Agent(host, instance(**settings)).start()
    agent.wait_for("MASTER")
    return agent


StartPair = Callable[..., "tuple[Agent, Agent]"]


def start_pair(first: Agent, second: Agent, *names: str) -> tuple[Agent, Agent]:
    """Start a master and its backup, and wait until the backup hears the master."""
    first.start()
    for name in names or ("web",):
        first.wait_for("MASTER", name=name)
    second.start()
    for name in names or ("web",):
        second.wait_for("BACKUP", name=name)
        second.wait_until_it_hears_a_master(name)
    return first, second
