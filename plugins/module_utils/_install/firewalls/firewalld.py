# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Accepts VRRP in the zones of firewalld, which keeps its own permanent rules."""

from __future__ import annotations

import re
from typing import List, Sequence, Set, Tuple

from ..._vrrp.engine.host.devices import device_prefixes
from ..._vrrp.model.family import Family
from ..._vrrp.model.instance import Instance
from ..host import Host, HostError, read
from ..paths import FIREWALLD_ZONES
from .common import is_active, unchangeable

CONFIG = "/etc/firewalld/firewalld.conf"
_UNIT = "firewalld.service"
# The kinds of configuration: that in force, and that of the next start.
_KINDS: Tuple[Tuple[str, ...], ...] = ((), ("--permanent",))
_REVERSE_PATH_FILTER = re.compile(r"^\s*IPv6_rpfilter\s*=\s*(\S+)", re.MULTILINE)
_STRICT = ("yes", "true", "strict")


def is_used(host: Host) -> bool:
    """Whether firewalld runs."""
    return is_active(host, _UNIT)


def open_for_vrrp(host: Host, interfaces: Sequence[str]) -> None:
    """Accept VRRP in the zones of the interfaces; raises HostError."""
    opened = _changed_before()
    for zone in sorted({_zone(host, interface) for interface in interfaces}):
        for kind in _KINDS:
            command = ("firewall-cmd", *kind, f"--zone={zone}")
            status, _output = host.ask(*command, "--query-protocol=vrrp")
            if status != 0:
                host.command(f"let VRRP into zone {zone}", *command, "--add-protocol=vrrp")
                opened.add((zone, ""))
    _remember(host, opened)


def join_zones(host: Host, instances: Sequence[Instance]) -> None:
    """Put the macvlans of instances into the zones of their interfaces: packets to the addresses,
    and VRRP itself, arrive through them. Raises HostError.
    """
    joined = _changed_before()
    for instance in instances:
        zone = _zone(host, instance.interface) if instance.virtual_mac else ""
        for device in _macvlans(instance) if zone else ():
            for kind in _KINDS:
                command = ("firewall-cmd", *kind, f"--zone={zone}")
                status, _output = host.ask(*command, f"--query-interface={device}")
                if status != 0:
                    what = f"put {device} into zone {zone}"
                    host.command(what, *command, f"--change-interface={device}")
                    joined = {one for one in joined if one[1] != device} | {(zone, device)}
    _remember(host, joined)


def _macvlans(instance: Instance) -> List[str]:
    """Return the names of macvlans for firewalld, any index at the end: it changes at a boot."""
    if instance.virtual_mac_name:
        return [instance.virtual_mac_name]
    return [f"{prefix}+" for prefix in device_prefixes(instance)]


def refuse_reverse_path_filter(instances: Sequence[Instance]) -> None:
    """Raise HostError if firewalld drops the packets of IPv6 clients to a virtual MAC: the way back
    leads through the interface under it.
    """
    affected = [one for one in instances if one.virtual_mac and one.family is Family.IPV6]
    found = _REVERSE_PATH_FILTER.search(read(CONFIG) or "")
    value = found.group(1) if found else "yes"
    if affected and value.lower() in _STRICT:
        raise HostError(
            f"firewalld drops what IPv6 clients send to the virtual MAC of {affected[0].name} "
            f"(IPv6_rpfilter={value} in {CONFIG}): set IPv6_rpfilter=no there and restart "
            "firewalld, or use these addresses without virtual_mac"
        )


def _zone(host: Host, interface: str) -> str:
    status, output = host.ask("firewall-cmd", f"--get-zone-of-interface={interface}")
    if status != 0:
        status, output = host.ask("firewall-cmd", "--get-default-zone")
    if status != 0:
        raise unchangeable(_UNIT, "firewall-cmd", output)
    return output.strip()


def _changed_before() -> Set[Tuple[str, str]]:
    """Return the zones that were opened, each with an empty name, and the interfaces that were put
    into a zone.
    """
    lines = (read(FIREWALLD_ZONES) or "").splitlines()
    return {(zone, device) for zone, _space, device in (line.partition(" ") for line in lines)}


def _remember(host: Host, changed: Set[Tuple[str, str]]) -> None:
    """Keep what has been changed: only that is undone, others may have changed the like."""
    if changed:
        lines = sorted(f"{zone} {device}".rstrip() for zone, device in changed)
        host.write(FIREWALLD_ZONES, "".join(f"{line}\n" for line in lines))


def close(host: Host) -> None:
    """Undo what was changed in the zones."""
    for zone, device in sorted(_changed_before()):
        what = f"take {device} out of zone {zone}" if device else f"keep VRRP out of zone {zone}"
        query, remove = _undoing(device)
        for kind in _KINDS:
            command = ("firewall-cmd", *kind, f"--zone={zone}")
            status, _output = host.ask(*command, query)
            if status == 0:
                host.command(what, *command, remove)


def _undoing(device: str) -> Tuple[str, str]:
    if device:
        return f"--query-interface={device}", f"--remove-interface={device}"
    return "--query-protocol=vrrp", "--remove-protocol=vrrp"
