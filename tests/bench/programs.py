# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two contestants on a host: our agent from the checkout, and Debian's keepalived."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Sequence

from bench import kernel_counters as counters
from bench.workload import Workload
from support.segment import Host, eventually

ROOT = Path(__file__).resolve().parents[2]
AGENT = (sys.executable, "-m", "_vrrp")
OURS, THEIRS = "ours", "keepalived"
PROGRAMS = (OURS, THEIRS)


class Program(ABC):
    """A program that takes part on a host; ``started_at`` is in seconds since 1970."""

    def __init__(self, host: Host, name: str) -> None:
        self.host = host
        self.directory = host.segment.directory / f"{name}{host.number}"
        self.directory.mkdir(exist_ok=True)
        self.started_at = 0.0
        self._process: subprocess.Popen[str] | None = None

    @abstractmethod
    def command(self) -> tuple[str, ...]:
        """Return the command that starts it."""

    def start(self) -> None:
        """Start it, with its own log."""
        with (self.directory / "log").open("a") as log:
            self.started_at = time.time()
            self._process = self.host.start(*self.command(), stdout=log, stderr=log)

    def pids(self) -> list[int]:
        """Its processes."""
        assert self._process is not None
        return counters.with_children(self._process.pid)

    def stop(self) -> None:
        """Ask it to leave, and wait until it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)

    def restart(self) -> None:
        """Have it run anew, as its users do."""
        self.stop()
        self.start()

    def upgrade(self) -> None:
        """Have another version run; for most programs that is to restart them."""
        self.restart()


class Ours(Program):
    """Our agent."""

    def __init__(self, host: Host, workload: Workload) -> None:
        super().__init__(host, OURS)
        self.config, self.socket = self.directory / "config.json", self.directory / "control.sock"
        self.config.write_text(workload.ours())
        self._current = self.directory / "current"
        self._current.symlink_to(ROOT / "plugins" / "module_utils")

    def command(self) -> tuple[str, ...]:
        places = ("--config", str(self.config), "--socket", str(self.socket))
        return ("env", f"PYTHONPATH={self._current}", *AGENT, "run", *places)

    def control_command(self, *arguments: str) -> tuple[str, ...]:
        """``vrrpctl``, as it is run from a checkout."""
        return (*AGENT, "ctl", "--socket", str(self.socket), *arguments)

    def restart(self) -> None:
        asked = self.host.start(*self.control_command("restart"), stdout=subprocess.DEVNULL)
        assert asked.wait(60) == 0, f"not restarted, see {self.directory}/log"

    def upgrade(self) -> None:
        other = self.directory / "other"
        shutil.copytree(self._current, other)
        self._current.unlink()
        self._current.symlink_to(other)
        self.restart()


class Keepalived(Program):
    """keepalived, with its process that speaks VRRP."""

    def __init__(self, host: Host, workload: Workload) -> None:
        super().__init__(host, THEIRS)
        self._config = self.directory / "keepalived.conf"
        self._config.write_text(workload.keepalived())

    def command(self) -> tuple[str, ...]:
        files = ("-p", str(self.directory / "pid"), "-r", str(self.directory / "vrrp.pid"))
        return ("keepalived", "--dont-fork", "--log-console", "-f", str(self._config), *files)


def start(program: str, host: Host, workload: Workload) -> Program:
    """Start one of the two on a host."""
    made = Ours(host, workload) if program == OURS else Keepalived(host, workload)
    made.start()
    return made


def wait_until_master_of_all(host: Host, workload: Workload, within: float = 60.0) -> None:
    """Wait until a host has all addresses of a plan, and has been their master for a moment."""
    wanted = workload.instances * workload.addresses
    eventually(
        lambda: counters.addresses(host) >= wanted,
        within,
        f"{wanted} addresses on {host.namespace}",
    )
    time.sleep(max(2 * workload.interval, 0.5))


def alternating(times: int, whom: Sequence[str] = PROGRAMS) -> list[str]:
    """The contestants in turn, each so many times."""
    return [one for _time in range(times) for one in whom]
