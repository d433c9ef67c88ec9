# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What can happen to one virtual router: a closed set. This module is PRIVATE to the collection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

from .state import Peer, Purpose


@dataclass(frozen=True)
class Startup:
    """The interface is usable: take part."""


@dataclass(frozen=True)
class Interrupted:
    """Can't take part any more. ``retry`` asks to try again later, ``notify_peers`` to resign
    first, where the peers can hear of it.
    """

    cause: str
    retry: bool = False
    notify_peers: bool = False


@dataclass(frozen=True)
class Replaced:
    """Stop at once, but tell the peers: the configuration puts another router in our place."""

    cause: str


@dataclass(frozen=True)
class TimerExpired:
    """A deadline may have passed."""


@dataclass(frozen=True)
class Heard:
    """An advertisement of a peer passed all checks; its priority may be 0."""

    peer: Peer


@dataclass(frozen=True)
class Claim:
    """Become master now, above the present one."""

    cause: str


@dataclass(frozen=True)
class Elected:
    """Every member of the sync group is ready: those that waited become master together."""


@dataclass(frozen=True)
class Resign:
    """Give mastership to whoever takes it."""

    purpose: Purpose
    cause: str


@dataclass(frozen=True)
class Reconfigured:
    """Parameters have changed: tell the peers."""


@dataclass(frozen=True)
class PriorityChanged:
    """What is tracked made the effective priority another: tell the peers."""


@dataclass(frozen=True)
class AddressesLost:
    """Another program deleted an address that we serve."""


Event = Union[
    Startup,
    Interrupted,
    Replaced,
    TimerExpired,
    Heard,
    Claim,
    Elected,
    Resign,
    Reconfigured,
    PriorityChanged,
    AddressesLost,
]


def name_of(event: Event) -> str:
    """The event as logs and watchers see it: ``timer_expired``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()
