# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""How a router enters a state: the only places where states are made from nothing.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import List, Tuple

from ..base.constants import RETRY_INTERVAL
from ..base.units import Nanoseconds
from .actions import Action, Advertise, Announce, InstallAddresses, RemoveAddresses
from .parameters import Parameters
from .state import Backup, Initialize, Master, Peer, State

Result = Tuple[State, List[Action]]


def to_backup(
    parameters: Parameters, now: Nanoseconds, reason: str, peer: Peer | None = None
) -> Result:
    state = listen(parameters, now, reason, peer)
    return state, [RemoveAddresses()]


def listen(
    parameters: Parameters, now: Nanoseconds, reason: str, peer: Peer | None = None
) -> Backup:
    """Backup with a fresh Master_Down_Timer, on the interval of ``peer`` if one was heard."""
    interval = peer.advertisement_interval if peer else parameters.advertisement_interval
    down_at = now + parameters.master_down_interval(interval)
    return Backup(reason, down_at, interval, peer)


def to_master(
    parameters: Parameters, now: Nanoseconds, reason: str, displaces: bool = False
) -> Result:
    """RFC 9568 section 6.4.2 (355), with the addresses installed before the peers are told.

    ``displaces``: there is a living master, which stops serving the moment it hears us. Its
    clients have to be told before it does.
    """
    announce_at = now + parameters.announce_delay if parameters.announce_delay else None
    state = Master(reason, now + parameters.advertisement_interval, announce_at)
    tell: List[Action] = [Advertise(parameters.priority), Announce()]
    return state, [InstallAddresses(), *(reversed(tell) if displaces else tell)]


def to_initialize(cause: str, retry: bool, now: Nanoseconds) -> Initialize:
    return Initialize(cause, now + RETRY_INTERVAL if retry else None)
