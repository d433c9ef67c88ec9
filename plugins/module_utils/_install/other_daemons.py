# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Other VRRP daemons that run on the host, and what they would share with the agent.

Two daemons of one host do not hear each other: both would serve an address.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import AbstractSet, Any, FrozenSet, Iterator, List, Mapping, Sequence, Tuple

from .._vrrp.base.errors import ConfigError
from .._vrrp.engine.host.observed import MARK
from .._vrrp.linux.vrrp_programs import sockets_of, vrrp_sockets
from .._vrrp.model.config import build_config
from .._vrrp.model.family import text
from .._vrrp.model.instance import Instance
from . import paths
from .host import Host, HostError
from .other_configurations import OtherRouters, routers_of

_REMEDY = (
    "two daemons of one host do not hear each other, and both would serve: stop and disable it "
    "first (the playbook failover.vrrp.migrate moves hosts from keepalived while they serve)"
)


@dataclass(frozen=True)
class Daemon:
    """A process of another program that has sockets of VRRP."""

    pid: int
    name: str
    arguments: Tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid})"


def refuse_other_daemons(host: Host, config: Mapping[str, Any]) -> None:
    """Raise HostError if another VRRP daemon of the host has a VRID or an address of the
    configuration. One that is illegal is refused by its validation.
    """
    sockets = vrrp_sockets()
    daemons = list(_daemons(sockets)) if sockets else []
    if not daemons:
        return
    try:
        instances = build_config(config).instances
    except ConfigError:
        return
    present = _addresses_of_others(host)
    problems = [
        problem
        for daemon in daemons
        for problem in _shared(daemon, _routers_of(daemon), present, instances)
    ]
    if problems:
        raise HostError("\n".join([*dict.fromkeys(problems), _REMEDY]))


def _daemons(sockets: AbstractSet[str]) -> Iterator[Daemon]:
    for pid in sorted(int(one) for one in os.listdir("/proc") if one.isdigit()):
        is_vrrp = not sockets.isdisjoint(sockets_of(str(pid)))
        if is_vrrp and paths.UNIT_NAME not in _read(pid, "cgroup"):
            arguments = tuple(_read(pid, "cmdline").split("\0"))
            yield Daemon(pid, _read(pid, "comm").strip(), arguments)


def _routers_of(daemon: Daemon) -> OtherRouters:
    return routers_of(daemon.name, daemon.arguments, f"/proc/{daemon.pid}/root")


def _read(pid: int, name: str) -> str:
    try:
        with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _addresses_of_others(host: Host) -> FrozenSet[str]:
    """Return the addresses of the host without the agent's mark; none while the agent may have
    added them itself, on a kernel that keeps no marks.
    """
    status, output = host.ask("ip", "-json", "address", "show")
    links: List[Mapping[str, Any]] = json.loads(output) if status == 0 else []
    addresses = [one for link in links for one in link.get("addr_info", ())]
    if any("protocol" in one for one in addresses) or not os.path.exists(paths.CURRENT):
        return frozenset(one["local"] for one in addresses if "local" in one and not _has_mark(one))
    return frozenset()


def _has_mark(address: Mapping[str, Any]) -> bool:
    """Whether the agent has added an address: ip shows a number without a name as 0x70."""
    try:
        return int(str(address.get("protocol", "0")), 0) == MARK
    except ValueError:
        return False


def _shared(
    daemon: Daemon, others: OtherRouters, present: AbstractSet[str], instances: Sequence[Instance]
) -> Iterator[str]:
    if not others.is_complete:
        yield f"{daemon} of this host has a configuration that is too long to be read"
    for instance in instances:
        if (instance.interface, instance.vrid) in others.routers:
            which = f"VRID {instance.vrid} on {instance.interface}"
            yield f"{instance.name}: {daemon} of this host has {which} as well"
        served = () if instance.is_owner else instance.served_addresses
        for address in (one.packed for one in served):
            if address in others.addresses:
                yield f"{instance.name}: {daemon} of this host has {text(address)} as well"
            elif text(address) in present:
                yield (
                    f"{instance.name}: {text(address)} is on this host, and {daemon} may serve it"
                )
