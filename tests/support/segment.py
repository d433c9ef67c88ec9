# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A segment of hosts in network namespaces, with no way out, made and removed by a test."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, Callable

import netns

ROOT = Path(__file__).resolve().parents[2]
PROBE = ROOT / "roles" / "lab" / "files" / "probe.py"
REPLAY = Path(__file__).resolve().parent / "replay.py"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "plugins" / "module_utils")}


def eventually(predicate: Callable[[], Any], within: float = 20.0, what: str = "") -> Any:
    """Poll until ``predicate`` returns something true; fail after ``within`` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = predicate()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or predicate}")
        time.sleep(0.02)


def ip(*arguments: str) -> str:
    """Run iproute2; returns what it printed."""
    result = subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    return result.stdout


def with_length(address: str) -> str:
    """An address with the prefix length that its network has in these tests."""
    return f"{address}/64" if ":" in address else f"{address}/24"


class Host:
    """A namespace with one interface, eth0, on the segment."""

    def __init__(self, segment: Segment, number: int) -> None:
        self.segment = segment
        self.number = number
        self.namespace = f"{segment.name}-{number}"
        self.port = f"p{number}"
        self.address = f"192.0.2.{10 + number}"
        self.address6 = f"2001:db8::{10 + number}"
        netns.connect(self.namespace, segment.namespace, self.port, self.address)
        # The kernel makes the link-local address a little later, on its own.
        eventually(self.has_link_local, 5, f"the link-local address of {self.namespace}")

    def isolate(self) -> None:
        """Part the host from the others, with the link up."""
        ip("-n", self.segment.namespace, "link", "set", self.port, "nomaster")

    def rejoin(self) -> None:
        """Bring the host back to the others."""
        ip("-n", self.segment.namespace, "link", "set", self.port, "master", "br0")

    def add_interface(self, name: str) -> None:
        """Another interface, on a segment of its own."""
        far = f"{name}{self.number}"
        peer = ("type", "veth", "peer", "name", far, "netns", self.segment.namespace)
        ip("-n", self.namespace, "link", "add", name, *peer)
        ip("-n", self.segment.namespace, "link", "set", far, "up")
        self.run("sysctl", "-qw", f"net.ipv6.conf.{name}.accept_dad=0")
        ip("-n", self.namespace, "link", "set", name, "up")
        eventually(lambda: self.has_link_local(name), 5, f"the link-local address of {name}")

    def cut(self, name: str) -> None:
        """Pull the cable of another interface."""
        ip("-n", self.segment.namespace, "link", "set", f"{name}{self.number}", "down")

    def mend(self, name: str) -> None:
        """Put the cable of another interface back."""
        ip("-n", self.segment.namespace, "link", "set", f"{name}{self.number}", "up")

    def run(self, *command: str) -> str:
        """Run a command in the namespace; returns what it printed."""
        entered = ["ip", "netns", "exec", self.namespace, *command]
        return subprocess.run(entered, check=True, capture_output=True, text=True).stdout

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command in the namespace; it is killed when the segment is removed."""
        return self.segment.start_in(self.namespace, *command, **options)

    def unplug(self) -> None:
        """Pull the cable: the power cut as the others see it."""
        ip("-n", self.segment.namespace, "link", "set", self.port, "down")

    def part(self, isolated: bool) -> None:
        """Part the host from other isolated ones, or join it with them again."""
        state = "on" if isolated else "off"
        command = ["bridge", "-n", self.segment.namespace, "link", "set", "dev", self.port]
        subprocess.run([*command, "isolated", state], check=True)

    def plug_in(self) -> None:
        """Put the cable back."""
        ip("-n", self.namespace, "link", "set", "eth0", "up")
        ip("-n", self.segment.namespace, "link", "set", self.port, "up")

    def addresses(self, interface: str = "eth0") -> set[str]:
        """The addresses of an interface, without prefix lengths."""
        links = json.loads(ip("-json", "-n", self.namespace, "address", "show", "dev", interface))
        return {one["local"] for one in links[0]["addr_info"] if "local" in one}

    def has(self, address: str, interface: str = "eth0") -> bool:
        """Whether an interface has the address."""
        return address in self.addresses(interface)

    def has_link_local(self, interface: str = "eth0") -> bool:
        """Whether an interface has a link-local IPv6 address."""
        return any(address.startswith("fe80:") for address in self.addresses(interface))

    def reaches(self, address: str, interface: str = "eth0") -> bool:
        """Whether the address answers an echo request from here."""
        command = ("ping", "-c", "1", "-W", "1", "-I", interface, address)
        process = self.start(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return process.wait(5) == 0

    def neighbour_mac(self, address: str) -> str:
        """The hardware address that this host has learned for an address."""
        shown = json.loads(ip("-json", "-n", self.namespace, "neighbor", "show", address) or "[]")
        return next((str(one["lladdr"]) for one in shown if "lladdr" in one), "")

    @property
    def mac(self) -> str:
        """The hardware address of eth0."""
        links = json.loads(ip("-json", "-n", self.namespace, "link", "show", "dev", "eth0"))
        return str(links[0]["address"])


class Segment:
    """A bridge in a namespace of its own, and hosts on it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.name = f"vt{uuid.uuid4().hex[:8]}"
        self.namespace = f"{self.name}-br"
        self.hosts: list[Host] = []
        self.processes: list[subprocess.Popen[str]] = []
        self._directories: list[Path] = []
        self._bridges: set[str] = set()
        netns.make_bridge(self.namespace)

    def host(self) -> Host:
        """Another host."""
        self.hosts.append(Host(self, len(self.hosts) + 1))
        return self.hosts[-1]

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command beside the bridge; it is killed when the segment is removed."""
        return self.start_in(self.namespace, *command, **options)

    def start_in(self, namespace: str, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command in a namespace of the segment."""
        entered = ["nsenter", f"--net=/run/netns/{namespace}", *command]
        process = subprocess.Popen(entered, text=True, env=ENVIRONMENT, **options)
        self.processes.append(process)
        return process

    def open_directory(self) -> Path:
        """A directory that every user may enter, which pytest's own are not. It will be removed."""
        made = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        made.chmod(0o755)
        self._directories.append(made)
        return made

    def connect(self, host: Host, name: str) -> None:
        """Put another interface of a host on the bridge of interfaces with that name."""
        bridge = f"br-{name}"
        if bridge not in self._bridges:
            self._bridges.add(bridge)
            kind = ("type", "bridge", "mcast_snooping", "0")
            ip("-n", self.namespace, "link", "add", bridge, *kind)
            ip("-n", self.namespace, "link", "set", bridge, "up")
        ip("-n", self.namespace, "link", "set", f"{name}{host.number}", "master", bridge)

    def remove(self) -> None:
        """End what was started, then take the namespaces away."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
        for namespace in [*(host.namespace for host in self.hosts), self.namespace]:
            # What was started may have started others, which outlived it.
            for pid in ip("netns", "pids", namespace).split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            ip("netns", "delete", namespace)
        for directory in self._directories:
            shutil.rmtree(directory)


class Probe:
    """1000 echo requests a second from a host to an address, which has answered the first."""

    def __init__(self, host: Host, address: str, interface: str = "eth0") -> None:
        self._process = host.start(
            sys.executable,
            str(PROBE),
            address,
            "--interface",
            interface,
            "--report-first",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        errors = self._process.stderr
        assert errors is not None
        assert errors.readline() == "answered\n", f"{address} did not answer the probe"

    def finish(self) -> dict[str, Any]:
        """Stop probing; returns the result (see the probe)."""
        output, _errors = self._process.communicate(timeout=10)
        result: dict[str, Any] = json.loads(output)
        assert result["sent"] > 0
        return result


def replay(host: Host, capture: Path) -> None:
    """Send the frames of a capture file from a host once more."""
    sent = host.start(sys.executable, str(REPLAY), str(capture))
    assert sent.wait(10) == 0


class Capture:
    """Packets on a host's eth0 that match a filter, one line of tcpdump for each."""

    def __init__(self, host: Host, expression: str, *options: str) -> None:
        command = ("tcpdump", "-l", "-n", "-p", "-i", "eth0", *options, expression)
        self._file = host.segment.directory / f"capture{len(host.segment.processes)}"
        errors = self._file.with_suffix(".errors")
        with self._file.open("w") as out, errors.open("w") as error_file:
            self._process = host.start(*command, stdout=out, stderr=error_file)
        eventually(lambda: "listening on" in errors.read_text(), 10, "tcpdump")

    def packets(self) -> list[str]:
        """The lines so far."""
        return self._file.read_text().splitlines()

    def has_ended(self) -> bool:
        """Whether it has got as many packets as it was to get."""
        return self._process.poll() is not None

    def finish(self) -> list[str]:
        """Stop; returns all lines."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(5)
        return self.packets()
