# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The events of one virtual router: a closed set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Union

from ..base.units import Nanoseconds
from ..model.event_type import EventType
from .state import Peer, Purpose


@dataclass(frozen=True)
class Startup:
    """The interface is usable: take part."""


@dataclass(frozen=True)
class Interrupted:
    """The router can't take part any more. ``retry_after``: try again after this time, not by
    itself for None. ``notify_peers``: send priority 0 first. ``resumable``: it may be over before a
    peer takes over. ``event_type`` is that of the cause.
    """

    cause: str
    retry_after: Nanoseconds | None = None
    notify_peers: bool = False
    resumable: bool = False
    event_type: EventType = field(default=EventType.NONE, compare=False)


@dataclass(frozen=True)
class Replaced:
    """Stop at once; a master notifies its peers. The configuration replaces this router."""

    cause: str
    event_type: EventType = field(default=EventType.RECONFIGURED, compare=False)


@dataclass(frozen=True)
class TimerExpired:
    """A deadline has passed, or may have."""


@dataclass(frozen=True)
class Heard:
    """An advertisement of a peer passed all checks; its priority may be 0."""

    peer: Peer


@dataclass(frozen=True)
class Claim:
    """Become master now, in place of the current one."""

    cause: str


@dataclass(frozen=True)
class Elected:
    """Every member of the sync group is ready: they become master together."""


@dataclass(frozen=True)
class Resign:
    """Give mastership to any other router. ``event_type`` is that of the cause, by default the one
    of the purpose.
    """

    purpose: Purpose
    cause: str
    event_type: EventType = field(default=EventType.NONE, compare=False)

    def __post_init__(self) -> None:
        if self.event_type is EventType.NONE:
            object.__setattr__(self, "event_type", _RESIGNATIONS[self.purpose])


@dataclass(frozen=True)
class Reconfigured:
    """Parameters have changed; the peers have to be notified."""


@dataclass(frozen=True)
class PriorityChanged:
    """A tracked check changed the effective priority; the peers have to be notified."""


@dataclass(frozen=True)
class Reinstated:
    """The router was removed from the configuration, and is in it again."""


@dataclass(frozen=True)
class Unannounced:
    """The segment may not know where the addresses are: they were gone, or the MAC address of the
    interface has changed.
    """


@dataclass(frozen=True)
class Confirmed:
    """The kernel has confirmed all that was to be confirmed."""


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
    Reinstated,
    Unannounced,
    Confirmed,
]


_RESIGNATIONS = {
    Purpose.DRAIN: EventType.OPERATOR,
    Purpose.STOP: EventType.SHUTDOWN,
    Purpose.GROUP: EventType.SYNC_GROUP,
}


def name_of(event: Event) -> str:
    """Return the name of an event in logs and transitions: ``timer_expired``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()
