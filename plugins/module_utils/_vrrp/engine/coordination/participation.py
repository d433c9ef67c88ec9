# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Participation of routers: decided by the interfaces and the tracked checks."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import AbstractSet, List, Sequence

from ...base.constants import RETRY_INTERVAL
from ...base.units import Nanoseconds
from ...fsm.events import (
    Interrupted,
    PriorityChanged,
    Resign,
    Startup,
)
from ...fsm.state import Backup, Initialize, Master, Purpose, TakingOver
from ...model.event_type import EventType
from ...model.tracking import Check
from ..actions import BUSY, Action, Install, OpenSockets, Provision, Send
from ..host.host import Host
from ..router.router import Router
from ..tracking.tracking import Tracking, depends_on, tracked_for
from ..tracking.verdict import Verdict
from .obstacles import Obstacle, Obstacles, reason_to_wait
from .router_set import RouterSet
from .sync_groups import group_decisions

Actions = List[Action]


class Phase(Enum):
    """STANDBY: another process still serves. STOPPING: no router starts any more.

    ABANDONED: this process was stopped while another one served, which keeps serving.
    """

    STANDBY = "standby"
    RUNNING = "running"
    STOPPING = "stopping"
    ABANDONED = "abandoned"

    @property
    def owns_host(self) -> bool:
        """Whether this process is the one that changes and watches the host."""
        return self in (Phase.RUNNING, Phase.STOPPING)

    @property
    def is_stopping(self) -> bool:
        """Whether the engine is stopping."""
        return self in (Phase.STOPPING, Phase.ABANDONED)


