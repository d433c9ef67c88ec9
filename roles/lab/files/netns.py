# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network namespaces of a lab: a bridge without a route out, and hosts on it."""

from __future__ import annotations

import subprocess
from pathlib import Path


def run(*command: str | Path) -> str:
    """Run a command; returns its output, raises CalledProcessError."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


def attempt(*command: str | Path) -> bool:
    """Run a command that may fail; returns whether it succeeded."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def exists(namespace: str) -> bool:
    """Whether there is a namespace of that name."""
    return Path(f"/run/netns/{namespace}").exists()


def make_bridge(namespace: str, address: str | None = None) -> None:
    """Make a namespace with the bridge br0, with an IPv4 address if one is given."""
    if exists(namespace):
        return
    run("ip", "netns", "add", namespace)
    # Snooping would eat the advertisements: nobody here is a multicast router.
    run("ip", "-n", namespace, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
    if address is not None:
        run("ip", "-n", namespace, "address", "add", f"{address}/24", "dev", "br0")
    for link in ("lo", "br0"):
        run("ip", "-n", namespace, "link", "set", link, "up")


def connect(namespace: str, bridge: str, port: str, address: str) -> None:
    """Make a namespace with eth0 on the bridge; IPv4 and IPv6 end in the same number."""
    if exists(namespace):
        return
    number = address.rpartition(".")[2]
    run("ip", "netns", "add", namespace)
    # A card keeps its address when its host is booted again, and the others count on that.
    run("ip", "-n", namespace, "link", "add", "eth0",
        "address", f"02:00:c0:00:02:{int(number):02x}", "type", "veth",
        "peer", "name", port, "netns", bridge)  # fmt: skip
    run("ip", "-n", bridge, "link", "set", port, "master", "br0", "up")
    # Otherwise addresses stay tentative on a bridge that has no one to ask.
    for name in ("all", "default", "eth0"):
        run("ip", "netns", "exec", namespace,
            "sysctl", "-qw", f"net.ipv6.conf.{name}.accept_dad=0")  # fmt: skip
    # As network managers do it: networkd 252 fails where an address has another broadcast address.
    run("ip", "-n", namespace, "address", "add", f"{address}/24", "broadcast", "+", "dev", "eth0")
    run("ip", "-n", namespace, "address", "add", f"2001:db8::{number}/64", "dev", "eth0")
    for link in ("lo", "eth0"):
        run("ip", "-n", namespace, "link", "set", link, "up")
