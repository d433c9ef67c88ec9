# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Macvlans and packet filters that the routers need in every state."""

from __future__ import annotations

from typing import Iterable, List, Set, Tuple

from ..actions import (
    Action,
    OpenSockets,
    Provision,
    Recovery,
    SaveRecoveries,
)
from ..host.devices import Macvlan, PacketFilter, macvlan_of, packet_filter_of
from ..router.router import Router
from .demultiplexer import Demultiplexer


def provision(routers: Iterable[Router]) -> Provision:
    """Return the action that provides the macvlans and packet filters of all routers."""
    macvlans: Set[Macvlan] = set()
    filters: Set[PacketFilter] = set()
    for router in routers:
        macvlan, packet_filter = devices_of(router)
        macvlans.update([macvlan] if macvlan else [])
        filters.update([packet_filter] if packet_filter else [])
    return Provision(frozenset(macvlans), frozenset(filters))


def devices_of(router: Router) -> Tuple[Macvlan | None, PacketFilter | None]:
    """Return the macvlan and the packet filter of a router, as far as it has them."""
    if router.link is None:
        return None, None
    index = router.link.index
    return macvlan_of(router.instance, index), packet_filter_of(router.instance, index)


def affected_routers(
    action: Action, routers: Iterable[Router], demultiplexer: Demultiplexer
) -> List[Router]:
    """Return the routers that can't work without an action."""
    if isinstance(action, OpenSockets):
        return demultiplexer.routers_at(action.sockets)
    if isinstance(action, Provision):
        failed = {*action.macvlans, *action.filters}
        return [one for one in routers if failed & {*devices_of(one)}]
    name = getattr(action, "router", None)
    return [one for one in routers if one.name == name]


class RecoveryFile:
    """The recovery records that were saved last."""

    def __init__(self) -> None:
        self._saved: Tuple[Recovery, ...] | None = None

    def update(self, routers: Iterable[Router]) -> List[SaveRecoveries]:
        """Return the action that saves the records, if they have changed since the last time."""
        found = (router.recovery() for router in routers)
        recoveries = tuple(one for one in found if one is not None)
        if recoveries == self._saved:
            return []
        self._saved = recoveries
        return [SaveRecoveries(recoveries)]

    def not_saved(self) -> None:
        """Take note that saving failed: the next update saves again."""
        self._saved = None
