# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Probes for the addresses of masters: whether another host answers for one, too.

A master hears the others only where their advertisements arrive. That another host serves the
address as well, because a firewall keeps the two apart, is found by asking for it.
"""

from __future__ import annotations

from typing import Dict, Iterator, List, Mapping

from ..base.units import Nanoseconds, earliest, seconds
from ..fsm.state import Master, may_announce
from ..model.family import Family
from .actions import ProbeAddress
from .host.links import Link, link_local_address
from .router.router import Router

# The first probe follows the takeover when the master before has stopped and all is announced.
_FIRST_AFTER = seconds(5)
PROBE_INTERVAL = seconds(60)
# An answer counts when the next probe is answered, too: a planned move may be under way.
_CONFIRM_AFTER = seconds(2)
_PROBES_MAX = 64  # At a time.


class AddressProbes:
    """The times of the next probes of routers, and those that were answered. Mutable."""

    def __init__(self) -> None:
        self._due_at: Dict[Router, Nanoseconds] = {}
        self._answered_at: Dict[Router, Nanoseconds] = {}
        self._next_at: Nanoseconds | None = None

    def router_changed(self, router: Router, now: Nanoseconds) -> None:
        """Take note of the state of a router: masters are probed."""
        self._answered_at.pop(router, None)
        if isinstance(router.state, Master):
            at = self._due_at[router] = now + _FIRST_AFTER
            self._next_at = at if self._next_at is None else min(self._next_at, at)
        else:
            self._due_at.pop(router, None)  # Its time may come, and nothing is due then.

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time at which ``due`` has something to probe; None for never."""
        return self._next_at

    def due(self, now: Nanoseconds) -> List[ProbeAddress]:
        """Return the probes that are due now, and not too many at a time."""
        if self._next_at is None or now < self._next_at:
            return []
        routers = [one for one, at in self._due_at.items() if at <= now][:_PROBES_MAX]
        self._due_at.update(dict.fromkeys(routers, now + PROBE_INTERVAL))
        self._next_at = earliest(self._due_at.values())
        return [probe for one in routers if may_announce(one.state) for probe in _probe_of(one)]

    def is_confirmed(self, router: Router, now: Nanoseconds) -> bool:
        """Take note that another host has answered; returns whether it had answered before, else
        the next probe follows soon.
        """
        before = self._answered_at.get(router)
        self._answered_at[router] = now
        if before is not None and now - before < 2 * PROBE_INTERVAL:
            return True
        if router in self._due_at:
            self._due_at[router] = now + _CONFIRM_AFTER
            self._next_at = earliest(self._due_at.values())
        return False

    def export(self) -> Dict[str, Nanoseconds]:
        """Return the times of the next probes by the name of the router, for another process."""
        return {router.name: at for router, at in self._due_at.items()}

    def restore(self, state: Mapping[str, Nanoseconds], routers: Mapping[str, Router]) -> None:
        """Go on where another process has stopped."""
        self._due_at = {routers[name]: at for name, at in state.items() if name in routers}
        self._next_at = earliest(self._due_at.values())


def probed_address(router: Router) -> bytes | None:
    """Return the packed address that a router asks for: its last one on its own interface, as the
    first may be a link-local one that others lack. With a virtual MAC, all masters have the same,
    and nothing is asked.
    """
    if router.instance.virtual_mac:
        return None
    own = [one.packed for one in router.instance.addresses if not one.interface]
    return own[-1] if own else None


def _probe_of(router: Router) -> Iterator[ProbeAddress]:
    link, address = router.link, probed_address(router)
    if link is None or address is None:
        return
    source = _source(router, link)
    if source is not None:
        yield ProbeAddress(router.name, link.index, link.mac, source, address)


def _source(router: Router, link: Link) -> bytes | None:
    """Return the address to ask from: none for IPv4, which changes no neighbour's table."""
    if router.instance.family is Family.IPV4:
        return bytes(4)
    return link_local_address(link, {one.packed for one in router.instance.served_addresses})
