# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Rules by which the chains of other programs accept VRRP, as the program ``nft`` reads them."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, List, Tuple

from ..base.constants import FILTER_TABLE_PREFIX, VRRP_PROTOCOL

LIST = ("nft", "--json", "list", "ruleset")
_MARK = "failover.vrrp"
_ACCEPT: Dict[str, Any] = {"accept": None}
_IS_VRRP = {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": VRRP_PROTOCOL}}
_FAMILIES = ("inet", "ip", "ip6")
_FIREWALLD = "firewalld"
# Address family, table and name.
Chain = Tuple[str, str, str]
Ruleset = List[Dict[str, Any]]


def parse(output: str) -> Ruleset:
    """Return the ruleset that ``LIST`` prints; raises ValueError."""
    found: Ruleset = json.loads(output).get("nftables", [])
    return found


def closed_chains(ruleset: Ruleset) -> List[Chain]:
    """Return the filter chains on the input hook that lack the rule, without those of the agent and
    those that only another program may change.
    """
    opened = {chain for chain, _handle in rules(ruleset)}
    owned = {(one["family"], one["name"]) for one in _tables(ruleset) if _is_managed(one)}
    chains = [entry["chain"] for entry in ruleset if "chain" in entry]
    return [
        key
        for chain in chains
        for key in [(chain["family"], chain["table"], chain["name"])]
        if _filters_input(chain) and key[:2] not in owned
        if key not in opened
    ]


def _tables(ruleset: Ruleset) -> List[Dict[str, Any]]:
    return [entry["table"] for entry in ruleset if "table" in entry]


def _is_managed(table: Dict[str, Any]) -> bool:
    """Whether a table belongs to a program: one of firewalld, or with an owner, of which the kernel
    refuses changes by others.
    """
    return table["name"] == _FIREWALLD or "owner" in table.get("flags", ())


def _filters_input(chain: Dict[str, Any]) -> bool:
    is_filter = chain.get("hook") == "input" and chain.get("type") == "filter"
    is_own = chain["table"].startswith(FILTER_TABLE_PREFIX)
    return is_filter and chain["family"] in _FAMILIES and not is_own


def rules(ruleset: Ruleset) -> List[Tuple[Chain, int]]:
    """Return the chain and the handle of each rule that accepts VRRP and is ours."""
    found = [entry["rule"] for entry in ruleset if "rule" in entry]
    return [
        ((rule["family"], rule["table"], rule["chain"]), rule["handle"])
        for rule in found
        if rule.get("comment") == _MARK
    ]


def insertions(chains: Iterable[Chain]) -> str:
    """Return the commands that let VRRP into chains, for ``nft --json``. In JSON any name of a
    chain is a name, and no command or keyword.
    """
    return _commands(
        {"insert": {"rule": {**_named(chain), "comment": _MARK, "expr": [_IS_VRRP, _ACCEPT]}}}
        for chain in chains
    )


def deletion(chain: Chain, handle: int) -> str:
    """Return the command that deletes a rule, for ``nft --json``."""
    return _commands([{"delete": {"rule": {**_named(chain), "handle": handle}}}])


def _named(chain: Chain) -> Dict[str, Any]:
    family, table, name = chain
    return {"family": family, "table": table, "chain": name}


def _commands(commands: Iterable[Dict[str, Any]]) -> str:
    return json.dumps({"nftables": list(commands)})
