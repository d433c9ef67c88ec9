# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The part of the host that the engine observes, kept up to date by rtnetlink."""

from __future__ import annotations

import contextlib
from typing import AbstractSet, List, Tuple, Union

from ..engine.actions import Observe
from ..engine.host.links import Links
from ..engine.host.observed import KEEPALIVED_MARK, MARK, Observed
from ..engine.host.resources import Key, Resource, address_key
from .links import IsOver, LinkMonitor, never
from .routes import RouteMonitor, marked_routes, marked_rules
from .vrrp_programs import VrrpPrograms


class HostMonitor:
    """Interfaces, addresses, routes and rules; ``sources`` are the descriptors to wait on.

    ``beside_old_process``: the process that this one replaces still runs, so that sockets of
    another process tell nothing of another program.
    """

    def __init__(self) -> None:
        self.beside_old_process = False
        self._links = LinkMonitor()
        self._routes = RouteMonitor()
        self._programs = VrrpPrograms()

    @property
    def sources(self) -> Tuple[Union[LinkMonitor, RouteMonitor], ...]:
        """The descriptors, each readable when something may have changed."""
        return (self._links, self._routes)

    def observe(self, wanted: Observe) -> bool:
        """Observe this part of the host; returns whether anything of it was not before."""
        is_wider = self._links.watch(wanted.interfaces)
        return self._routes.observe(wanted) or is_wider

    def observe_also(self, names: AbstractSet[str] | None) -> bool:
        """Observe the interfaces with these names as well, all for None; returns whether any was
        not observed before.
        """
        known = self._links.names
        return self._links.watch(None if names is None or known is None else known | names)

    def links(self) -> Links:
        """Return the interfaces that are observed, as they are now."""
        return self._links.links()

    @property
    def is_drained(self) -> bool:
        """Whether the interfaces are known; not while they are being read once more."""
        return self._links.is_drained

    def drain(self, is_over: IsOver = never) -> bool:
        """Read pending changes until ``is_over``; returns whether any is of interest."""
        changed = self._links.drain(is_over)
        if self._links.pop_losses():
            self._routes.invalidate()
        return self._routes.drain(is_over) or changed

    def observed(self) -> Observed:
        """Return the host as it is now."""
        links = self._links.links()
        routes, rules = self._routes.read(self._links.name_of)
        has_others = not self.beside_old_process and self._programs.has_others()
        return Observed(links, routes, rules, has_others)

    def close(self) -> None:
        """Stop listening."""
        for source in self.sources:
            source.close()


def addresses_of_other_daemons() -> AbstractSet[Key]:
    """Return the keys of the addresses that another VRRP daemon of this host has added. Only new
    ones mark them; while one runs, all without the agent's mark may be its addresses, if the kernel
    keeps marks.
    """
    with contextlib.closing(LinkMonitor()) as monitor:
        links = monitor.links().values()
    addresses = [(link.name, one) for link in links for one in link.addresses]
    keeps_marks = any(one.protocol for _name, one in addresses)
    is_running = keeps_marks and VrrpPrograms().has_others()
    return {
        address_key(name, one.packed)
        for name, one in addresses
        if one.protocol == KEEPALIVED_MARK or (is_running and one.protocol != MARK)
    }


def marked_resources() -> List[Resource]:
    """Return everything on the host that has the agent's mark."""
    with contextlib.closing(LinkMonitor()) as links:
        observed = Observed(links.links(), marked_routes(), dict.fromkeys(marked_rules(), True))
    return list(observed.marked())
