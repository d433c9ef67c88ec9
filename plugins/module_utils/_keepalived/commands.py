# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Commands: scripts and notifications. keepalived runs them without a shell, as the agent does."""

from __future__ import annotations

import shlex
from typing import Any, Dict, List, Mapping, Tuple

from .blocks import Statement
from .values import first
from .verdicts import Outcome, dropped, mapped

Hook = Dict[str, Any]

_SHELL_WORDS = ("|", "||", "&&", ";", "&", "[[", "[", "if", "test", "!")
_SHELL_SIGNS = "|&;<>"
_EVENTS: Mapping[str, Tuple[str, ...]] = {
    "notify_master": ("master",),
    "notify_backup": ("backup",),
    "notify_fault": ("fault",),
    "notify_stop": ("stop",),
    "notify_master_rx_lower_pri": ("lower_priority_master",),
    "notify": ("master", "backup", "initialize"),
}
NOTIFYING_WORDS = tuple(_EVENTS)
GROUP_NOTIFYING_WORDS = tuple(one for one in _EVENTS if one != "notify_master_rx_lower_pri")


def command_line(text: str) -> Tuple[str, str]:
    """Return the command line for the agent, and a note on it: with a shell, where the program
    has no path, or the text is written for one. Raises ValueError.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no command line: {error}") from None
    if not words:
        raise ValueError("the command is empty")
    is_for_shell = any(one in _SHELL_WORDS or one.strip(_SHELL_SIGNS) == "" for one in words)
    if words[0].startswith("/") and not is_for_shell:
        return text, ""
    why = "it is written for one" if is_for_shell else "its program has no path"
    return shlex.join(["/bin/sh", "-c", text]), f", run by /bin/sh, as {why}"


def hooks_of(statement: Statement, default_user: str, kind: str) -> Tuple[List[Hook], Outcome]:
    """Return the hooks of a notification, and its outcome. ``kind`` is ``instance`` or ``group``,
    as the arguments of ``notify`` begin. Raises ValueError.
    """
    command, note = command_line(first(statement))
    user = statement.arguments[1] if len(statement.arguments) > 1 else default_user
    hooks: List[Hook] = []
    for event in _EVENTS[statement.word]:
        hook: Hook = {"event": event, "command": command, "user": user}
        if statement.word == "notify":
            hook["notify_arguments"] = kind
        hooks.append(hook)
    what = ", ".join(_EVENTS[statement.word])
    return hooks, mapped(f"hooks on {what}{note}")


DELETED = dropped("an instance that is removed runs its hooks on fault")
