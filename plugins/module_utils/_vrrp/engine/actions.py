# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The actions of the engine on the host, performed in the order given."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import FrozenSet, List, Mapping, Sequence, Tuple, Union

from ..base.constants import VRRP_PROTOCOL, VRRP_TTL
from ..base.slots import slotted
from ..base.units import Nanoseconds
from ..model.command import Command
from ..model.event_type import EventType
from ..model.family import Family
from ..model.intent import Intents
from ..model.prefix import Prefix
from ..model.signing import Hmac
from ..model.target import Target
from .host.devices import Macvlan, PacketFilter
from .host.resources import Resource


@dataclass(frozen=True)
class SocketSpec:
    """A socket: an interface index, a family and, on a virtual router's macvlan, its MAC address.

    Packets from that address are delivered only to the macvlan. All others are also delivered to
    its parent and received there, so the macvlan's socket discards them. Sockets that differ in
    ``membership`` have joined the group anew, after the kernel had dropped the memberships.
    ``group`` is the multicast group, packed; empty for that of the protocol.
    """

    index: int
    family: Family
    source_mac: bytes = b""
    membership: int = 0
    group: bytes = b""


@dataclass(frozen=True)
class PacketSelection:
    """The advertisements that a socket receives: of these ``vrids`` and, as it ``demands_ttl``,
    with the TTL of the protocol. All others are dropped by the kernel.
    """

    vrids: FrozenSet[int]
    demands_ttl: bool


@dataclass(frozen=True)
class OpenSockets:
    """Open exactly these sockets; advertisements are sent through them, too. ``selections`` has
    what each is to receive.
    """

    sockets: FrozenSet[SocketSpec]
    selections: Mapping[SocketSpec, PacketSelection] = field(default_factory=dict)


@dataclass(frozen=True)
class Provision:
    """Create exactly these macvlans and packet filters; each failure is reported on its own.

    ``promoting`` are the interfaces, by name and index, on which the removal of an IPv4 address
    must not remove others: without ``promote_secondaries`` the kernel removes a subnet's secondary
    addresses with the primary one. What is ``postponed`` is left as it is.
    """

    macvlans: FrozenSet[Macvlan] = frozenset()
    filters: FrozenSet[PacketFilter] = frozenset()
    promoting: FrozenSet[Tuple[str, int]] = frozenset()
    postponed: FrozenSet[Union[Macvlan, PacketFilter]] = frozenset()


@dataclass(frozen=True)
class Observe:
    """Observe these interfaces by name, all of them for None, the routes to these destinations of
    these protocols, and, with ``rules``, the policy rules. What is not observed costs next to
    nothing.
    """

    interfaces: FrozenSet[str] | None
    routes: FrozenSet[Prefix]
    rules: bool
    protocols: FrozenSet[int] = frozenset({VRRP_PROTOCOL})


@dataclass(frozen=True)
class PollTargets:
    """Poll exactly these files and processes, and report changes.

    With ``has_hooks`` hooks may have to run: the helper is kept ready, as it can't be started any
    more when the service manager stops the agent.
    """

    files: FrozenSet[str]
    processes: FrozenSet[str]
    has_hooks: bool = False


@slotted
@dataclass(frozen=True)
class Send:
    """Send a VRRP message, signed if need be; a failure is reported back under ``router``, with
    BUSY when the interface had no room for it.
    """

    router: str
    index: int
    source: bytes
    destination: bytes
    message: bytes
    ttl: int = VRRP_TTL
    hmac: Hmac | None = None


@dataclass(frozen=True, eq=False)
class SendBatch:
    """Send unsigned messages of several routers. The same batch sent again is the same object."""

    sends: Tuple[Send, ...]


@dataclass(frozen=True)
class Install:
    """Add these resources to the host, in order; one that exists already is no error.

    A router can't serve without one of ``resources``; it can without the ``optional`` ones. Each
    that is refused is reported on its own, as an Install of that one.
    """

    router: str
    resources: Tuple[Resource, ...]
    optional: Tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Remove:
    """Remove these resources from the host, in order; one that is gone already is no error."""

    router: str
    resources: Tuple[Resource, ...]


@dataclass(frozen=True)
class SendFrames:
    """Send ready-made Ethernet frames; those that the interface has no room for are reported back
    as a SendFrames that failed with BUSY.
    """

    router: str
    index: int
    frames: Tuple[bytes, ...]


@dataclass(frozen=True)
class Confirm:
    """Report when all actions of this router before are performed."""

    router: str


@dataclass(frozen=True)
class RunCommand:
    """Run a command, or a built-in check; its result is reported under ``number``."""

    number: int
    command: Union[Command, Target]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Transition:
    """A change of state: log it, and notify the watching clients."""

    router: str
    instance: str
    family: Family
    event: str
    event_type: EventType
    old: str
    new: str
    cause: str
    at: Nanoseconds
    priority: int


@dataclass(frozen=True)
class Log:
    """A line for the log; ``warning`` when an operator should look into it."""

    router: str
    text: str
    warning: bool = True


@dataclass(frozen=True)
class ProbeAddress:
    """Ask on an interface whether another host answers for an address of a router, from the address
    ``source`` at ``mac``.
    """

    router: str
    index: int
    mac: bytes
    source: bytes
    address: bytes


@dataclass(frozen=True)
class SaveIntents:
    """Save the operator's intents across restarts."""

    intents: Intents


@slotted
@dataclass(frozen=True)
class Recovery:
    """The clean-up for one router whose agent died: its resources are removed, and ``resignations``
    (destination, message) with priority 0 are sent to the peers.
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
        """Return its resignations as actions for the interface with that index."""
        return tuple(
            Send(self.router, index, self.source, destination, message, self.ttl, self.hmac)
            for destination, message in self.resignations
        )


@dataclass(frozen=True)
class SaveRecoveries:
    """Save all that has to be cleaned up if this agent dies; replaces what was saved before."""

    recoveries: Tuple[Recovery, ...]


Action = Union[
    OpenSockets,
    Provision,
    Observe,
    PollTargets,
    Send,
    SendBatch,
    Install,
    Remove,
    SendFrames,
    ProbeAddress,
    Confirm,
    RunCommand,
    Transition,
    Log,
    SaveIntents,
    SaveRecoveries,
]

BUSY = "the interface has no room for more packets"
AGENT = "agent"  # The router of actions that concern no single one.

Failure = Tuple[Action, str]  # An action that could not be performed, and why.


@dataclass(frozen=True)
class Results:
    """The results of performed actions: those that failed, and the confirmed routers, in order."""

    failures: Sequence[Failure] = ()
    confirmed: Sequence[str] = ()


def interleave(lists: Sequence[Sequence[Action]]) -> List[Action]:
    """Return the first action of every router, then the second of every router, and so on.

    Each list stays in order, and the lists do not depend on each other. So a takeover of many
    routers installs all addresses before it announces the first, in one request to the kernel.
    """
    return [one for rank in zip_longest(*lists) for one in rank if one is not None]
