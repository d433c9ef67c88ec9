# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Booted Debian hosts on one machine: network namespaces, systemd-nspawn, real systemd, ssh.

``up`` makes a lab, ``down`` removes it, ``power-off`` cuts a host's power and ``power-on`` boots
it again. A lab has a bridge in a namespace of its own, from which the hosts are reached by ssh,
and an observer, which is a namespace on the same bridge. Nothing in it has a way out.

Root file systems are built once for each suite and shared; a host writes to an overlay.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from netns import attempt, connect, make_bridge, run

CACHE = Path(os.environ.get("VRRP_LAB_CACHE", "/var/cache/vrrp-lab"))
STATE = Path("/var/lib/vrrp-lab")
# Where systemd keeps its units, whichever form of control groups the machine has.
CONTROL_GROUPS = [Path("/sys/fs/cgroup", name) for name in ("systemd", "unified", "")]
ENTER_CONTROL_GROUPS = (
    'for group in $CONTROL_GROUPS; do echo $$ >"$group/cgroup.procs"; done; exec "$@"'
)
PACKAGES = "systemd,systemd-sysv,dbus,python3,iproute2,openssh-server,procps,nftables,iputils-ping"
RECIPE = 3  # Counts the changes to how an image is made, so that old ones are not used.
BOOT_WITHIN = 60.0  # Seconds; three seconds are usual.
BRIDGE_ADDRESS = "192.0.2.1"
OBSERVER_ADDRESS = "192.0.2.2"
# A firewall as a careful operator has it: nothing comes in but what is let in.
NFTABLES = """\
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif lo accept
    meta l4proto { 1, 58 } accept
    tcp dport 22 accept
  }
}
"""


# --- Root file systems ---------------------------------------------------------------------------


def image(named: str) -> Path:
    """The root file system of a suite, with more packages (``trixie+ufw``); built if not cached."""
    suite, *more = named.split("+")
    packages = ",".join([PACKAGES, *more])
    recipe = hashlib.sha256(f"{packages}{NFTABLES}{RECIPE}".encode()).hexdigest()[:12]
    root = CACHE / f"{suite}-{recipe}"
    if not root.exists():
        building = root.with_suffix(f".{os.getpid()}")
        building.parent.mkdir(parents=True, exist_ok=True)
        run("mmdebstrap", "--quiet", "--variant=apt", f"--include={packages}", suite, building)
        (building / "etc/nftables.conf").write_text(NFTABLES)
        wants = building / "etc/systemd/system/sysinit.target.wants"
        wants.mkdir(parents=True, exist_ok=True)
        (wants / "nftables.service").symlink_to("/lib/systemd/system/nftables.service")
        shutil.rmtree(building / "var/cache/apt", ignore_errors=True)
        building.rename(root)
    return root


# --- What the hosts together need of this machine ------------------------------------------------

INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
INOTIFY_NEEDED = 1024  # Every systemd takes some dozens, and all of them count as one root.
INOTIFY_BEFORE = STATE / "inotify-before"


def raise_limits() -> None:
    """Let several systemds run beside each other, and remember how it was."""
    before = INOTIFY.read_text()
    if int(before) < INOTIFY_NEEDED:
        INOTIFY_BEFORE.write_text(before)
        INOTIFY.write_text(str(INOTIFY_NEEDED))


def restore_limits() -> None:
    """Set back what ``raise_limits`` changed, once there is no lab any more."""
    if [path for path in STATE.iterdir() if path.is_dir()]:
        return
    if INOTIFY_BEFORE.exists():
        INOTIFY.write_text(INOTIFY_BEFORE.read_text())
        INOTIFY_BEFORE.unlink()
    STATE.rmdir()


# --- One host ------------------------------------------------------------------------------------


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid:
                found.append(int(entry.name))
    return found


