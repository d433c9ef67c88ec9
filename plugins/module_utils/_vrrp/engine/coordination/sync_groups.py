# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Sync groups: all members of a group are master together, or none is.

A member that would become master is ready, and waits for the others. A member that follows
another master makes the others resign. A member that can't take part keeps the others from it. A
group preempts only when all members do: else some would be ready for ever.
"""

from __future__ import annotations

from typing import Dict, Iterable, List, Sequence, Tuple

from ...base.constants import PRIORITY_RESIGN
from ...fsm.events import Elected, Event, Resign
from ...fsm.state import Backup, Initialize, Master, Purpose, Resigning
from ..router.router import Router

Decision = Tuple[Router, Event]


def groups_of(routers: Iterable[Router]) -> Dict[str, List[Router]]:
    """Return the sync groups of a host that have more than one member."""
    found: Dict[str, List[Router]] = {}
    for router in routers:
        if router.instance.sync_group and not router.retired:
            found.setdefault(router.instance.sync_group, []).append(router)
    return {name: members for name, members in found.items() if len(members) > 1}


def group_preempts(members: Sequence[Router]) -> bool:
    """Whether a group preempts masters of lower priority: one of it owns its address, which always
    does (RFC 9568 section 6.1), or each member does by its setting.
    """
    instances = [one.instance for one in members]
    return any(one.is_owner for one in instances) or all(one.preempt for one in instances)


def group_decisions(name: str, members: Sequence[Router]) -> List[Decision]:
    """Return the events that bring the members of a group into the same state."""
    states = [type(one.state) for one in members]
    if Initialize in states or Backup not in states:
        return []
    follower = next((one for one in members if _follows_other_master(one)), None)
    if follower is not None:
        cause = f"sync group {name}: {follower.name} follows another master"
        resign = Resign(Purpose.GROUP, cause)
        return [(one, resign) for one in members if isinstance(one.state, Master)]
    waiting = [one for one in members if isinstance(one.state, Backup)]
    if Resigning in states or not all(_is_ready(one) for one in waiting):
        return []
    return [(one, Elected()) for one in waiting]


def _is_ready(router: Router) -> bool:
    return isinstance(router.state, Backup) and router.state.ready


def _follows_other_master(router: Router) -> bool:
    """Whether a member is backup of a live master that it would not preempt."""
    state = router.state
    if not isinstance(state, Backup) or state.ready or state.master is None:
        return False
    if state.master.priority == PRIORITY_RESIGN:
        return False
    superior = state.master.priority >= router.effective_priority
    return superior or not router.preempts or state.preempt_at is not None


def blocked_by(name: str, member: Router, cause: str) -> str:
    """Return the reason of a router whose group has a member that can't take part."""
    return f"sync group {name}: {member.name}: {cause}"
