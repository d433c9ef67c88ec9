# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The routers of others that tests put on a segment: Debian's keepalived and FRR."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from typing import Any, Protocol

from support.segment import Host, eventually, ip

VRID = 51
# Debian's, unless another one is named.
PROGRAM = os.environ.get("VRRP_KEEPALIVED", "keepalived")
# That of a newer Debian; empty where it can't be had (script/lib/keepalived.sh).
NEWER = os.environ.get("VRRP_NEWER_KEEPALIVED", "")


@dataclass(frozen=True)
class Kind:
    """The settings that two routers of one group share."""

    version: int = 3
    addresses: tuple[str, ...] = ("192.0.2.100/24",)
    interval: float = 0.1
    virtual_mac: bool = False
    unicast: bool = False
    password: str = ""
    secret: str = ""

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.addresses[0] else 4

    @property
    def address(self) -> str:
        """The last of the virtual addresses, without its prefix length."""
        return self.addresses[-1].partition("/")[0]


class Peer(Protocol):
    """A router of another project, as the tests use it."""

    host: Host

    def start(self) -> Peer:
        """Let it take part."""

    def wait_for(self, state: str, within: float = 10.0) -> None:
        """Wait until it is MASTER or BACKUP."""

    def stop(self) -> None:
        """Ask it to leave, and wait until it has."""


def own_address(host: Host, kind: Kind) -> str:
    """Return the address that a host sends unicast from."""
    return host.address6 if kind.family == 6 else host.address


class Keepalived:
    """keepalived with one instance named web."""

    program = PROGRAM

    def __init__(self, host: Host, kind: Kind, priority: int, others: list[Host]) -> None:
        self.host = host
        self.kind = kind
        self.directory = host.segment.directory / f"keepalived{host.number}"
        self.directory.mkdir(exist_ok=True)
        self.log = self.directory / "log"
        self.process: subprocess.Popen[str] | None = None
        self._config = self.directory / "keepalived.conf"
        self._config.write_text(self._text(priority, others))

    def _text(self, priority: int, others: list[Host]) -> str:
        kind = self.kind
        lines = [
            f"version {kind.version}",
            "interface eth0",
            f"virtual_router_id {VRID}",
            f"priority {priority}",
            f"advert_int {kind.interval:g}",
            *_block("virtual_ipaddress", kind.addresses),
        ]
        if kind.virtual_mac:
            lines += ["use_vmac", "vmac_xmit_base" if kind.unicast else ""]
        if kind.unicast:
            # Left to itself, keepalived 2.2.7 sends IPv6 unicast with the hop limit 64.
            lines += [f"unicast_src_ip {own_address(self.host, kind)}", "unicast_ttl 255"]
            lines += _block("unicast_peer", [own_address(other, kind) for other in others])
        if kind.password:
            lines += _block("authentication", ["auth_type PASS", f"auth_pass {kind.password}"])
        if kind.secret:
            lines += _block("auth_hmac", [f"key 1 {kind.secret}", "active_key 1"])
        instance = _block("vrrp_instance web", lines)
        return "\n".join([*_block("global_defs", [f"vrrp_version {kind.version}"]), *instance, ""])

    def start(self) -> Keepalived:
        """Start it in the foreground, with files of its own."""
        files = ("-p", str(self.directory / "pid"), "-r", str(self.directory / "vrrp.pid"))
        command = (self.program, "--dont-fork", "--log-console", "-f", str(self._config))
        with self.log.open("a") as log:
            self.process = self.host.start(*command, *files, stdout=log, stderr=log)
        return self

    def wait_for(self, state: str, within: float = 10.0) -> None:
        """Wait until it serves the address (MASTER), or doesn't."""
        wanted = state == "MASTER"
        eventually(lambda: self._serves() == wanted, within, f"keepalived {state}")

    def _serves(self) -> bool:
        return serves(self.host, self.kind.address)

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def kill(self) -> None:
        """End it without a chance to clean up: its child that does the work, and itself."""
        assert self.process is not None
        os.kill(int((self.directory / "vrrp.pid").read_text()), signal.SIGKILL)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


class NewerKeepalived(Keepalived):
    """The keepalived of a newer Debian."""

    program = NEWER


def keepalived_version(program: str = PROGRAM) -> tuple[int, ...]:
    """Return the version of a keepalived."""
    printed = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    found = re.search(r"Keepalived v([\d.]+)", printed.stdout + printed.stderr)
    assert found
    return tuple(int(part) for part in found[1].split("."))


