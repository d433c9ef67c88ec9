# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""When the host's interfaces are looked at: at once when they change, but not all the time.

Who takes over for hundreds of routers changes hundreds of addresses, and is told of each of them.
To look at all routers for every one of them would take longer than to take over. This module is
PRIVATE to the collection.
"""

from __future__ import annotations

from typing import Callable

from ..base.units import Nanoseconds, milliseconds
from ..engine.host.links import Links
from ..linux.links import LinkMonitor
from . import clock
from .loop import Loop

_REFRESH_MIN = milliseconds(20)
_BUSY_DELAY = milliseconds(100)


class LinkWatcher:
    """``on_change`` is given the interfaces as they are now."""

    def __init__(self, loop: Loop, on_change: Callable[[Links], None]) -> None:
        self._monitor = LinkMonitor()
        self._loop = loop
        self._on_change = on_change
        self._changed = False
        self._not_before: Nanoseconds = 0
        loop.on_readable(self._monitor, self._read)

    def links(self) -> Links:
        """The interfaces by name, as far as is known."""
        return self._monitor.links()

    def next_deadline(self) -> Nanoseconds | None:
        """When to call ``run_due``."""
        return self._not_before if self._changed else None

    def run_due(self, now: Nanoseconds, is_busy: bool) -> None:
        """Look, if something has changed and the last look was long enough ago.

        Who takes over for many is told of many addresses, and has no time for it then.
        """
        if self._changed and now >= self._not_before + (_BUSY_DELAY if is_busy else 0):
            self.refresh()
            self._not_before = now + _REFRESH_MIN

    def refresh(self) -> None:
        """Look, if something has changed: somebody is going to judge by it."""
        if self._changed:
            self._changed = False
            self._loop.want_read(self._monitor, True)
        if self._monitor.drain():
            self._on_change(self._monitor.links())

    def close(self) -> None:
        """Look no more."""
        self._monitor.close()

    def _read(self) -> None:
        self._changed = True
        self._not_before = max(self._not_before, clock.now())
        self._loop.want_read(self._monitor, False)
