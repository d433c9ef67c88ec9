# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Who takes part: each router held against what the host is like, and what is tracked on it.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import List

from ...base.units import Nanoseconds
from ...fsm.events import (
    AddressesLost,
    Interrupted,
    PriorityChanged,
    Resign,
    Startup,
)
from ...fsm.state import Backup, Initialize, Master, Purpose
from ..actions import Action, Log, Remove
from ..router.router import Router
from ..tracking import Tracking
from .obstacles import Obstacle, Obstacles, tracked_for
from .router_set import RouterSet

Actions = List[Action]


class Participation:
    """``is_suspended``: nobody is judged yet; ``is_closed``: nobody starts any more."""

    def __init__(self, crew: RouterSet, premises: Obstacles, tracking: Tracking) -> None:
        self.is_suspended = False
        self.is_closed = False
        self._routers = crew
        self._obstacles = premises
        self._tracking = tracking

    def may_start(self, router: Router) -> bool:
        """Whether a router that takes no part may ever begin to."""
        return not (self.is_suspended or self.is_closed or router.retired)

    def update_priority(self, router: Router, now: Nanoseconds) -> Actions:
        """Give a router the priority that follows from what it tracks."""
        before = router.effective_priority
        judgement = self._tracking.evaluate(
            tracked_for(router, self._routers.group_members(router))
        )
        router.adjustment = judgement.adjustment
        if router.effective_priority == before or not isinstance(router.state, Master):
            return []
        return self._routers.step(router, PriorityChanged(), now)

    def reconcile(self, router: Router, now: Nanoseconds) -> Actions:
        """Let a router take part, or not, as it can; and have on the host what it should have."""
        if self.is_suspended:
            return []
        obstacle = self._obstacle(router, now)
        if isinstance(router.state, Initialize):
            actions = self._start_if_possible(router, obstacle, now)
            idle = isinstance(router.state, Initialize)
            return [*actions, *_remove_unexpected(router)] if idle else actions
        if obstacle is not None:
            return self._withdraw(router, obstacle, now)
        if isinstance(router.state, Backup):
            return _remove_unexpected(router)
        lost = router.missing_addresses()
        if not lost:
            return []
        router.counters["addresses_restored"] += len(lost)
        note = Log(router.name, f"{', '.join(map(str, lost))} was deleted; putting it back")
        return [note, *self._routers.step(router, AddressesLost(), now)]

    def retry_start(self, router: Router, now: Nanoseconds) -> Actions:
        """Let a router that could not start do so now, if it can."""
        return self._start_if_possible(router, self._obstacle(router, now), now)

    def _obstacle(self, router: Router, now: Nanoseconds) -> Obstacle | None:
        return self._obstacles.obstacle(router, self._routers.group_members(router), now)

    def _withdraw(self, router: Router, obstacle: Obstacle, now: Nanoseconds) -> Actions:
        """Leave for an obstacle; a master serves until it has a successor, if it can."""
        if isinstance(router.state, Backup):
            interrupted = self._routers.step(router, Interrupted(obstacle.cause), now)
            return [*interrupted, *_remove_unexpected(router)]
        if obstacle.hard:
            return self._routers.step(router, Interrupted(obstacle.cause), now)
        return self._routers.step(router, Resign(Purpose.STOP, obstacle.cause), now)

    def _start_if_possible(
        self, router: Router, obstacle: Obstacle | None, now: Nanoseconds
    ) -> Actions:
        if not self.may_start(router):
            return []
        retry_at = getattr(router.state, "retry_at", None)
        if retry_at is not None and now < retry_at and obstacle is None:
            return []
        judgement = self._tracking.evaluate(
            tracked_for(router, self._routers.group_members(router))
        )
        cause = obstacle.cause if obstacle else judgement.pending
        if cause:
            return self._routers.step(router, Interrupted(cause), now)
        return self._routers.step(router, Startup(), now)


def _remove_unexpected(router: Router) -> Actions:
    """Take away what another program put on the interface of a router that is no master."""
    found = router.unexpected_addresses()
    if not found:
        return []
    told = f"{', '.join(map(str, found))} was added by another program; removing"
    return [Log(router.name, told), Remove(router.name, found)]
