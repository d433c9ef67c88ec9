# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the engine wants done on the host, in the order given.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import FrozenSet, List, Mapping, Sequence, Tuple, Union

from ..base.constants import VRRP_TTL
from ..base.slots import slotted
from ..base.units import Nanoseconds
from ..model.command import Command
from ..model.family import Family
from ..model.intent import Intent
from ..model.signing import Hmac
from .host.devices import Macvlan, PacketFilter
from .host.resources import Resource


@dataclass(frozen=True)
class SocketSpec:
    """A socket: an interface index, a family and, on a virtual router's macvlan, its MAC address.

    The kernel delivers what comes from that address to the macvlan alone, and everything else to
    its parent as well, where it is received already.
    """

    index: int
    family: Family
    source_mac: bytes = b""


@dataclass(frozen=True)
class OpenSockets:
    """Have these sockets and no others; advertisements leave through them, too."""

    sockets: FrozenSet[SocketSpec]


@dataclass(frozen=True)
class Provision:
    """Have exactly these macvlans and packet filters of ours; what fails is reported one by one."""

    macvlans: FrozenSet[Macvlan]
    filters: FrozenSet[PacketFilter]


@dataclass(frozen=True)
class PollTargets:
    """Look at exactly these files and processes from time to time, and report what changes."""

    files: FrozenSet[str]
    processes: FrozenSet[str]


@slotted
@dataclass(frozen=True)
class Send:
    """Send a VRRP message, signed if need be; a failure is reported back under ``router``."""

    router: str
    index: int
    source: bytes
    destination: bytes
    message: bytes
    ttl: int = VRRP_TTL
    hmac: Hmac | None = None


@dataclass(frozen=True, eq=False)
class SendBatch:
    """Send unsigned messages of several routers. What is sent again is the same object again."""

    sends: Tuple[Send, ...]


@dataclass(frozen=True)
class Install:
    """Have these things on the host, in order; one that is there already is fine."""

    router: str
    resources: Tuple[Resource, ...]


@dataclass(frozen=True)
class Remove:
    """Have none of these on the host, in order; one that is gone already is fine."""

    router: str
    resources: Tuple[Resource, ...]


@dataclass(frozen=True)
class SendFrames:
    """Send ready-made Ethernet frames, all of them ``count`` times."""

    router: str
    index: int
    frames: Tuple[bytes, ...]
    count: int


@dataclass(frozen=True)
class RunCommand:
    """Run a command; what became of it is reported back under ``number``."""

    number: int
    command: Command
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Transition:
    """A change of state that a person should hear of: log it, tell the watchers."""

    router: str
    instance: str
    family: Family
    event: str
    old: str
    new: str
    cause: str
    at: Nanoseconds


@dataclass(frozen=True)
class Log:
    """A line for the log; ``warning`` when somebody should look into it."""

    router: str
    text: str
    warning: bool = True


@dataclass(frozen=True)
class SaveIntents:
    """Remember the intents that are not ``auto`` across restarts."""

    intents: Mapping[str, Intent]


@slotted
@dataclass(frozen=True)
class Recovery:
    """What a clean-up has to do for one router whose agent died: what it held goes, and the
    peers hear priority 0, each its own ``resignations`` (destination, message).
    """

    router: str
    interface: str
    resources: Tuple[Resource, ...]
    source: bytes
    resignations: Tuple[Tuple[bytes, bytes], ...]
    ttl: int = VRRP_TTL
    device: str = ""
    table: str = ""
    hmac: Hmac | None = None

    def sends(self, index: int) -> Tuple[Send, ...]:
        """Its resignations, to be sent through the interface with that index."""
        return tuple(
            Send(self.router, index, self.source, destination, message, self.ttl, self.hmac)
            for destination, message in self.resignations
        )


@dataclass(frozen=True)
class SaveRecoveries:
    """Remember what to clean up if this agent dies; complete, replaces the last one."""

    recoveries: Tuple[Recovery, ...]


Action = Union[
    OpenSockets,
    Provision,
    PollTargets,
    Send,
    SendBatch,
    Install,
    Remove,
    SendFrames,
    RunCommand,
    Transition,
    Log,
    SaveIntents,
    SaveRecoveries,
]

Failure = Tuple[Action, str]  # An action that could not be performed, and why.


def interleave(lists: Sequence[Sequence[Action]]) -> List[Action]:
    """What many routers do at the same time: the first action of all, then the second, and so on.

    Each list stays in order, and what is in several of them does not depend on each other. Who
    takes over for many routers has installed all addresses before it announces the first, and the
    kernel is asked for all of them at once.
    """
    return [one for rank in zip_longest(*lists) for one in rank if one is not None]
