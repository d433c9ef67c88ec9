# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Hooks: programs that run when an instance changes its state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Tuple

from ..base.errors import Problem
from ..base.units import Nanoseconds, seconds
from .command import GROUP, INSTANCE, Command, read_arguments
from .fields import read_flag, read_period, read_user
from .readers import Reader, RefusedError, list_of, one_of, record, whole_number

_TIMEOUT_DEFAULT: Nanoseconds = seconds(10)
_RETRIES_MAX = 100
_RETRY_DELAY_DEFAULT: Nanoseconds = seconds(1)


class HookTrigger(Enum):
    """The occasion of a hook: entering a state, and of INITIALIZE whether for a fault or a stop of
    the agent; a master about to give up its addresses, or one that hears another of lower priority.
    """

    MASTER = "master"
    BACKUP = "backup"
    INITIALIZE = "initialize"
    FAULT = "fault"
    STOP = "stop"
    LEAVING_MASTER = "leaving_master"
    LOWER_PRIORITY_MASTER = "lower_priority_master"


@dataclass(frozen=True)
class Hook:
    """A command and the event that triggers it. One that fails runs again up to ``retries`` times,
    each time ``retry_delay`` after its end. With ``group`` it is a hook of the sync group as a
    whole.
    """

    trigger: HookTrigger
    command: Command
    retries: int = 0
    retry_delay: Nanoseconds = _RETRY_DELAY_DEFAULT
    group: bool = False


_OF_GROUPS = (
    HookTrigger.MASTER,
    HookTrigger.BACKUP,
    HookTrigger.INITIALIZE,
    HookTrigger.FAULT,
    HookTrigger.STOP,
)
_hook = record(
    {
        "event": one_of({trigger.value: trigger for trigger in HookTrigger}),
        "command": read_arguments,
        "user": read_user,
        "timeout": read_period,
        "notify_arguments": one_of({one: one for one in (INSTANCE, GROUP)}),
        "retries": whole_number(0, _RETRIES_MAX),
        "retry_delay": read_period,
        "group": read_flag,
    },
    ["event", "command"],
)


def _read_hook(value: object) -> Hook:
    given = _hook(value)
    timeout = given.get("timeout", _TIMEOUT_DEFAULT)
    retries, delay = given.get("retries", 0), given.get("retry_delay", _RETRY_DELAY_DEFAULT)
    if "retry_delay" in given and not retries:
        raise RefusedError([Problem(".retry_delay", "has no effect without retries")])
    is_of_group = given.get("group", False)
    if is_of_group and given["event"] not in _OF_GROUPS:
        raise RefusedError([Problem(".group", f"a group has no event {given['event'].value}")])
    notifies = given.get("notify_arguments", "")
    command = Command(given["command"], given.get("user", ""), timeout, notifies)
    return Hook(given["event"], command, retries, delay, is_of_group)


read_hooks: Reader[Tuple[Hook, ...]] = list_of(_read_hook)
