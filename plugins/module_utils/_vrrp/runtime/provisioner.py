# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Macvlans and packet filters that the routers of this host need, master or not.

The engine says which are wanted; this module creates and deletes the difference, and returns the
failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, AbstractSet, Callable, FrozenSet, List

from ..base.errors import KernelError
from ..engine.actions import Action, Failure, Provision
from ..engine.host.devices import PacketFilter
from ..linux.macvlans import MacvlanTable
from ..linux.promotion import AddressPromotion
from ..linux.sysctl import SysctlStore
from .log import LOGGER
from .loop import Loop
from .refusals import why_refused
from .storage import Storage

if TYPE_CHECKING:
    from ..linux.nftables import FilterMonitor, FilterTable

_NOTHING = Provision()  # A leftover does not affect any router.


class Provisioner:
    """``storage`` names the macvlans that exist already, from the agent before, and keeps the old
    values of kernel settings.
    """

    def __init__(self, storage: Storage, loop: Loop) -> None:
        self._loop = loop
        inherited = (one.device for one in storage.load_recoveries())
        sysctls = SysctlStore(storage.save_sysctls, storage.load_sysctls)
        self._macvlans = MacvlanTable(sysctls, inherited)
        self._promotion = AddressPromotion(sysctls)
        self._filters: FilterTable | None = None
        self._filter_monitor: FilterMonitor | None = None
        self._wanted = _NOTHING

    def close(self) -> None:
        """Delete all macvlans and filters."""
        if self._filters is not None:
            self._filters.close()
        if self._filter_monitor is not None:
            self._loop.forget(self._filter_monitor)
            self._filter_monitor.close()
        self._macvlans.close()
        self._promotion.close()

    def provision(self, wanted: Provision) -> List[Failure]:
        """Create and delete the difference to ``wanted``; returns each failed part with its
        error.
        """
        self._wanted = wanted
        failures: List[Failure] = []
        for device in self._macvlans.stale(wanted.macvlans):
            failures.extend(self._attempt(_NOTHING, self._macvlans.delete, [device]))
        for device in self._macvlans.missing(wanted.macvlans) - wanted.postponed:
            one = Provision(macvlans=frozenset({device}))
            failures.extend(self._attempt(one, self._macvlans.create, device))
        if wanted.filters or self._filters is not None:
            failures.extend(self._provision_filters(wanted.filters, wanted.postponed))
        for interface, error in self._promotion.update(wanted.promoting).items():
            failures.append((Provision(promoting=frozenset({interface})), error))
        return failures

    def _provision_filters(
        self, wanted: FrozenSet[PacketFilter], postponed: AbstractSet[object]
    ) -> List[Failure]:
        # Imported when it is needed: it imports an event loop of pyroute2, and takes 8 MB.
        from ..linux.nftables import FilterTable

        failures: List[Failure] = []
        if self._filters is None:
            self._filters = FilterTable()
        if self._filter_monitor is None:
            failures.extend(self._attempt(_NOTHING, self._watch_filters))
        for table in self._filters.stale(wanted):
            failures.extend(self._attempt(_NOTHING, self._filters.delete, [table]))
        for table in self._filters.missing(wanted) - postponed:
            one = Provision(filters=frozenset({table}))
            failures.extend(self._attempt(one, self._filters.create, table))
        return failures

    def _watch_filters(self) -> None:
        from ..linux.nftables import FilterMonitor

        self._filter_monitor = FilterMonitor()
        self._loop.on_readable(self._filter_monitor, self._restore_flushed_filters)

    def _restore_flushed_filters(self) -> None:
        """Create tables again that another program flushed, as firewalls do on a reload."""
        if self._filter_monitor is None or not self._filter_monitor.drain() or not self._filters:
            return
        lost = self._filters.forget_flushed()
        for table in lost:
            LOGGER.warning(
                "another program removed the nftables table %s; creating it again", table
            )
        for _action, error in self.provision(self._wanted) if lost else ():
            LOGGER.error("%s", error)

    @staticmethod
    def _attempt(action: Action, do: Callable[..., None], *arguments: object) -> List[Failure]:
        """Run a part of the provisioning; ``action`` is reported with its error."""
        try:
            do(*arguments)
        except (KernelError, OSError) as error:
            return [(action, why_refused(action, error))]
        return []