class Host:
    """A host of a lab; what it remembers is in files, so every call can make it anew."""

    def __init__(self, lab: Lab, number: int) -> None:
        self.lab = lab
        self.number = number
        self.name = f"node{number}"
        self.namespace = f"{lab.name}-{self.name}"
        self.address = f"192.0.2.{10 + number}"
        self.directory = lab.directory / self.name
        self.root = self.directory / "root"
        self.process_file = self.directory / "pid"

    @property
    def port(self) -> str:
        """The host's port of the bridge."""
        return f"port{self.number}"

    def install(self, suite: str) -> None:
        """Give the host its disk: an overlay over the suite's root file system."""
        for part in ("upper", "work", "root"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        (self.directory / "suite").write_text(suite)
        upper = self.directory / "upper"
        (upper / "etc").mkdir(exist_ok=True)
        (upper / "etc/hostname").write_text(f"{self.name}\n")
        keys = upper / "root/.ssh"
        keys.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.lab.directory / "key.pub", keys / "authorized_keys")
        (upper / "root").chmod(0o700)

    def power_on(self) -> None:
        """Mount the disk, plug in the cable, boot."""
        if self.is_on:
            return
        self._mount()
        connect(self.namespace, self.lab.bridge, self.port, self.address)
        self._boot()

    def _mount(self) -> None:
        lower = image((self.directory / "suite").read_text())
        layers = f"lowerdir={lower},upperdir={self.directory}/upper,workdir={self.directory}/work"
        if not attempt("mountpoint", "-q", self.root):
            run("mount", "-t", "overlay", "overlay", "-o", layers, self.root)

    @property
    def _control_groups(self) -> list[Path]:
        """Its own ones: hosts that share them remove each other's units from under their feet."""
        return [top / self.namespace for top in CONTROL_GROUPS if (top / "cgroup.procs").exists()]

    def _remove_control_groups(self) -> None:
        for group in self._control_groups:
            for path in sorted(group.glob("**/"), reverse=True):
                # What is not empty yet is taken over by the host when it is powered on again.
                with contextlib.suppress(OSError):
                    path.rmdir()

    def _boot(self) -> None:
        for group in self._control_groups:
            group.mkdir(exist_ok=True)
        command = [
            "sh", "-c", ENTER_CONTROL_GROUPS, "sh",
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot",
            "-D", str(self.root), "-M", self.namespace, "--resolv-conf=off",
            f"--network-namespace-path=/run/netns/{self.namespace}",
            "--capability=CAP_NET_ADMIN,CAP_NET_RAW",
        ]  # fmt: skip
        environment = {
            **os.environ,
            "CONTROL_GROUPS": " ".join(map(str, self._control_groups)),
            "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
        }
        with (self.directory / "console").open("ab") as console:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env=environment,
                start_new_session=True,
            )
        self.process_file.write_text(str(process.pid))

    @property
    def is_on(self) -> bool:
        """Whether the host's container runs."""
        try:
            pid = int(self.process_file.read_text())
            return self.namespace in Path(f"/proc/{pid}/cmdline").read_text()
        except (OSError, ValueError):
            return False

    def power_off(self) -> None:
        """Cut the power: the host is gone from the network at once, and then altogether."""
        attempt("ip", "-n", self.lab.bridge, "link", "set", self.port, "down")
        if self.is_on:
            pid = int(self.process_file.read_text())
            # The host's first process outlives systemd-nspawn at times, and everything on it.
            for doomed in [*children_of(pid), pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(doomed, signal.SIGKILL)
            while Path(f"/proc/{pid}/cmdline").exists() and self.is_on:
                time.sleep(0.01)
        self.process_file.unlink(missing_ok=True)
        self._remove_control_groups()
        attempt("ip", "netns", "delete", self.namespace)
        attempt("ip", "-n", self.lab.bridge, "link", "delete", self.port)

    def remove(self) -> None:
        """Take the host away with its disk."""
        self.power_off()
        deadline = time.monotonic() + 10
        while attempt("mountpoint", "-q", self.root) and time.monotonic() < deadline:
            if not attempt("umount", self.root):
                time.sleep(0.05)
        if attempt("mountpoint", "-q", self.root):
            run("umount", "--lazy", self.root)
        while any(group.exists() for group in self._control_groups) and time.monotonic() < deadline:
            self._remove_control_groups()
            time.sleep(0.01)

    def wait(self) -> None:
        """Wait until systemd has booted the host; raises TimeoutError."""
        deadline = time.monotonic() + BOOT_WITHIN
        answered = ("running", "degraded")
        while True:
            asked = [*self.lab.ssh, f"root@{self.address}", "systemctl is-system-running"]
            result = subprocess.run(asked, check=False, capture_output=True, text=True)
            if result.stdout.strip() in answered:
                return
            if time.monotonic() > deadline:
                console = (self.directory / "console").read_text(errors="replace")[-2000:]
                raise TimeoutError(f"{self.name} did not boot: {result.stderr}\n{console}")
            time.sleep(0.1)


# --- The lab -------------------------------------------------------------------------------------


class Lab:
    """A lab with this name; there may be several on a machine."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.directory = STATE / name
        self.bridge = f"{name}-bridge"
        self.observer = f"{name}-observer"
        self.inventory = self.directory / "inventory.json"

    @property
    def ssh(self) -> list[str]:
        """The beginning of a command that logs in to a host."""
        return [str(self.directory / "ssh")]

    def hosts(self) -> list[Host]:
        """The hosts the lab has."""
        found = self.directory.glob("node*")
        return [Host(self, number) for number in sorted(int(path.name[4:]) for path in found)]

    def host(self, name: str) -> Host:
        """The host of that name; raises SystemExit."""
        for host in self.hosts():
            if host.name == name:
                return host
        raise SystemExit(f"lab {self.name} has no host {name}")

    def up(self, count: int, suites: list[str]) -> bool:
        """Boot the hosts, with the suites in turn; returns whether some were not running."""
        wanted = [Host(self, number) for number in range(1, count + 1)]
        if self.inventory.exists() and all(host.is_on for host in wanted):
            return False
        for suite in sorted(set(suites)):
            image(suite)
        self._make_network()
        for host in wanted:
            if not host.directory.exists():
                host.install(suites[(host.number - 1) % len(suites)])
            host.power_on()
        for host in wanted:
            host.wait()
        self.inventory.write_text(json.dumps(self._inventory(wanted), indent=2))
        return True

    def down(self) -> bool:
        """Remove the lab of this name; returns whether there was one."""
        if not self.directory.exists():
            return False
        for host in self.hosts():
            host.remove()
        for namespace in (self.observer, self.bridge):
            attempt("ip", "netns", "delete", namespace)
        shutil.rmtree(self.directory)
        restore_limits()
        return True

    def _make_network(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        raise_limits()
        make_bridge(self.bridge, BRIDGE_ADDRESS)
        connect(self.observer, self.bridge, "observer", OBSERVER_ADDRESS)
        if not (self.directory / "key").exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.directory / "key")
        self._write_program("ssh", f"nsenter --net=/run/netns/{self.bridge} ssh {self._options()}")
        self._write_program("observe", f"nsenter --net=/run/netns/{self.observer} /bin/sh")

    def _options(self) -> str:
        options = {
            "IdentityFile": self.directory / "key",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "ConnectTimeout": "5",
            # A connection to a host that was powered off must not be used again for a quarter hour.
            "ServerAliveInterval": "2",
            "ServerAliveCountMax": "3",
        }
        return " ".join(f"-o {key}={value}" for key, value in options.items())

    def _write_program(self, name: str, command: str) -> None:
        path = self.directory / name
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)

    def _inventory(self, hosts: list[Host]) -> dict[str, object]:
        reached = {
            "ansible_user": "root",
            "ansible_ssh_executable": str(self.directory / "ssh"),
            "ansible_ssh_transfer_method": "piped",
            # Ansible keeps connections by address, and hosts of another lab have the same ones.
            "ansible_control_path_dir": str(self.directory / "connections"),
            "ansible_pipelining": True,
            "ansible_python_interpreter": "/usr/bin/python3",
        }
        observed = {
            "ansible_connection": "local",
            "ansible_shell_executable": str(self.directory / "observe"),
            "ansible_python_interpreter": sys.executable,
        }
        named = {host.name: {"ansible_host": host.address} for host in hosts}
        return {
            "lab_hosts": {"hosts": named, "vars": reached},
            "vrrp": {"children": {"lab_hosts": {}}},
            "lab_observer": {"hosts": {"observer": observed}},
        }


# --- The command line ----------------------------------------------------------------------------


def main() -> None:
    """Run the command, and print as JSON whether something changed (power-off and power-on:
    always).
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--name", default="vrrp-lab", help="the name of the lab")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="make a lab")
    up.add_argument("--hosts", type=int, default=3)
    suites = "Debian suites, separated by commas; with more packages, as in trixie+firewalld"
    up.add_argument("--suites", default="bookworm", help=suites)
    commands.add_parser("down", help="remove a lab")
    for name, meaning in (("power-off", "cut a host's power"), ("power-on", "boot a host")):
        commands.add_parser(name, help=meaning).add_argument("host")
    chosen = parser.parse_args()
    lab = Lab(chosen.name)
    changed = True
    if chosen.command == "up":
        changed = lab.up(chosen.hosts, chosen.suites.split(","))
    elif chosen.command == "down":
        changed = lab.down()
    elif chosen.command == "power-off":
        lab.host(chosen.host).power_off()
    else:
        lab.host(chosen.host).power_on()
        lab.host(chosen.host).wait()
    json.dump({"changed": changed, "inventory": str(lab.inventory)}, sys.stdout)


if __name__ == "__main__":
    main()
