# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Case 9: how long it takes to ask an agent, on its host and by Ansible."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.programs import OURS, Ours, start, wait_until_master_of_all
from bench.results import Goal, Row
from bench.scale import Scale
from bench.testbed import make_testbed
from bench.workload import Workload
from support.segment import ENVIRONMENT, Host

ANSIBLE = str(Path(sys.executable).with_name("ansible"))


def asking(scale: Scale) -> list[Row]:
    """``vrrpctl status`` beside ``ip -br addr``, and ``vrrp_info`` beside ``ping``."""
    workload = Workload(1, 1.0)
    times: dict[str, list[float]] = {one: [] for one in ("vrrpctl", "ip", "vrrp_info", "ping")}
    with make_testbed(1, workload) as (_segment, (host,)):
        running = start(OURS, host, workload)
        assert isinstance(running, Ours)
        wait_until_master_of_all(host, workload)
        commands = {
            "vrrpctl": running.control_command("status"),
            "ip": ("ip", "-br", "addr"),
            "vrrp_info": _ansible("failover.vrrp.vrrp_info", "-a", f"socket={running.socket}"),
            "ping": _ansible("ping"),
        }
        for _time in range(scale.times):
            for name, command in commands.items():
                times[name].append(_time_of(host, command))
    return [
        Row(
            9,
            "vrrpctl status",
            "ms",
            times["vrrpctl"],
            times["ip"],
            Goal(median=100),
            "ip -br addr",
        ),
        Row(
            9,
            "vrrp_info",
            "ms",
            times["vrrp_info"],
            times["ping"],
            Goal(ratio=1.15),
            "Ansible ping",
        ),
    ]


def _ansible(module: str, *arguments: str) -> tuple[str, ...]:
    here = ("-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}")
    return (ANSIBLE, "localhost", *here, "-m", module, *arguments)


def _time_of(host: Host, command: tuple[str, ...]) -> float:
    """Milliseconds that a command takes on a host."""
    entered = ["nsenter", f"--net=/run/netns/{host.namespace}", *command]
    started = time.monotonic()
    subprocess.run(entered, check=True, capture_output=True, env=ENVIRONMENT)
    return (time.monotonic() - started) * 1000
