# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Removal of what a dead agent left behind: its addresses go, and the peers get priority 0.

It is known from the records of the agent and, should they be incomplete, from its mark on
addresses, routes and rules.

The unit runs this after every exit of the agent, and an agent runs it before it starts.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import AbstractSet, Callable, Mapping

from ..base.errors import KernelError
from ..engine.actions import Recovery
from ..engine.host.reconcile import rank
from ..engine.host.resources import AddressResource, Key, LinkUp
from ..engine.signer import Signer
from ..linux.group_neighbour import remove_group_neighbours
from ..linux.host_monitor import addresses_of_other_daemons, marked_resources
from ..linux.macvlans import delete_device
from ..linux.netlink import open_socket
from ..linux.resources import ResourceTable
from ..linux.sysctl import restore_setting
from ..linux.vrrp_socket import VrrpSocket
from ..model.family import Family
from ..runtime import clock
from ..runtime.log import LOGGER
from ..runtime.storage import Storage


def clean_up(storage: Storage, signed: Mapping[str, int]) -> None:
    """Clean up after the records in ``storage``, and clear them; logs everything that fails.

    Signatures have later numbers than those that the routers have ``signed`` with.
    """
    _try(lambda: remove_group_neighbours({family.group for family in Family}))
    _try(lambda: _clean_up_recoveries(storage, signed))
    _try(_remove_marked)
    _try(lambda: _restore_sysctls(storage))


def _clean_up_recoveries(storage: Storage, signed: Mapping[str, int]) -> None:
    recoveries = storage.load_recoveries()
    destinations = {where for one in recoveries for where, _what in one.resignations}
    destinations = {one for one in destinations if ipaddress.ip_address(one).is_multicast}
    remove_group_neighbours(destinations)
    if not recoveries:
        return
    table = ResourceTable()
    try:
        kept = addresses_of_other_daemons()
        masters = [one for one in recoveries if _remove_resources(table, one, kept)]
    finally:
        table.close()
    signer = Signer()
    signer.restore(signed)
    for recovery in masters:
        _resign(recovery, signer)
    for recovery in recoveries:
        _remove_devices(recovery)
    storage.save_recoveries([])


def _restore_sysctls(storage: Storage) -> None:
    for name, value in storage.load_sysctls().items():
        restore_setting(name, value)
    storage.save_sysctls({})


def forget_recoveries(storage: Storage) -> None:
    """Clear the records of resources. Where that fails, the next clean-up finds nothing there."""
    _try(lambda: storage.save_recoveries([]))


def _try(step: Callable[[], None]) -> None:
    """Do a part of the clean-up, which must not keep the others from being done."""
    try:
        step()
    except Exception as error:  # Also of a record that somebody else has written.
        LOGGER.error("clean-up: %s: %s", type(error).__name__, error)


def _remove_resources(table: ResourceTable, recovery: Recovery, kept: AbstractSet[Key]) -> bool:
    """Remove the resources of a router, but the addresses that are ``kept``; returns whether it had
    an address, so that it was master.
    """
    addresses = [
        one
        for one in recovery.resources
        if isinstance(one, AddressResource) and one.key not in kept
    ]
    others = [one for one in recovery.resources if not isinstance(one, (AddressResource, LinkUp))]
    try:
        table.remove_leftovers(others)
        removed = table.remove_leftovers(addresses)
    except KernelError as error:
        LOGGER.error("%s: clean-up: %s", recovery.router, error)
        return True
    if removed:
        LOGGER.warning(
            "%s: addresses removed that a dead agent had left behind: %d", recovery.router, removed
        )
    return removed > 0


def _remove_marked() -> None:
    """Remove everything that has the agent's mark."""
    table = ResourceTable()
    try:
        marked = sorted(marked_resources(), key=rank, reverse=True)
        removed = table.remove_leftovers(marked) if marked else 0
    except (KernelError, OSError) as error:
        LOGGER.error("clean-up of what has the agent's mark: %s", error)
        return
    finally:
        table.close()
    if removed:
        LOGGER.warning("removed without a record: %s", ", ".join(map(str, marked)))


def _resign(recovery: Recovery, signer: Signer) -> None:
    try:
        index = socket.if_nametoindex(recovery.interface)
        opened = VrrpSocket(index, Family.of(recovery.source))
        for send in recovery.sends(index):
            sent = signer.sign(send, clock.wall_nanoseconds())
            opened.send(sent.source, sent.destination, sent.message, sent.ttl)
        opened.close()
    except (KernelError, OSError) as error:
        LOGGER.error("%s: cannot send priority 0: %s", recovery.router, error)


def _remove_devices(recovery: Recovery) -> None:
    """Remove the macvlan and the packet filter, if there are any."""
    try:
        if recovery.device:
            with open_socket() as opened:
                delete_device(opened, recovery.device)
        if recovery.table:
            from ..linux.nftables import delete_table

            delete_table(recovery.table)
    except KernelError as error:
        LOGGER.error("%s: clean-up: %s", recovery.router, error)
