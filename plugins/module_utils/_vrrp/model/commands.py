# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The commands of a configuration by number: the agent and its helper both count them.

The helper may run as root, and the agent does not. So a command is named by its number, and the
helper takes everything else from the configuration, which only root can write, but for the values
that describe a change of state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, List, Mapping, Tuple, Union

from ..base.constants import PRIORITY_OWNER, SCRIPT_USER
from ..base.text import visible
from .command import GROUP, Command
from .hook import Hook, HookTrigger
from .instance import Config, Instance
from .notification import notified_state
from .target import Target
from .tracking import ScriptCheck

_STATES = ("INITIALIZE", "BACKUP", "MASTER")
_REASON_MAX = 500
_DIGITS_MAX = 3


@dataclass(frozen=True)
class NumberedCommand:
    """A command of a configuration: that of a ``hook`` of an ``instance``, or of a tracked script,
    which has neither, or the target of a built-in check.
    """

    command: Union[Command, Target]
    instance: Instance | None = None
    hook: Hook | None = None

    @property
    def identity(self) -> Tuple[Union[Command, Target], str, str, str]:
        """The command, and for a hook the name and the family of the instance, and the event."""
        if self.instance is None or self.hook is None:
            return self.command, "", "", ""
        family = self.instance.family.label
        return self.command, self.instance.name, family, self.hook.trigger.value

    def environment(self, values: Mapping[str, object]) -> Dict[str, str]:
        """Return the variables for a run of it. Of ``values`` those are taken that the
        configuration does not tell, if they are what they have to be; raises ValueError.
        """
        if self.instance is None or self.hook is None:
            return {}
        states = [str(values.get(key)) for key in ("VRRP_OLD_STATE", "VRRP_STATE")]
        if not all(one in _STATES for one in states):
            raise ValueError(f"{states} are not two states")
        return {
            "VRRP_INSTANCE": self.instance.name,
            "VRRP_FAMILY": self.instance.family.label,
            "VRRP_INTERFACE": self.instance.interface,
            "VRRP_EVENT": self.hook.trigger.value,
            "VRRP_OLD_STATE": states[0],
            "VRRP_STATE": states[1],
            "VRRP_PRIORITY": str(_priority(values.get("VRRP_PRIORITY"))),
            "VRRP_REASON": visible(str(values.get("VRRP_REASON", ""))[:_REASON_MAX]),
        }

    def command_for(self, environment: Mapping[str, str]) -> Union[Command, Target]:
        """Return the command of a run with these variables, with the arguments that it asks for:
        TYPE NAME STATE PRIORITY, as keepalived has them.
        """
        if self.instance is None or not isinstance(self.command, Command):
            return self.command
        if not self.command.notifies:
            return self.command
        group = self.instance.sync_group if self.command.notifies == GROUP else ""
        about = ("GROUP", group) if group else ("INSTANCE", self.instance.name)
        priority = "0" if group else environment["VRRP_PRIORITY"]  # A group has none.
        further = (*about, _notified_state(environment), priority)
        return replace(self.command, arguments=(*self.command.arguments, *further))


def _notified_state(environment: Mapping[str, str]) -> str:
    """Return the word of keepalived for an event of a hook."""
    if environment["VRRP_EVENT"] == HookTrigger.LOWER_PRIORITY_MASTER.value:
        return "MASTER_RX_LOWER_PRI"
    return notified_state(environment["VRRP_STATE"], environment["VRRP_REASON"])


def _priority(value: object) -> int:
    written = str(value)
    if not (written.isascii() and written.isdecimal() and len(written) <= _DIGITS_MAX):
        raise ValueError(f"{written[:_DIGITS_MAX]!r} is no priority")
    priority = int(written)
    if not 0 <= priority <= PRIORITY_OWNER:
        raise ValueError(f"{priority} is no priority")
    return priority


def needs_root(config: Config) -> bool:
    """Whether a command runs as another user than the one of commands that name none."""
    users = {one.command.user for one in commands_of(config)}
    return not users <= {"", SCRIPT_USER}


def commands_of(config: Config) -> Tuple[NumberedCommand, ...]:
    """Return all commands of a configuration, in order: the place of one is its number."""
    found: List[NumberedCommand] = []
    for instance in config.instances:
        found.extend(NumberedCommand(one.command, instance, one) for one in instance.hooks)
        checks = (one.check for one in instance.tracked)
        found.extend(NumberedCommand(one.command) for one in checks if isinstance(one, ScriptCheck))
    return tuple(found)