def _block(name: str, lines: Any) -> list[str]:
    return [f"{name} {{", *(f"    {line}" for line in lines), "}"]


def serves(host: Host, address: str) -> bool:
    """Whether any interface of a host that is up has an address."""
    links = json.loads(ip("-json", "-n", host.namespace, "address", "show", "up"))
    return any(
        address == one.get("local")
        for link in links
        if link and link.get("operstate") != "DOWN"
        for one in link["addr_info"]
    )


class Frr:
    """FRR's vrrpd with its zebra; it serves from macvlans, which have to be there before."""

    def __init__(self, host: Host, kind: Kind, priority: int, others: list[Host]) -> None:
        assert not kind.unicast, "FRR has no unicast"
        assert not kind.password, "FRR has no passwords"
        self.host = host
        self.kind = kind
        # Its daemons give up their rights, and have to be able to write there all the same.
        self.directory = host.segment.open_directory()
        shutil.chown(self.directory, "frr", "frr")
        self.process: subprocess.Popen[str] | None = None
        self._zebra: subprocess.Popen[str] | None = None
        self._make_device()
        self._write("zebra", [])
        family = "ipv6" if kind.family == 6 else "ip"
        listed = [f" vrrp {VRID} {family} {one.partition('/')[0]}" for one in kind.addresses]
        settings = {
            "version": kind.version,
            "priority": priority,
            "advertisement-interval": int(kind.interval * 1000),
        }
        lines = [f" vrrp {VRID} {name} {value}" for name, value in settings.items()]
        self._write("vrrpd", ["interface eth0", *lines, *listed])

    def _make_device(self) -> None:
        name, family = f"vrrp{self.kind.family}", 2 if self.kind.family == 6 else 1
        mac = f"00:00:5e:00:0{family}:{VRID:02x}"
        link = ("link", "add", name, "link", "eth0", "address", mac)
        ip("-n", self.host.namespace, *link, "type", "macvlan", "mode", "bridge")
        self.host.run("sysctl", "-qw", f"net/ipv6/conf/{name}/addr_gen_mode=1")
        self.host.run("sysctl", "-qw", f"net/ipv6/conf/{name}/accept_dad=0")
        for address in self.kind.addresses:
            ip("-n", self.host.namespace, "address", "add", address, "dev", name)
        if self.kind.family == 6:
            own = f"fe80::{10 + self.host.number}/64"
            ip("-n", self.host.namespace, "address", "add", own, "dev", name)
        ip("-n", self.host.namespace, "link", "set", name, "up")

    def _write(self, daemon: str, lines: list[str]) -> None:
        text = "\n".join(["log stdout", *lines, ""])
        (self.directory / f"{daemon}.conf").write_text(text)

    def start(self) -> Frr:
        """Start both daemons in the foreground."""
        self._zebra = self._start("zebra")
        eventually((self.directory / "zserv.api").exists, 10, "zebra")
        self.process = self._start("vrrpd")
        return self

    def _start(self, daemon: str) -> subprocess.Popen[str]:
        place = self.directory
        files = ("-f", f"{place}/{daemon}.conf", "-i", f"{place}/{daemon}.pid")
        sockets = ("-z", f"{place}/zserv.api", "--vty_socket", str(place), "-P", "0")
        with (place / f"{daemon}.log").open("a") as log:
            command = (f"/usr/lib/frr/{daemon}", *files, *sockets)
            return self.host.start(*command, stdout=log, stderr=log)

    def wait_for(self, state: str, within: float = 10.0) -> None:
        """Wait until it says that it is MASTER or BACKUP."""
        wanted = {"MASTER": "Master", "BACKUP": "Backup"}[state]
        eventually(lambda: self._status() == wanted, within, f"FRR {state}")

    def _status(self) -> str:
        command = ["vtysh", "--vty_socket", str(self.directory), "-c", "show vrrp json"]
        answer = subprocess.run(command, check=False, capture_output=True, text=True)
        routers = json.loads(answer.stdout) if answer.returncode == 0 and answer.stdout else []
        return str(routers[0][f"v{self.kind.family}"]["status"]) if routers else ""

    def stop(self) -> None:
        """End both daemons."""
        for process in (self.process, self._zebra):
            assert process is not None
            process.send_signal(signal.SIGTERM)
            process.wait(10)
