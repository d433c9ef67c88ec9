# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a dead agent left behind goes: addresses off the interfaces, priority 0 to the peers.

The unit runs this after every exit of the agent, and an agent runs it before it starts. This
module is PRIVATE to the collection.
"""

from __future__ import annotations

import socket

from ..base.errors import KernelError
from ..engine.actions import Recovery
from ..linux.addresses import AddressTable
from ..linux.channel import Channel
from ..model.family import Family
from ..runtime.log import LOGGER
from ..runtime.storage import Storage


def clean_up(storage: Storage) -> None:
    """Clean up what ``storage`` remembers; afterwards there is nothing to remember."""
    recoveries = storage.load_recoveries()
    if not recoveries:
        return
    table = AddressTable()
    try:
        masters = [one for one in recoveries if _release(table, one)]
    finally:
        table.close()
    for recovery in masters:
        _resign(recovery)
    storage.keep_recoveries([])


def _release(table: AddressTable, recovery: Recovery) -> bool:
    """Take the addresses off; True when there were some, which means that it was master."""
    try:
        # By name: after a restart of the machine the index may be another interface's.
        index = socket.if_nametoindex(recovery.interface)
        removed = table.remove(index, recovery.addresses)
    except OSError:
        return False  # The interface is gone, and its addresses with it.
    except KernelError as error:
        LOGGER.error("%s: clean-up: %s", recovery.router, error)
        return True
    if removed:
        LOGGER.warning(
            "%s: removed %d addresses that a dead agent left on %s",
            recovery.router,
            removed,
            recovery.interface,
        )
    return removed > 0


def _resign(recovery: Recovery) -> None:
    family = Family.IPV4 if len(recovery.source) == 4 else Family.IPV6
    try:
        channel = Channel(socket.if_nametoindex(recovery.interface), family)
        channel.send(recovery.source, recovery.destination, recovery.resignation)
        channel.close()
    except (KernelError, OSError) as error:
        LOGGER.error("%s: cannot tell the peers: %s", recovery.router, error)