class Participation:
    """Decides whether each router starts, stays or withdraws, in a ``phase``."""

    def __init__(
        self, routers: RouterSet, host: Host, obstacles: Obstacles, tracking: Tracking
    ) -> None:
        self.phase = Phase.RUNNING
        self._routers = routers
        self._host = host
        self._obstacles = obstacles
        self._tracking = tracking

    def may_start(self, router: Router) -> bool:
        """Whether a router that takes no part can still start."""
        return self.phase is Phase.RUNNING and not router.retired

    def tracking(self, checks: AbstractSet[Check]) -> List[Router]:
        """Return the routers that have one of these checks, or whose sync group has one."""
        return [
            router
            for router in self._routers
            if depends_on(tracked_for(router, self._routers.group_members(router)), checks)
        ]

    def reconsider(self, routers: Sequence[Router], now: Nanoseconds) -> Actions:
        """Update the priorities of these routers, and let each start or withdraw."""
        actions = self.update_priorities(routers, now)
        for router in routers:
            actions.extend(self.start_or_withdraw(router, now))
        return actions

    def update_priorities(self, routers: Sequence[Router], now: Nanoseconds) -> Actions:
        """Update the priorities of these routers."""
        return [action for router in routers for action in self.update_priority(router, now)]

    def update_priority(self, router: Router, now: Nanoseconds) -> Actions:
        """Update the priority of a router by its tracked checks, and by what is missing of it."""
        before, verdict = router.effective_priority, self._verdict(router)
        degraded = self._degraded(router)
        adjustment = verdict.adjustment - sum(one.instance.degraded_weight for one in degraded)
        is_healthy = verdict.is_healthy and not degraded
        if (adjustment, is_healthy) != (router.inputs.adjustment, router.inputs.is_healthy):
            router.update(replace(router.inputs, adjustment=adjustment, is_healthy=is_healthy))
        if router.effective_priority == before or not isinstance(router.state, Master):
            return []
        return self._routers.step(router, PriorityChanged(), now)

    def _degraded(self, router: Router) -> Sequence[Router]:
        """Return the members of a router's sync group, or the router, that lack one of their
        parts.
        """
        if not self._host.repairs.faults:
            return ()
        members = self._routers.group_members(router) or [router]
        return [one for one in members if self._host.missing(one.wanted)]

    def _verdict(self, router: Router) -> Verdict:
        return self._tracking.evaluate(tracked_for(router, self._routers.group_members(router)))

    def start_or_withdraw(self, router: Router, now: Nanoseconds) -> Actions:
        """Start a router or let it withdraw."""
        if not self.phase.owns_host:
            return []
        obstacle = self._obstacle(router, now)
        if isinstance(router.state, Initialize):
            return self._start_if_possible(router, obstacle, now)
        return [] if obstacle is None else self._withdraw(router, obstacle, now)

    def action_failed(
        self, router: Router, action: Action, error: str, now: Nanoseconds
    ) -> Actions:
        """Handle an action that the kernel refused: a router that can't serve, send or receive
        steps down, and tries again later.
        """
        if not isinstance(action, (OpenSockets, Provision, Send, Install)):
            return []
        if isinstance(action, Send):
            return self._sending_failed(router, error, now)
        if isinstance(action, Install) and self._obstacles.tolerates_address_loss(router):
            return []  # IPv6 is off for a moment: the address is added again when it is back.
        notify_peers = not isinstance(action, OpenSockets)
        is_unserved = isinstance(action, Install)
        kind = EventType.NO_VIRTUAL_IP_ADDRESSES if is_unserved else EventType.NOT_SENDING
        interrupted = Interrupted(error, RETRY_INTERVAL, notify_peers, event_type=kind)
        return self._routers.step(router, interrupted, now)

    def _sending_failed(self, router: Router, error: str, now: Nanoseconds) -> Actions:
        """Let a router withdraw that can't become master, or whose peers consider it dead."""
        is_taking_over = isinstance(router.state, TakingOver)
        if is_taking_over and error == BUSY:
            return []  # It may send, only not now.
        # A peer serves by then: it has waited for those intervals and a skew time.
        patience = 1 if is_taking_over else router.instance.down_intervals + 1
        if router.record_send_failure() < patience:
            return []
        interrupted = Interrupted(
            error, router.withdraw_silent(), notify_peers=True, event_type=EventType.NOT_SENDING
        )
        return self._routers.step(router, interrupted, now)

    def settle_groups(self, now: Nanoseconds) -> Actions:
        """Release deferred resignations that are ready, then apply sync-group decisions."""
        actions = self._routers.release_deferred(now)
        for name, members in self._routers.groups.items():
            idle = [isinstance(one.state, Initialize) for one in members]
            if any(idle) and not all(idle):
                for router in members:
                    actions.extend(self.start_or_withdraw(router, now))
            for router, event in group_decisions(name, members):
                actions.extend(self._routers.step(router, event, now))
        return actions

    def retry_stopped(self, now: Nanoseconds) -> Actions:
        """Start routers again that have just stopped for a cause that is over already."""
        actions: Actions = []
        for router in self._routers.pop_stopped():
            if isinstance(router.state, Initialize) and router.deadline is None:
                actions.extend(self.retry_start(router, now))
        return actions

    def retry_start(self, router: Router, now: Nanoseconds) -> Actions:
        """Start a router that could not start before, if it can now."""
        return self._start_if_possible(router, self._obstacle(router, now), now)

    def _obstacle(self, router: Router, now: Nanoseconds) -> Obstacle | None:
        return self._obstacles.obstacle(router, self._routers.group_members(router), now)

    def _withdraw(self, router: Router, obstacle: Obstacle, now: Nanoseconds) -> Actions:
        """Withdraw a router because of an obstacle; a master serves until it has a successor, if it
        can.
        """
        cause, kind = obstacle.cause, obstacle.event_type
        if isinstance(router.state, Backup):
            return self._routers.step(router, Interrupted(cause, event_type=kind), now)
        if obstacle.hard:
            # A lost carrier that was to be waited for has been away for longer than peers wait.
            resumable = obstacle.mute and not router.instance.link_delays.down
            interrupted = Interrupted(
                cause, notify_peers=not obstacle.mute, resumable=resumable, event_type=kind
            )
            return self._routers.step(router, interrupted, now)
        return self._routers.step(router, Resign(Purpose.STOP, cause, kind), now)

    def _start_if_possible(
        self, router: Router, obstacle: Obstacle | None, now: Nanoseconds
    ) -> Actions:
        if not self.may_start(router):
            return []
        if obstacle is None and reason_to_wait(router, now):
            return []
        if obstacle is not None:
            interrupted = Interrupted(obstacle.cause, event_type=obstacle.event_type)
            return self._routers.step(router, interrupted, now)
        pending = self._verdict(router).pending
        if pending:
            interrupted = Interrupted(pending, event_type=EventType.STARTUP)
            return self._routers.step(router, interrupted, now)
        return self._routers.step(router, Startup(), now)
