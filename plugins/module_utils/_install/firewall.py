# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Firewall rules that accept protocol 112, for firewalld and nftables.service.

firewalld keeps its own permanent rules. nftables loads one file at start and at reload, so there
the rule is put back by a drop-in of its unit.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Sequence, Tuple

from .._vrrp.base.constants import FILTER_TABLE_PREFIX
from .host import Host, HostError, read
from .paths import (
    FIREWALLD_ZONES,
    NFTABLES_DROP_IN,
    NFTABLES_DROP_IN_DIRECTORY,
)

_MARK = "failover.vrrp"
_RULE = ("meta", "l4proto", "112", "accept", "comment", f'"{_MARK}"')
_FAMILIES = ("inet", "ip", "ip6")
_LIST = ("nft", "--json", "list", "ruleset")
Chain = Tuple[str, str, str]
_Ruleset = List[Dict[str, Any]]


def open_for_vrrp(host: Host, interfaces: Sequence[str]) -> None:
    """Accept VRRP in the active firewall, if there is one."""
    if _is_active(host, "firewalld.service"):
        _open_firewalld(host, interfaces)
    if _is_active(host, "nftables.service"):
        _open_nftables(host)


def close(host: Host) -> None:
    """Remove the rules of ``open_for_vrrp``."""
    if _is_active(host, "firewalld.service"):
        _close_firewalld(host)
    if host.remove(NFTABLES_DROP_IN):
        host.remove_if_empty(NFTABLES_DROP_IN_DIRECTORY)
        host.command("reload the systemd units", "systemctl", "daemon-reload")
    status, output = host.ask(*_LIST)
    for chain, handle in _nftables_rules(_parse(output)) if status == 0 else ():
        host.command(
            "remove the rule for VRRP from nftables",
            "nft", "delete", "rule", *chain, "handle", str(handle),
        )  # fmt: skip


def _unchangeable(unit: str, program: str, output: str) -> HostError:
    return HostError(
        f"{unit} is active, and its rules can't be read, so VRRP may be blocked "
        f"({program}: {output.strip() or 'missing or not answering'}); mend that, or accept IP "
        "protocol 112 yourself and set vrrp_firewall to false"
    )


def _is_active(host: Host, unit: str) -> bool:
    status, _output = host.ask("systemctl", "is-active", "--quiet", unit)
    return status == 0


# --- firewalld -----------------------------------------------------------------------------------


def _open_firewalld(host: Host, interfaces: Sequence[str]) -> None:
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
        raise _unchangeable("firewalld.service", "firewall-cmd", output)
    return output.strip()


def _close_firewalld(host: Host) -> None:
    for zone in (read(FIREWALLD_ZONES) or "").split():
        for permanent in ((), ("--permanent",)):
            command = ("firewall-cmd", *permanent, f"--zone={zone}")
            status, _output = host.ask(*command, "--query-protocol=vrrp")
            if status == 0:
                host.command(f"keep VRRP out of zone {zone}", *command, "--remove-protocol=vrrp")


# --- nftables ------------------------------------------------------------------------------------


def _open_nftables(host: Host) -> None:
    status, output = host.ask(*_LIST)
    if status != 0:
        raise _unchangeable("nftables.service", "nft", output)
    ruleset = _parse(output)
    chains = _input_chains(ruleset)
    opened = {chain for chain, _handle in _nftables_rules(ruleset)}
    for chain in chains:
        if chain not in opened:
            what = f"let VRRP into nftables chain {' '.join(chain)}"
            host.command(what, "nft", "insert", "rule", *chain, *_RULE)
    if chains and host.write(NFTABLES_DROP_IN, _drop_in(chains)):
        host.command("reload the systemd units", "systemctl", "daemon-reload")


def _drop_in(chains: Sequence[Chain]) -> str:
    # systemd takes one level of quotes away, and nft wants its own.
    rule = " ".join(f"'{word}'" if '"' in word else word for word in _RULE)
    rules = [f"-nft insert rule {' '.join(chain)} {rule}" for chain in chains]
    lines = [f"{key}={rule}" for rule in rules for key in ("ExecStartPost", "ExecReload")]
    head = "# Written by the Ansible collection failover.vrrp: VRRP is let in after every load."
    return "\n".join([head, "[Service]", *lines, ""])


def _parse(output: str) -> _Ruleset:
    found: _Ruleset = json.loads(output).get("nftables", [])
    return found


def _input_chains(ruleset: _Ruleset) -> List[Chain]:
    """Return the filter chains on the input hook, without those of the agent."""
    chains = [entry["chain"] for entry in ruleset if "chain" in entry]
    return [
        (chain["family"], chain["table"], chain["name"])
        for chain in chains
        if chain.get("hook") == "input"
        and chain.get("type") == "filter"
        and chain["family"] in _FAMILIES
        and not chain["table"].startswith(FILTER_TABLE_PREFIX)
    ]


def _nftables_rules(ruleset: _Ruleset) -> List[Tuple[Chain, int]]:
    rules = [entry["rule"] for entry in ruleset if "rule" in entry]
    return [
        ((rule["family"], rule["table"], rule["chain"]), rule["handle"])
        for rule in rules
        if rule.get("comment") == _MARK
    ]
