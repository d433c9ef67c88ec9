# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The states of sync groups, for the hooks of a whole group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, FrozenSet, Iterable, Sequence, Tuple

from ...fsm.state import MASTER
from ..router.router import Router

_INITIALIZE, _BACKUP = "INITIALIZE", "BACKUP"


@dataclass(frozen=True)
class GroupChange:
    """A change of the state of a group, with its cause: the first member that has the new one."""

    old: str
    new: str
    cause: Router


class GroupStates:
    """The last known state of each group, by its name and its members. Mutable."""

    def __init__(self) -> None:
        self._states: Dict[str, Tuple[FrozenSet[str], str]] = {}

    def changed(self, members: Sequence[Router], router: Router, old: str) -> GroupChange | None:
        """Return the change that a member makes by leaving its ``old`` state; None if the state of
        the group stays the same.
        """
        name = router.instance.sync_group
        now = group_state(one.state_name for one in members)
        names = frozenset(one.name for one in members)
        known, before = self._states.get(name, (frozenset(), now))
        if known != names:
            before = group_state(old if one is router else one.state_name for one in members)
        self._states[name] = names, now
        if now == before:
            return None
        cause = next((one for one in members if one.state_name == now), router)
        return GroupChange(before, now, cause)


def group_state(states: Iterable[str]) -> str:
    """Return the state of a group: master when all members are, and INITIALIZE when one is."""
    found = set(states)
    if _INITIALIZE in found:
        return _INITIALIZE
    return MASTER if found == {MASTER} else _BACKUP
