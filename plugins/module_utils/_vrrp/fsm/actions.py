# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The actions of one virtual router: a closed set, performed in the order given.

The order is part of the contract. What follows a ``Confirm`` is decided when the kernel has done
all that stands before it: nothing is announced that is not installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Advertise:
    """Send an advertisement with this priority (0: the master resigns)."""

    priority: int


@dataclass(frozen=True)
class Probe:
    """Send a packet that all peers discard, to find out whether the kernel sends VRRP."""


@dataclass(frozen=True)
class Confirm:
    """Send the event Confirmed when all actions before are performed, unless one is refused."""


@dataclass(frozen=True)
class InstallAddresses:
    """Add the virtual addresses to the interface; those already there stay."""


@dataclass(frozen=True)
class RemoveAddresses:
    """Remove the virtual addresses from the interface."""


@dataclass(frozen=True)
class Announce:
    """Announce the addresses to the segment: gratuitous ARP (garp), unsolicited NA.

    ``refresh``: a periodic announcement without a change.
    """

    refresh: bool = False


@dataclass(frozen=True)
class DrainUndone:
    """No other router took over, so this one keeps serving. The engine reverts the intent, and
    sends Reconfigured once the priority is what it was before.
    """

    cause: str


Action = Union[
    Advertise,
    Probe,
    Confirm,
    InstallAddresses,
    RemoveAddresses,
    Announce,
    DrainUndone,
]
