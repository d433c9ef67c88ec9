# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Accepts VRRP in the chains of nftables.

nftables loads one file at start and at reload, so the rule is put back by a drop-in of its unit.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Sequence, Tuple

from ..._vrrp.base.constants import FILTER_TABLE_PREFIX
from ..host import Host
from ..paths import NFTABLES_DROP_IN, NFTABLES_DROP_IN_DIRECTORY
from .common import MARK, is_active, unchangeable

_UNIT = "nftables.service"
_RULE = ("meta", "l4proto", "112", "accept", "comment", f'"{MARK}"')
_FAMILIES = ("inet", "ip", "ip6")
_LIST = ("nft", "--json", "list", "ruleset")
Chain = Tuple[str, str, str]
_Ruleset = List[Dict[str, Any]]


def is_used(host: Host) -> bool:
    """Whether the rules of nftables are loaded."""
    return is_active(host, _UNIT)


def open_for_vrrp(host: Host, _interfaces: Sequence[str]) -> None:
    """Accept VRRP in all filter chains on the input hook; raises HostError."""
    status, output = host.ask(*_LIST)
    if status != 0:
        raise unchangeable(_UNIT, "nft", output)
    ruleset = _parse(output)
    chains = _input_chains(ruleset)
    opened = {chain for chain, _handle in _nftables_rules(ruleset)}
    for chain in chains:
        if chain not in opened:
            what = f"let VRRP into nftables chain {' '.join(chain)}"
            host.command(what, "nft", "insert", "rule", *chain, *_RULE)
    if chains and host.write(NFTABLES_DROP_IN, _drop_in(chains)):
        host.command("reload the systemd units", "systemctl", "daemon-reload")


def close(host: Host) -> None:
    """Remove the rules and the drop-in of ``open_for_vrrp``."""
    if host.remove(NFTABLES_DROP_IN):
        host.remove_if_empty(NFTABLES_DROP_IN_DIRECTORY)
        host.command("reload the systemd units", "systemctl", "daemon-reload")
    status, output = host.ask(*_LIST)
    for chain, handle in _nftables_rules(_parse(output)) if status == 0 else ():
        host.command(
            "remove the rule for VRRP from nftables",
            "nft", "delete", "rule", *chain, "handle", str(handle),
        )  # fmt: skip


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
        if rule.get("comment") == MARK
    ]
