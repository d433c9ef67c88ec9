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

from typing import Callable, Dict, Iterator, List

from ..base.units import Nanoseconds, earliest, seconds
from ..fsm.state import Master
from .actions import ProbeAddress
from .router.router import Router

# The first probe follows the takeover when the master before has surely stopped.
_FIRST_AFTER = seconds(2)
_INTERVAL = seconds(60)
_PROBES_MAX = 64  # At a time.


class AddressProbes:
    """The times of the next probes, by the name of the router. Mutable."""

    def __init__(self) -> None:
        self._due_at: Dict[str, Nanoseconds] = {}
        self._next_at: Nanoseconds | None = None

    def router_changed(self, router: Router, now: Nanoseconds) -> None:
        """Take note of the state of a router: masters are probed."""
        if isinstance(router.state, Master):
            self._due_at[router.name] = now + _FIRST_AFTER
        elif self._due_at.pop(router.name, None) is None:
            return
        self._next_at = earliest(self._due_at.values())

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time at which ``due`` has something to probe; None for never."""
        return self._next_at

    def due(
        self, router_of: Callable[[str], Router | None], now: Nanoseconds
    ) -> List[ProbeAddress]:
        """Return the probes that are due now, and not too many at a time."""
        if self._next_at is None or now < self._next_at:
            return []
        names = [name for name, at in self._due_at.items() if at <= now][:_PROBES_MAX]
        found: List[ProbeAddress] = []
        for name in names:
            router = router_of(name)
            if router is not None and isinstance(router.state, Master):
                self._due_at[name] = now + _INTERVAL
                found.extend(_probe_of(router))
            else:
                del self._due_at[name]
        self._next_at = earliest(self._due_at.values())
        return found


def _probe_of(router: Router) -> Iterator[ProbeAddress]:
    """Yield the probe for the first address of a router that is on its own interface. With a
    virtual MAC, all masters have the same.
    """
    if router.instance.virtual_mac or router.link is None:
        return
    own = [one for one in router.instance.addresses if not one.interface]
    if own:
        yield ProbeAddress(router.name, router.link.index, router.link.mac, own[0].packed)
