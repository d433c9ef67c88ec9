# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Accepts VRRP in the zones of firewalld, which keeps its own permanent rules."""

from __future__ import annotations

from typing import Sequence

from ..host import Host, read
from ..paths import FIREWALLD_ZONES
from .common import is_active, unchangeable

_UNIT = "firewalld.service"


def is_used(host: Host) -> bool:
    """Whether firewalld runs."""
    return is_active(host, _UNIT)


def open_for_vrrp(host: Host, interfaces: Sequence[str]) -> None:
    """Accept VRRP in the zones of the interfaces; raises HostError."""
    opened = set((read(FIREWALLD_ZONES) or "").split())
    for zone in sorted({_zone(host, interface) for interface in interfaces}):
        for permanent in ((), ("--permanent",)):
            command = ("firewall-cmd", *permanent, f"--zone={zone}")
            status, _output = host.ask(*command, "--query-protocol=vrrp")
            if status != 0:
                host.command(f"let VRRP into zone {zone}", *command, "--add-protocol=vrrp")
                opened.add(zone)
    if opened:
        # Only these are removed again: other zones may have been opened by somebody else.
        host.write(FIREWALLD_ZONES, "".join(f"{zone}\n" for zone in sorted(opened)))


def _zone(host: Host, interface: str) -> str:
    status, output = host.ask("firewall-cmd", f"--get-zone-of-interface={interface}")
    if status != 0:
        status, output = host.ask("firewall-cmd", "--get-default-zone")
    if status != 0:
        raise unchangeable(_UNIT, "firewall-cmd", output)
    return output.strip()


def close(host: Host) -> None:
    """Remove VRRP from the zones in which it was accepted."""
    for zone in (read(FIREWALLD_ZONES) or "").split():
        for permanent in ((), ("--permanent",)):
            command = ("firewall-cmd", *permanent, f"--zone={zone}")
            status, _output = host.ask(*command, "--query-protocol=vrrp")
            if status == 0:
                host.command(f"keep VRRP out of zone {zone}", *command, "--remove-protocol=vrrp")
