# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The states of one virtual router, each with only the fields that have a meaning in it.

::

    Initialize --startup--> Backup --master down--> Master --superior heard--> Backup
         ^                     |                      |
         |                     '------- claim ------->|
         |                                            v  resign
         '------- shutdown, interrupted ---------- Resigning --successor heard--> Backup

RFC 9568 calls Master "Active"; we keep the word that keepalived, Junos and operators use.
``Resigning`` is ours: a master that has sent priority 0 and serves on until it hears its
successor; to the outside it is a master. All ``*_at`` are points in time in nanoseconds.
This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Union

from ..base.slots import slotted
from ..base.units import Nanoseconds


@slotted
@dataclass(frozen=True)
class Peer:
    """The master that a backup last heard; ``address`` is its packed source."""

    address: bytes
    priority: int
    advertisement_interval: Nanoseconds


@dataclass(frozen=True)
class Initialize:
    """Takes no part; ``reason`` says why. ``retry_at`` is when to try again by ourselves."""

    reason: str
    retry_at: Nanoseconds | None = None


@slotted
@dataclass(frozen=True)
class Backup:
    """Listens. ``master_adver_interval`` is the one learned from the master (RFC 9568, 6.1).

    ``not_before``: the start-up delay; no takeover earlier. ``preempt_at`` is set while a worse
    master is left alone for the preemption delay. ``ready``: would be master if its group was.
    """

    reason: str
    master_down_at: Nanoseconds
    master_adver_interval: Nanoseconds
    master: Peer | None = None
    not_before: Nanoseconds = 0
    preempt_at: Nanoseconds | None = None
    ready: bool = False


@slotted
@dataclass(frozen=True)
class Master:
    """Serves the addresses. ``announce_at`` is when to announce them once more, if at all;
    ``refreshes`` says that this is a periodic one.
    """

    reason: str
    adver_at: Nanoseconds
    announce_at: Nanoseconds | None = None
    refreshes: bool = False


class Purpose(Enum):
    """Why a master resigns, and what becomes of it when nobody takes over.

    DRAIN is undone, STOP goes through to Initialize, GROUP (the rest of the sync group lost
    mastership) ends in Backup.
    """

    DRAIN = "drain"
    STOP = "stop"
    GROUP = "group"


@dataclass(frozen=True)
class Resigning:
    """Has sent priority 0 and still serves. ``adver_at`` is when to repeat it.

    Until ``give_up_at`` a successor must be heard; from then on ``successor`` names it and
    ``give_up_at`` is when the addresses go.
    """

    reason: str
    purpose: Purpose
    adver_at: Nanoseconds
    give_up_at: Nanoseconds
    successor: Peer | None = None


State = Union[Initialize, Backup, Master, Resigning]
