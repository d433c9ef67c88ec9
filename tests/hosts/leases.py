# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A DHCP server in the lab, which gives a host another address when it is told to."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Sequence, Type

from lab import Host, Lab

LEASE = 120  # Seconds: the shortest that dnsmasq grants.


class LeaseServer:
    """Serves these hosts, each its own address; raises OSError."""

    def __init__(self, lab: Lab, hosts: Sequence[Host]) -> None:
        self._lab = lab
        self._last = {host: 10 + host.number for host in hosts}
        self._directory = tempfile.TemporaryDirectory()
        self._file = Path(self._directory.name) / "hosts"
        self._write()

    def __enter__(self) -> LeaseServer:
        command = [
            "ip", "netns", "exec", self._lab.bridge, "dnsmasq", "--keep-in-foreground",
            "--conf-file=/dev/null", "--port=0", "--interface=br0", "--bind-interfaces",
            "--dhcp-authoritative", "--leasefile-ro", "--no-ping", f"--dhcp-hostsfile={self._file}",
            f"--dhcp-range=192.0.2.0,static,255.255.255.0,{LEASE}", "--user=root", "--pid-file",
        ]  # fmt: skip
        self._server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        return self

    def __exit__(
        self,
        kind: Type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        self._server.wait()
        self._directory.cleanup()

    def change(self, host: Host) -> None:
        """Give a host another address from now on, and its own one the next time."""
        own = 10 + host.number
        self._last[host] = own + 50 if self._last[host] == own else own
        self._write()
        self._server.send_signal(signal.SIGHUP)
        time.sleep(0.2)

    def _write(self) -> None:
        self._file.write_text(
            "".join(
                f"02:00:c0:00:02:{10 + host.number:02x},192.0.2.{last}\n"
                for host, last in self._last.items()
            )
        )
