# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The part of the host that the engine observes, kept up to date by rtnetlink."""

from __future__ import annotations

import contextlib
from typing import List, Tuple, Union

from ..engine.actions import ObserveRoutes
from ..engine.host.observed import Observed
from ..engine.host.resources import Resource
from .links import LinkMonitor
from .routes import RouteMonitor, marked_routes, marked_rules


class HostMonitor:
    """Interfaces, addresses, routes and rules; ``sources`` are the descriptors to wait on."""

    def __init__(self) -> None:
        self._links = LinkMonitor()
        self._routes = RouteMonitor()

    @property
    def sources(self) -> Tuple[Union[LinkMonitor, RouteMonitor], ...]:
        """The descriptors, each readable when something may have changed."""
        return (self._links, self._routes)

    def observe_routes(self, wanted: ObserveRoutes) -> bool:
        """Observe these routes and rules; returns whether they are others than before."""
        return self._routes.observe(wanted)

    def drain(self) -> bool:
        """Read all pending changes; returns whether there were any."""
        changed = self._links.drain()
        if self._links.pop_losses():
            self._routes.invalidate()
        return self._routes.drain() or changed

    def observed(self) -> Observed:
        """Return the host as it is now."""
        links = self._links.links()
        routes, rules = self._routes.read(self._links.name_of)
        return Observed(links, routes, rules)

    def close(self) -> None:
        """Stop listening."""
        for source in self.sources:
            source.close()


def marked_resources() -> List[Resource]:
    """Return everything on the host that has the agent's mark."""
    with contextlib.closing(LinkMonitor()) as links:
        observed = Observed(links.links(), marked_routes(), dict.fromkeys(marked_rules(), True))
    return list(observed.marked())
