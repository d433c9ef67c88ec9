# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two booted hosts, one the master of our agent and of keepalived, under probes."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

import lab
from hosts.disturbances import Disturbance
from hosts.leases import LeaseServer
from lab import Host, Lab, children_of
from netns import connect

PROBE = str(Path(lab.__file__).parent / "probe.py")
RATE = 100  # Probes a second, for each address.
SETTLED_WITHIN = 25.0  # Seconds.
BEFORE = 1.0  # Seconds between the first probe and the disturbance.


@dataclass(frozen=True)
class Service:
    """An address that is probed: ``program`` serves it, and ``family`` is IPv4 or IPv6."""

    program: str
    family: str
    address: str


@dataclass(frozen=True)
class Run:
    """The outcome of one disturbance: by service the longest time without an answer in seconds, and
    the lines that our agent logged on each host.
    """

    outages: Mapping[Service, float]
    lines: Mapping[str, Sequence[str]]

    def outage(self, program: str, family: str) -> float:
        """Return the longest time without an answer from a program's address, in seconds."""
        wanted = (program, family)
        return next(
            seconds for one, seconds in self.outages.items() if (one.program, one.family) == wanted
        )


def run_on(host: Host, command: str, check: bool = True) -> str:
    """Run a line for bash inside a host, not through its network; returns what it printed."""
    (first,) = children_of(int(host.process_file.read_text()))
    entered = ["nsenter", f"--target={first}", "--all", "--", "bash", "-c", command]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "OWN": host.address, "HOME": "/root"}
    ended = subprocess.run(
        entered, capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    if check and ended.returncode != 0:
        raise RuntimeError(f"{host.name}: {command}: {ended.stdout}{ended.stderr}")
    return ended.stdout


def eventually(predicate: Callable[[], bool], within: float, what: str) -> None:
    """Poll until ``predicate`` is true; raises TimeoutError."""
    deadline = time.monotonic() + within
    while not predicate():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within} s: {what}")
        time.sleep(0.1)


class Pair:
    """The ``master`` is preferred by both programs; ``number`` is the place of the pair among the
    others, by which its addresses differ.
    """

    def __init__(self, made: Lab, group: str, number: int, names: Sequence[str]) -> None:
        self.lab = made
        self.group = group
        self.master, self.backup = (made.host(name) for name in names)
        self.services = [
            Service(program, family, address.format(last + number))
            for program, last in (("ours", 100), ("keepalived", 110))
            for family, address in (("IPv4", "192.0.2.{}"), ("IPv6", "2001:db8::{}"))
        ]
        self.leases: LeaseServer | None = None

    @property
    def hosts(self) -> tuple[Host, Host]:
        """Both hosts."""
        return self.master, self.backup

    def everywhere(self, command: str) -> None:
        """Run a command on both hosts, if there is one."""
        for host in self.hosts if command else ():
            run_on(host, command)

    def settle(self) -> None:
        """Wait until the master serves everything, and the backup nothing; raises TimeoutError."""
        wanted = {service.address for service in self.services}

        def is_settled() -> bool:
            served = [addresses_of(host) & wanted for host in self.hosts]
            return served == [wanted, set()]

        what = f"{self.master.name} alone serves {sorted(wanted)}"
        with contextlib.suppress(TimeoutError):
            eventually(is_settled, SETTLED_WITHIN, what)
        if not is_settled():
            # An address that goes while keepalived is master may not come back by itself.
            self.everywhere("systemctl restart keepalived")
            eventually(is_settled, SETTLED_WITHIN, what)
        # The backups of both programs have heard the master, and announcements are over.
        time.sleep(1.5)

    def run(self, disturbance: Disturbance) -> Run:
        """Make a disturbance once, under probes."""
        with self._prepared(disturbance):
            self.settle()
            since = time.time()
            with self._probes(disturbance.window) as outages:
                time.sleep(BEFORE)
                self._disturb(disturbance)
            return Run(outages, self._lines(since))

    def _disturb(self, disturbance: Disturbance) -> None:
        target = self.backup if disturbance.on_backup else self.master
        if disturbance.power:
            boot(target, late=disturbance.power == "late")
            target.wait()
            return
        if self.leases is not None:
            self.leases.change(target)
        run_on(target, disturbance.command, check=False)

    @contextlib.contextmanager
    def _prepared(self, disturbance: Disturbance) -> Iterator[None]:
        """Have the hosts as a disturbance wants them meanwhile."""
        with contextlib.ExitStack() as stack:
            if disturbance.leases:
                self.leases = stack.enter_context(LeaseServer(self.lab, self.hosts))
            self.everywhere(disturbance.before)
            try:
                yield
            finally:
                self.leases = None
                self.everywhere(disturbance.after)

    @contextlib.contextmanager
    def _probes(self, window: float) -> Iterator[dict[Service, float]]:
        """Probe all addresses meanwhile; the longest outages are there at the end."""
        outages: dict[Service, float] = {}
        probes = {one: self._probe(one, BEFORE + window) for one in self.services}
        yield outages
        for service, probe in probes.items():
            result = json.loads(probe.communicate(timeout=60)[0])
            outages[service] = result["longest"] * result["interval"]

    def _probe(self, service: Service, duration: float) -> subprocess.Popen[str]:
        command = [
            "ip", "netns", "exec", self.lab.observer, sys.executable,
            PROBE, service.address,
            f"--rate={RATE}", f"--duration={duration}",
        ]  # fmt: skip
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _lines(self, since: float) -> dict[str, list[str]]:
        unit = "_SYSTEMD_UNIT=vrrp-agent.service"
        command = f"journalctl {unit} --output=cat --quiet --since=@{since:.0f}"
        return {host.name: run_on(host, command, check=False).splitlines() for host in self.hosts}


def addresses_of(host: Host) -> set[str]:
    """Return all addresses of a host; none while it is off."""
    try:
        links = json.loads(run_on(host, "ip -json address"))
    except (OSError, ValueError, RuntimeError):
        return set()
    return {one["local"] for link in links for one in link["addr_info"] if "local" in one}


def boot(host: Host, late: bool) -> None:
    """Boot a host again; ``late``: the interface gets its name three seconds after that."""
    run_on(host, "systemctl reboot", check=False)
    eventually(lambda: not host.is_on, 20, f"{host.name} is off")
    host.power_off()
    if not late:
        host.power_on()
        return
    connect(host.namespace, host.lab.bridge, host.port, host.address)
    rename(host, "eth0", "late0")
    host.power_on()
    time.sleep(3)
    rename(host, "late0", "eth0")


def rename(host: Host, old: str, new: str) -> None:
    """Give an interface of a host another name."""
    for change in (("down",), ("name", new), ("up",)):
        name = new if change == ("up",) else old
        subprocess.run(["ip", "-n", host.namespace, "link", "set", name, *change], check=True)
