# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's counters of processes, interfaces and the machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Iterable

from support.segment import Host, ip

VIRTUAL = tuple(f"198.{number}." for number in range(18, 28))


def with_children(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += with_children(int(child))
    return found


def processor_time(pids: Iterable[int]) -> float:
    """Microseconds for which processes have run so far (proc_pid_schedstat)."""
    spent = (int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids)
    return sum(spent) / 1000


def resident_memory(pids: Iterable[int]) -> float:
    """MiB of resident memory, summed over processes."""
    return sum(_resident_kib(pid) for pid in pids) / 1024


def _resident_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def sent_packets(host: Host, interfaces: Iterable[str]) -> int:
    """Return the number of packets that the interfaces of a host have sent so far."""
    shown = json.loads(ip("-n", host.namespace, "-s", "-json", "link", "show"))
    wanted = set(interfaces)
    return sum(link["stats64"]["tx"]["packets"] for link in shown if link["ifname"] in wanted)


def addresses(host: Host) -> int:
    """Return the number of virtual addresses on a host; they start like those of ``Workload``."""
    shown = json.loads(ip("-n", host.namespace, "-json", "address", "show"))
    present = (one.get("local", "") for link in shown for one in link["addr_info"])
    return sum(1 for one in present if one.startswith(VIRTUAL))


def machine() -> dict[str, str]:
    """Return the facts about the machine that are needed to judge the figures."""
    models = {
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    command = ["keepalived", "--version"]
    keepalived = subprocess.run(command, check=True, capture_output=True, text=True)
    return {
        "processor": f"{os.cpu_count()} x {', '.join(sorted(models)) or platform.machine()}",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "keepalived": (keepalived.stderr + keepalived.stdout).split()[1].lstrip("v"),
    }
