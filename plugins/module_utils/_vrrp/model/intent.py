# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Operator intents for an instance, and for a host as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Mapping

from ..base.units import Nanoseconds


class IntentKind(Enum):
    """AUTO lets elections decide, MASTER holds mastership, BACKUP stays out."""

    AUTO = "auto"
    MASTER = "master"
    BACKUP = "backup"


# The state that an intent asks for, as the status shows it; AUTO asks for none.
WANTED_STATES = {IntentKind.MASTER: "MASTER", IntentKind.BACKUP: "BACKUP"}


@dataclass(frozen=True)
class Origin:
    """The origin of an intent: ``at`` in seconds since 1970, and ``by`` the operator's name, as the
    client has given it.
    """

    at: float
    by: str


@dataclass(frozen=True)
class Intent:
    """The operator's intent for an instance.

    ``forced`` (BACKUP only): the router stays backup even when no other master is heard. ``origin``
    is None when no operator has set the intent; two intents are equal whatever theirs are.
    """

    kind: IntentKind = IntentKind.AUTO
    forced: bool = False
    origin: Origin | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.kind.value} (forced)" if self.forced else self.kind.value


AUTO = Intent()


@dataclass(frozen=True)
class Intents:
    """The intents of a host, as they are saved: ``host`` for the host as a whole, AUTO or BACKUP
    (drained), and by name those of instances that have another one.
    """

    host: Intent = AUTO
    by_name: Mapping[str, Intent] = field(default_factory=dict)


class ChangeOutcome(Enum):
    """ACCEPTED: in progress or reached. UNDONE: it failed, and the intent before applies again.
    SUPERSEDED: the operator made another host master later; the intent is ``auto``.
    """

    ACCEPTED = "accepted"
    UNDONE = "undone"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class IntentChange:
    """``number`` counts the changes since the agent started, so that a client can follow each.

    ``before`` is the intent that it replaced, ``at`` the time of the change, ``served`` whether the
    router was master then.
    """

    number: int
    intent: Intent
    before: Intent
    at: Nanoseconds
    served: bool = False
    outcome: ChangeOutcome = ChangeOutcome.ACCEPTED
    message: str = ""
