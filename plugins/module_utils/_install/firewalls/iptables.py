# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Accepts VRRP in rules of iptables and ip6tables that no other firewall manages.

The service that loads the rules replaces all of them, so a drop-in of its unit puts the rule back.
"""

from __future__ import annotations

import os
from typing import List, Sequence

from ..host import Host
from ..paths import UNITS
from .common import MARK, is_active

_PROGRAMS = ("iptables", "ip6tables")
_RULE = ("-p", "112", "-m", "comment", "--comment", MARK, "-j", "ACCEPT")
# The services that load rules at the start, and the programs whose rules each one loads.
_LOADERS = {
    "netfilter-persistent.service": _PROGRAMS,
    "iptables.service": ("iptables",),
    "ip6tables.service": ("ip6tables",),
}
_OTHER_PROTOCOLS = ("-p tcp", "-p udp", "-p icmp", "-p ipv6-icmp", "-p icmpv6")
_HARMLESS_TARGETS = ("ACCEPT", "LOG", "NFLOG", "RETURN")


def open_for_vrrp(host: Host, _interfaces: Sequence[str]) -> None:
    """Accept VRRP where rules may drop it; raises HostError."""
    closed = [program for program in _PROGRAMS if _may_drop(_rules(host, program))]
    for program in closed:
        if not _is_open(host, program):
            host.command(f"let VRRP into {program}", program, "-w", "-I", "INPUT", *_RULE)
    loaders = [unit for unit in _LOADERS if is_active(host, unit)]
    for unit in loaders:
        _put_back(host, unit, [one for one in closed if one in _LOADERS[unit]])
    if closed and not loaders:
        host.warnings.append(
            f"no service that loads the rules of {' and '.join(closed)} at the start was found, so "
            "the rule that accepts VRRP is lost then: add it to what loads your rules "
            "(-A INPUT -p 112 -j ACCEPT)"
        )


def close(host: Host) -> None:
    """Remove the rules and the drop-ins of ``open_for_vrrp``."""
    for program in _PROGRAMS:
        if _is_open(host, program):
            host.command(f"keep VRRP out of {program}", program, "-w", "-D", "INPUT", *_RULE)
    removed = [unit for unit in _LOADERS if host.remove(_drop_in(unit))]
    for unit in removed:
        host.remove_if_empty(os.path.dirname(_drop_in(unit)))
    if removed:
        host.command("reload the systemd units", "systemctl", "daemon-reload")


def _rules(host: Host, program: str) -> List[str]:
    status, output = host.ask(program, "-w", "-S", "INPUT")
    return output.splitlines() if status == 0 else []


def _may_drop(rules: List[str]) -> bool:
    """Whether rules, as ``iptables -S INPUT`` prints them, may drop VRRP."""
    return any(_drops(rule) for rule in rules)


def _drops(rule: str) -> bool:
    if rule.startswith("-P "):
        return not rule.endswith(" ACCEPT")
    target = rule.rpartition(" -j ")[2].partition(" ")[0]
    about_others = any(f" {protocol} " in f"{rule} " for protocol in _OTHER_PROTOCOLS)
    return " -j " in rule and not about_others and target not in _HARMLESS_TARGETS


def _is_open(host: Host, program: str) -> bool:
    status, _output = host.ask(program, "-w", "-C", "INPUT", *_RULE)
    return status == 0


def _put_back(host: Host, unit: str, programs: List[str]) -> None:
    if programs and host.write(_drop_in(unit), _drop_in_text(host, programs)):
        host.command("reload the systemd units", "systemctl", "daemon-reload")


def _drop_in(unit: str) -> str:
    return f"{UNITS}/{unit}.d/vrrp-agent.conf"


def _drop_in_text(host: Host, programs: List[str]) -> str:
    rules = [f"-{host.find(one) or one} -w -I INPUT {' '.join(_RULE)}" for one in programs]
    lines = [f"{key}={rule}" for rule in rules for key in ("ExecStartPost", "ExecReload")]
    head = "# Written by the Ansible collection failover.vrrp: VRRP is let in after every load."
    return "\n".join([head, "[Service]", *lines, ""])
