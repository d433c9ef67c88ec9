# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of nftables as the program ``nft`` shows them."""

from __future__ import annotations

import json

import pytest
from _vrrp.linux.nft_rules import closed_chains, deletion, insertions

CHAIN = {"family": "inet", "table": "filter", "name": "input", "hook": "input", "type": "filter"}


@pytest.mark.parametrize("name", ['x c accept; include "/etc/shadow"; #', "drop", "a b", ""])
def test_the_name_of_a_table_is_never_read_as_a_command(name: str) -> None:
    (chain,) = closed_chains([{"chain": {**CHAIN, "table": name}}])
    assert chain == ("inet", name, "input")
    (command,) = json.loads(insertions([chain]))["nftables"]
    named = {"family": "inet", "table": name, "chain": "input"}
    assert command["insert"]["rule"] == {
        **named,
        "comment": "failover.vrrp",
        "expr": [
            {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": 112}},
            {"accept": None},
        ],
    }
    (command,) = json.loads(deletion(chain, 5))["nftables"]
    assert command == {"delete": {"rule": {**named, "handle": 5}}}
