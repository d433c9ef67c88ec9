# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The testbed: hosts on a segment, with as many interfaces as a workload needs."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from bench.workload import Workload
from support.segment import Host, Segment, ip


@contextmanager
def make_testbed(hosts: int, workload: Workload) -> Iterator[tuple[Segment, list[Host]]]:
    """A segment with so many hosts, removed at the end whatever happens."""
    with tempfile.TemporaryDirectory(prefix="vrrp-bench-") as directory:
        segment = Segment(Path(directory))
        try:
            made = [segment.host() for _number in range(hosts)]
            for host in made:
                for number, name in enumerate(workload.interfaces[1:], 1):
                    _add_interface(host, name, f"192.0.{2 + number}.{10 + host.number}/24")
            yield segment, made
        finally:
            segment.remove()


def _add_interface(host: Host, name: str, address: str) -> None:
    host.add_interface(name)
    host.segment.connect(host, name)
    ip("-n", host.namespace, "address", "add", address, "dev", name)
