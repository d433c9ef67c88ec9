# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The reasons for refused actions in words, each with what was asked of the kernel."""

from __future__ import annotations

from typing import Callable, Dict, Type, Union

from ..base.errors import KernelError
from ..engine.actions import (
    Action,
    Install,
    Log,
    Observe,
    OpenSockets,
    PollTargets,
    ProbeAddress,
    Provision,
    Remove,
    RunCommand,
    SaveIntents,
    SaveRecoveries,
    Send,
    SendBatch,
    SendFrames,
    Transition,
)


def why_refused(action: Action, error: Union[KernelError, OSError]) -> str:
    """Return why an action failed: a KernelError says what was tried, an OSError does not."""
    if isinstance(error, KernelError):
        return str(error)
    asked = _ASKED[type(action)]
    what = asked if isinstance(asked, str) else asked(action)
    return f"cannot {what}: {error.strerror or error}"


def _added(action: Install) -> str:
    return f"add {', '.join(map(str, (*action.resources, *action.optional)))}"


def _removed(action: Remove) -> str:
    return f"remove {', '.join(map(str, action.resources))}"


def _provided(action: Provision) -> str:
    names = [one.name for one in action.macvlans] + [one.table for one in action.filters]
    return f"provide {', '.join(names)}" if names else "remove a macvlan or a packet filter"


# A function takes actions of its own type, which the table's type can't express.
_ASKED: Dict[Type[Action], Union[str, Callable[..., str]]] = {
    Install: _added,
    Log: "write to the log",
    Observe: "observe the host",
    OpenSockets: "open sockets for VRRP",
    PollTargets: "poll files and processes",
    ProbeAddress: "ask for an address",
    Provision: _provided,
    Remove: _removed,
    RunCommand: "run a command",
    SaveIntents: "save the intents",
    SaveRecoveries: "save what has to be cleaned up",
    Send: "send an advertisement",
    SendBatch: "send advertisements",
    SendFrames: "announce addresses",
    Transition: "report a transition",
}
