# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of nftables as the program ``nft`` shows them."""

from __future__ import annotations

import pytest
from _vrrp.linux.nft_rules import closed_chains, rules

CHAIN = {"family": "inet", "table": "filter", "name": "input", "hook": "input", "type": "filter"}


@pytest.mark.parametrize(
    ("key", "name"),
    [("table", 'x c accept; include "/etc/shadow"; #'), ("name", "a b"), ("name", "")],
)
def test_a_chain_whose_name_nft_would_read_as_commands_is_left_alone(key: str, name: str) -> None:
    assert closed_chains([{"chain": CHAIN}]) == [("inet", "filter", "input")]
    assert closed_chains([{"chain": {**CHAIN, key: name}}]) == []
    rule = {"family": "inet", "table": "filter", "chain": "input", "handle": 5}
    ours = {**rule, "comment": "failover.vrrp"}
    other = {**ours, "chain" if key == "name" else key: name}
    assert rules([{"rule": ours}, {"rule": other}]) == [(("inet", "filter", "input"), 5)]
