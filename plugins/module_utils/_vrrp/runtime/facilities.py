# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the routers of this host need whatever their state: sockets, macvlans, packet filters.

The engine says what there shall be; this makes the difference to what there is, and gives back
what could not be had. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import Callable, Dict, Iterable, List, Tuple

from ..base.errors import KernelError
from ..engine.actions import Action, Ear, Furnish, Listen
from ..linux.channel import Channel
from ..linux.devices import DeviceTable
from ..linux.filters import FilterTable
from ..linux.sysctl import Sysctls
from ..model.family import Family
from .storage import Storage

Failure = Tuple[Action, str]

_NOTHING = Furnish(frozenset(), frozenset())  # No router suffers when something stays behind.


class Facilities:
    """``on_open`` and ``on_close`` are told of channels."""

    def __init__(
        self,
        storage: Storage,
        on_open: Callable[[Ear, Channel], None],
        on_close: Callable[[Channel], None],
    ) -> None:
        self._on_open = on_open
        self._on_close = on_close
        self._channels: Dict[Ear, Channel] = {}
        self._by_interface: Dict[Tuple[int, Family], Channel] = {}
        self._devices = DeviceTable(Sysctls(storage.keep_sysctls))
        self._filters = FilterTable()

    def channel(self, key: Tuple[int, Family]) -> Channel | None:
        """The socket through which to send by an interface."""
        return self._by_interface.get(key)

    def close(self) -> None:
        """Leave nothing behind."""
        for channel in self._channels.values():
            channel.close()
        self._filters.close()
        self._devices.close()

    # --- Sockets ---

    def listen(self, wanted: Listen) -> List[Failure]:
        """Open and close channels; a failure names the one channel that could not be opened."""
        for ear in set(self._channels) - wanted.ears:
            channel = self._channels.pop(ear)
            del self._by_interface[ear.index, ear.family]
            self._on_close(channel)
            channel.close()
        failures: List[Failure] = []
        for ear in wanted.ears - set(self._channels):
            failures.extend(self._attempt(self._open, ear, Listen(frozenset({ear}))))
        return failures

    def _open(self, ear: Ear) -> None:
        channel = Channel(ear.index, ear.family, ear.mac)
        self._channels[ear] = self._by_interface[ear.index, ear.family] = channel
        self._on_open(ear, channel)

    # --- Devices and filters ---

    def furnish(self, wanted: Furnish) -> List[Failure]:
        """Make and remove; a failure names the one thing that could not be had."""
        failures: List[Failure] = []
        for device in self._devices.superfluous(wanted.devices):
            failures.extend(self._attempt(self._devices.drop, [device], _NOTHING))
        for table in self._filters.superfluous(wanted.filters):
            failures.extend(self._attempt(self._filters.drop, [table], _NOTHING))
        for device in self._devices.missing(wanted.devices):
            one = Furnish(frozenset({device}), frozenset())
            failures.extend(self._attempt(self._devices.make, device, one))
        for table in self._filters.missing(wanted.filters):
            one = Furnish(frozenset(), frozenset({table}))
            failures.extend(self._attempt(self._filters.make, table, one))
        return failures

    @staticmethod
    def _attempt(act: Callable[..., None], argument: object, action: Action) -> Iterable[Failure]:
        try:
            act(argument)
        except (KernelError, OSError) as error:
            return [(action, str(error))]
        return []
