# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What one virtual router wants done: a closed set, performed in the order given.

The order is part of the contract: somebody must answer for the addresses at every instant. A new
master installs them before it advertises, and one that displaces a living master also announces
them before, because the other stops serving when it hears the advertisement.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Advertise:
    """Send an advertisement with this priority (0: the master resigns)."""

    priority: int


@dataclass(frozen=True)
class InstallAddresses:
    """Put the virtual addresses on the interface; those already there stay."""


@dataclass(frozen=True)
class RemoveAddresses:
    """Take the virtual addresses off the interface."""


@dataclass(frozen=True)
class Announce:
    """Tell the segment where the addresses live: gratuitous ARP (garp), unsolicited NA.

    ``refresh``: nothing has changed, it is only told again.
    """

    refresh: bool = False


@dataclass(frozen=True)
class DrainUndone:
    """Nobody took over: this router serves on. Who wanted the drain has to know, and to follow up
    with Reconfigured once the priority is what it was before."""

    cause: str


Action = Union[Advertise, InstallAddresses, RemoveAddresses, Announce, DrainUndone]
