# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the routers of this host need whatever their state: sockets, macvlans, packet filters.

The engine says what there shall be; this makes the difference to what there is, and gives back
what could not be had. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Dict, FrozenSet, List, Tuple

from ..base.errors import KernelError
from ..engine.actions import Action, Ear, Furnish, Listen
from ..engine.devices import Filter
from ..linux.channel import Channel
from ..linux.devices import DeviceTable
from ..linux.sysctl import Sysctls
from ..model.family import Family
from .listening import Listening
from .log import LOGGER
from .loop import Loop
from .storage import Storage

if TYPE_CHECKING:
    from ..linux.filters import FilterEvents, FilterTable

Failure = Tuple[Action, str]

_NOTHING = Furnish(frozenset(), frozenset())  # No router suffers when something stays behind.


class Facilities:
    """``listening`` is told of the sockets that are there."""

    def __init__(self, storage: Storage, loop: Loop, listening: Listening) -> None:
        self._loop = loop
        self._listening = listening
        self._channels: Dict[Ear, Channel] = {}
        self._by_interface: Dict[Tuple[int, Family], Channel] = {}
        inherited = (one.device for one in storage.load_recoveries())
        sysctls = Sysctls(storage.keep_sysctls, storage.load_sysctls())
        self._devices = DeviceTable(sysctls, inherited)
        self._filters: FilterTable | None = None
        self._filter_events: FilterEvents | None = None
        self._wanted = _NOTHING

    def channel(self, key: Tuple[int, Family]) -> Channel | None:
        """The socket through which to send by an interface."""
        return self._by_interface.get(key)

    def close(self) -> None:
        """Leave nothing behind."""
        for ear in list(self._channels):
            self._close(ear)
        if self._filters is not None:
            self._filters.close()
        if self._filter_events is not None:
            self._loop.forget(self._filter_events)
            self._filter_events.close()
        self._devices.close()

    # --- Sockets ---

    def listen(self, wanted: Listen) -> List[Failure]:
        """Open and close channels; a failure names the one channel that could not be opened."""
        for ear in set(self._channels) - wanted.ears:
            self._close(ear)
        failures: List[Failure] = []
        for ear in wanted.ears - set(self._channels):
            failures.extend(self._attempt(Listen(frozenset({ear})), self._open, ear))
        return failures

    def _open(self, ear: Ear) -> None:
        channel = Channel(ear.index, ear.family, ear.mac)
        try:
            self._listening.add(ear, channel)
        except KernelError:
            channel.close()
            raise
        self._channels[ear] = self._by_interface[ear.index, ear.family] = channel

    def _close(self, ear: Ear) -> None:
        channel = self._channels.pop(ear)
        del self._by_interface[ear.index, ear.family]
        self._listening.remove(ear)
        channel.close()

    # --- Devices and filters ---

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
        from ..linux.filters import FilterTable

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
        from ..linux.filters import FilterEvents

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
