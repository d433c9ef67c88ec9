# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The priorities that a router's peers were heard with."""

from __future__ import annotations

from typing import Dict

from ...base.constants import PEERS_REMEMBERED, PRIORITY_RESIGN
from ...fsm.state import Peer


class HeardPriorities:
    """The lowest priority of each peer since the start, of a bounded number of peers. Mutable."""

    def __init__(self) -> None:
        self._lowest: Dict[bytes, int] = {}

    def record(self, peer: Peer) -> None:
        """Record an advertisement. Priority 0 says that the peer resigns, so it does not count."""
        before = self._lowest.get(peer.address)
        if before is None and len(self._lowest) >= PEERS_REMEMBERED:
            return
        if peer.priority != PRIORITY_RESIGN and (before is None or peer.priority < before):
            self._lowest[peer.address] = peer.priority

    def has_raised(self, peer: Peer) -> bool:
        """Whether the peer is known to have a lower priority than it advertises now."""
        return self._lowest.get(peer.address, peer.priority) < peer.priority
