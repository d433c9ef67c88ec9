# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the routers of this host need whatever their state: macvlans and packet filters.

The engine says what there shall be; this makes the difference to what there is, and gives back
what could not be had. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, FrozenSet, List

from ..base.errors import KernelError
from ..engine.actions import Action, Failure, Furnish
from ..engine.host.devices import Filter
from ..linux.macvlans import DeviceTable
from ..linux.sysctl import Sysctls
from .log import LOGGER
from .loop import Loop
from .storage import Storage

if TYPE_CHECKING:
    from ..linux.nftables import FilterEvents, FilterTable

_NOTHING = Furnish(frozenset(), frozenset())  # No router suffers when something stays behind.


class Facilities:
    """Those that ``storage`` tells of are there already, from the agent before."""

    def __init__(self, storage: Storage, loop: Loop) -> None:
        self._loop = loop
        inherited = (one.device for one in storage.load_recoveries())
        sysctls = Sysctls(storage.keep_sysctls, storage.load_sysctls)
        self._devices = DeviceTable(sysctls, inherited)
        self._filters: FilterTable | None = None
        self._filter_events: FilterEvents | None = None
        self._wanted = _NOTHING

    def close(self) -> None:
        """Leave nothing behind."""
        if self._filters is not None:
            self._filters.close()
        if self._filter_events is not None:
            self._loop.forget(self._filter_events)
            self._filter_events.close()
        self._devices.close()

    def furnish(self, wanted: Furnish) -> List[Failure]:
        """Make and remove; a failure names the one thing that could not be had."""
        self._wanted = wanted
        failures: List[Failure] = []
        for device in self._devices.superfluous(wanted.devices):
            failures.extend(self._attempt(_NOTHING, self._devices.drop, [device]))
        for device in self._devices.missing(wanted.devices):
            one = Furnish(frozenset({device}), frozenset())
            failures.extend(self._attempt(one, self._devices.make, device))
        if wanted.filters or self._filters is not None:
            failures.extend(self._furnish_filters(wanted.filters))
        return failures

    def _furnish_filters(self, wanted: FrozenSet[Filter]) -> List[Failure]:
        # Imported when it is needed: it brings an event loop of pyroute2 along, and 8 MB.
        from ..linux.nftables import FilterTable

        failures: List[Failure] = []
        if self._filters is None:
            self._filters = FilterTable()
        if self._filter_events is None:
            failures.extend(self._attempt(_NOTHING, self._watch_filters))
        for table in self._filters.superfluous(wanted):
            failures.extend(self._attempt(_NOTHING, self._filters.drop, [table]))
        for table in self._filters.missing(wanted):
            one = Furnish(frozenset(), frozenset({table}))
            failures.extend(self._attempt(one, self._filters.make, table))
        return failures

    def _watch_filters(self) -> None:
        from ..linux.nftables import FilterEvents

        self._filter_events = FilterEvents()
        self._loop.on_readable(self._filter_events, self._look_after_filters)

    def _look_after_filters(self) -> None:
        """Who flushes all tables of the host, as firewalls do on a reload, flushes ours, too."""
        if self._filter_events is None or not self._filter_events.drain() or not self._filters:
            return
        lost = self._filters.forget_lost()
        for table in lost:
            LOGGER.warning("another program removed the nftables table %s; making it again", table)
        for _action, error in self.furnish(self._wanted) if lost else ():
            LOGGER.error("%s", error)

    @staticmethod
    def _attempt(action: Action, do: Callable[..., None], *arguments: object) -> List[Failure]:
        """Do a part of what is wanted; ``action`` is what fails with it."""
        try:
            do(*arguments)
        except (KernelError, OSError) as error:
            return [(action, str(error))]
        return []
