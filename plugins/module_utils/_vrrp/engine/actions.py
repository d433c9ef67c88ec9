# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the engine wants done on the host, in the order given.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import FrozenSet, Mapping, Tuple, Union

from ..base.units import Nanoseconds
from ..model.address import VirtualAddress
from ..model.family import Family
from ..model.intent import Intent


@dataclass(frozen=True)
class Listen:
    """Have sockets for exactly these interface indexes and families."""

    channels: FrozenSet[Tuple[int, Family]]


@dataclass(frozen=True)
class Send:
    """Send a VRRP message; a failure is reported back under ``router``."""

    router: str
    index: int
    source: bytes
    destination: bytes
    message: bytes


@dataclass(frozen=True)
class Install:
    """Put addresses on an interface; one that is there already is fine."""

    router: str
    index: int
    addresses: Tuple[VirtualAddress, ...]


@dataclass(frozen=True)
class Remove:
    """Take addresses off an interface; one that is gone already is fine."""

    router: str
    index: int
    addresses: Tuple[VirtualAddress, ...]


@dataclass(frozen=True)
class SendFrames:
    """Send ready-made Ethernet frames, all of them ``count`` times."""

    router: str
    index: int
    frames: Tuple[bytes, ...]
    count: int


@dataclass(frozen=True)
class Transition:
    """A change of state that a person should hear of: log it, tell the watchers."""

    router: str
    event: str
    old: str
    new: str
    cause: str
    at: Nanoseconds


@dataclass(frozen=True)
class Note:
    """A line for the log; ``warning`` when somebody should look into it."""

    router: str
    text: str
    warning: bool = True


@dataclass(frozen=True)
class KeepIntents:
    """Remember the intents that are not ``auto`` across restarts."""

    intents: Mapping[str, Intent]


@dataclass(frozen=True)
class Recovery:
    """What a clean-up has to do for one router whose agent died: addresses off, priority 0 out."""

    router: str
    interface: str
    addresses: Tuple[VirtualAddress, ...]
    source: bytes
    destination: bytes
    resignation: bytes


@dataclass(frozen=True)
class KeepRecovery:
    """Remember what to clean up if this agent dies; complete, replaces the last one."""

    recoveries: Tuple[Recovery, ...]


Action = Union[
    Listen, Send, Install, Remove, SendFrames, Transition, Note, KeepIntents, KeepRecovery
]
