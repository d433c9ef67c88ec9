# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Assignment of datagrams to routers."""

from __future__ import annotations

from typing import Dict, FrozenSet, Iterable, Iterator, List, Mapping

from ...fsm.state import Initialize
from ...wire.datagram import Datagram
from ..actions import PacketSelection, SocketSpec
from ..host.links import Links
from ..router.router import Router


class Demultiplexer:
    """Finds routers by socket and VRID, and counts datagrams without a router."""

    def __init__(self) -> None:
        self.counters = dict.fromkeys(("unknown_vrid", "truncated", "dropped"), 0)
        self._table: Dict[SocketSpec, Dict[int, Router]] = {}

    @property
    def sockets(self) -> FrozenSet[SocketSpec]:
        """Return all sockets that the routers need."""
        return frozenset(self._table)

    @property
    def selections(self) -> Dict[SocketSpec, PacketSelection]:
        """Return the packets that each socket is to receive."""
        return {spec: _selection(by_vrid) for spec, by_vrid in self._table.items()}

    def update(self, routers: Iterable[Router], links: Links) -> None:
        """Replace the routers to be found; those without an interface are left out."""
        self._table = {}
        for router in routers:
            if router.link is not None and router.link.name in links:
                for spec in _sockets_of(router):
                    self._table.setdefault(spec, {})[router.instance.vrid] = router

    def find(self, spec: SocketSpec, datagram: Datagram) -> Router | None:
        """Return the router for a datagram from this socket; without one, count the datagram."""
        vrid = datagram.vrid
        if vrid is None:
            self.counters["truncated"] += 1
            return None
        router = self._table.get(spec, {}).get(vrid)
        if router is None:
            self.counters["unknown_vrid"] += 1
        return router

    def router_at(self, spec: SocketSpec, vrid: int) -> Router | None:
        """Return the router of a VRID that receives through a socket; None without one."""
        return self._table.get(spec, {}).get(vrid)

    def routers_at(self, sockets: Iterable[SocketSpec]) -> List[Router]:
        """Return all routers that receive through any of these sockets."""
        by_vrid = [self._table.get(spec, {}) for spec in sockets]
        return [router for found in by_vrid for router in found.values()]


def _selection(by_vrid: Mapping[int, Router]) -> PacketSelection:
    """Return the packets of these routers. Those of unicast peers have TTLs of their own."""
    demands_ttl = not any(router.instance.unicast_peers for router in by_vrid.values())
    return PacketSelection(frozenset(by_vrid), demands_ttl)


def _sockets_of(router: Router) -> Iterator[SocketSpec]:
    family, link, egress_link = router.instance.family, router.link, router.egress_link
    if link is None:
        return
    lacks_family = not link.has_family(family)
    if lacks_family and isinstance(router.state, Initialize):
        return  # No group can be joined on an interface without the family.
    # One that was open before the family was lost stays, to resign through.
    joined = link.losses_of(family) - lacks_family, router.instance.multicast_group
    yield SocketSpec(link.index, family, b"", *joined)
    if egress_link is not None and egress_link.index != link.index:
        yield SocketSpec(egress_link.index, family, egress_link.mac, *joined)
