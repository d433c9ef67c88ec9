# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Refresh of what is known of the host: at once when it changes, with a limited rate.

A takeover of hundreds of routers changes hundreds of addresses, and the kernel reports each. To
evaluate all routers for every report would take longer than the takeover.
"""

from __future__ import annotations

from typing import Callable

from ..base.units import Nanoseconds, milliseconds
from ..engine.actions import ObserveRoutes
from ..engine.host.observed import Observed
from ..linux.host_monitor import HostMonitor
from . import clock
from .loop import Loop

_REFRESH_MIN = milliseconds(20)
_BUSY_DELAY = milliseconds(100)


class HostWatcher:
    """Observes the host; ``on_change`` is called with it as it is now."""

    def __init__(self, loop: Loop, on_change: Callable[[Observed], None]) -> None:
        self._monitor = HostMonitor()
        self._loop = loop
        self._on_change = on_change
        self._changed = False
        self._not_before: Nanoseconds = 0
        for source in self._monitor.sources:
            loop.on_readable(source, self._read)

    def observed(self) -> Observed:
        """The host as of the last refresh."""
        return self._monitor.observed()

    def observe_routes(self, wanted: ObserveRoutes) -> None:
        """Observe these routes and rules instead of others."""
        if self._monitor.observe_routes(wanted):
            self._read()

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None for never."""
        return self._not_before if self._changed else None

    def run_due(self, now: Nanoseconds, is_busy: bool) -> None:
        """Refresh, if something has changed and the last refresh was long enough ago.

        While ``is_busy`` the refresh is postponed: a takeover of many routers has no time for it.
        """
        if self._changed and now >= self._not_before + (_BUSY_DELAY if is_busy else 0):
            self.refresh()
            self._not_before = now + _REFRESH_MIN

    def refresh(self) -> None:
        """Refresh at once, if something has changed, for a decision that depends on it."""
        if self._changed:
            self._changed = False
            self._want_read(True)
        if self._monitor.drain():
            self._on_change(self._monitor.observed())

    def close(self) -> None:
        """Close the monitor."""
        self._monitor.close()

    def _read(self) -> None:
        self._changed = True
        self._not_before = max(self._not_before, clock.now())
        self._want_read(False)

    def _want_read(self, wanted: bool) -> None:
        for source in self._monitor.sources:
            self._loop.want_read(source, wanted)
