# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two contestants on a host: our agent from the checkout, and Debian's keepalived."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol, Sequence

import meters
from plan import Plan
from segment import Host, eventually

ROOT = Path(__file__).resolve().parents[2]
AGENT = (sys.executable, "-m", "_vrrp")
OURS, THEIRS = "ours", "keepalived"
CONTESTANTS = (OURS, THEIRS)


class Contestant(Protocol):
    """A program that takes part on a host; ``started_at`` is in seconds since 1970."""

    started_at: float

    def pids(self) -> list[int]:
        """Its processes."""

    def stop(self) -> None:
        """Ask it to leave, and wait until it has."""

    def restart(self) -> None:
        """Have it run anew, as its users do."""


class Ours:
    """Our agent."""

    def __init__(self, host: Host, plan: Plan) -> None:
        self.host = host
        self.directory = host.segment.directory / f"ours{host.number}"
        self.directory.mkdir(exist_ok=True)
        self.config, self.socket = self.directory / "config.json", self.directory / "control.sock"
        self.config.write_text(plan.ours())
        self.started_at = 0.0
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        places = ("--config", str(self.config), "--socket", str(self.socket))
        with (self.directory / "log").open("a") as log:
            self.started_at = time.time()
            return self.host.start(*AGENT, "run", *places, stdout=log, stderr=log)

    def pids(self) -> list[int]:
        return [self._process.pid]

    @property
    def status_command(self) -> tuple[str, ...]:
        """``vrrpctl status``, as it is run from a checkout."""
        return (*AGENT, "ctl", "--socket", str(self.socket), "status")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)

    def restart(self) -> None:
        self.stop()
        self._process = self._start()


class Keepalived:
    """keepalived, with its process that speaks VRRP."""

    def __init__(self, host: Host, plan: Plan) -> None:
        self.host = host
        self.directory = host.segment.directory / f"keepalived{host.number}"
        self.directory.mkdir(exist_ok=True)
        self._config = self.directory / "keepalived.conf"
        self._config.write_text(plan.keepalived())
        self.started_at = 0.0
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        files = ("-p", str(self.directory / "pid"), "-r", str(self.directory / "vrrp.pid"))
        command = ("keepalived", "--dont-fork", "--log-console", "-f", str(self._config), *files)
        with (self.directory / "log").open("a") as log:
            self.started_at = time.time()
            return self.host.start(*command, stdout=log, stderr=log)

    def pids(self) -> list[int]:
        return meters.with_children(self._process.pid)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)

    def restart(self) -> None:
        self.stop()
        self._process = self._start()


def start(contestant: str, host: Host, plan: Plan) -> Contestant:
    """Start one of the two on a host."""
    return Ours(host, plan) if contestant == OURS else Keepalived(host, plan)


def wait_until_master_of_all(host: Host, plan: Plan, within: float = 60.0) -> None:
    """Wait until a host has all addresses of a plan, and has been their master for a moment."""
    wanted = plan.instances * plan.addresses
    eventually(
        lambda: meters.addresses(host) >= wanted, within, f"{wanted} addresses on {host.namespace}"
    )
    time.sleep(max(2 * plan.interval, 0.5))


def alternating(times: int, whom: Sequence[str] = CONTESTANTS) -> list[str]:
    """The contestants in turn, each so many times."""
    return [one for _time in range(times) for one in whom]
