# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The consequences of actions that the kernel refused."""

from __future__ import annotations

from typing import Iterable, List

from ...base.units import Nanoseconds
from ...fsm.state import may_announce
from ..actions import (
    AGENT,
    BUSY,
    Action,
    Failure,
    Install,
    Log,
    Provision,
    Remove,
    SaveRecoveries,
    SendFrames,
)
from ..announcements import Announcements
from ..host.host import Host
from ..host.resources import Resource
from .participation import Participation
from .provisioning import Provisioning
from .router_set import RouterSet

Actions = List[Action]


class Failures:
    """Handles refused actions: a router that can't serve, send or receive steps down, one that
    lacks something else is degraded.
    """

    def __init__(
        self,
        routers: RouterSet,
        host: Host,
        participation: Participation,
        provisioning: Provisioning,
        announcements: Announcements,
    ) -> None:
        self._routers = routers
        self._host = host
        self._participation = participation
        self._provisioning = provisioning
        self._announcements = announcements

    def handle(self, failures: Iterable[Failure], now: Nanoseconds) -> Actions:
        """Return the actions that follow from refused ones: a router that can't serve steps down
        before it could advertise what else it lacks.
        """
        actions: Actions = []
        for action, error in sorted(failures, key=_is_survived):
            actions.extend(self._handle(action, error, now))
        return actions

    def _handle(self, action: Action, error: str, now: Nanoseconds) -> Actions:
        actions: Actions = []
        if isinstance(action, SendFrames) and error == BUSY:
            self._announce_later(action, now)
            return []
        if isinstance(action, (SaveRecoveries, Remove)) or action == Provision():
            actions.append(Log(AGENT, error))
        if isinstance(action, Provision) and action.promoting:
            self._host.not_promoting.update(name for name, _index in action.promoting)
            actions.append(Log(AGENT, error))
        if isinstance(action, SaveRecoveries):
            self._provisioning.recoveries_not_saved()
        if isinstance(action, Provision):
            self._provisioning.refused((*action.macvlans, *action.filters), error, now)
        if isinstance(action, Install):
            for resource in (*action.resources, *action.optional):
                actions.extend(self._not_installed(resource, action, error, now))
            return actions
        if isinstance(action, Provision) and any(one.silenced for one in action.filters):
            actions.append(Log(AGENT, f"{error}: two MAC addresses answer for an owner's address"))
        for router in self._provisioning.affected(action, self._routers):
            actions.extend(router.log_limited(error, error, now))
            actions.extend(self._participation.action_failed(router, action, error, now))
        return actions

    def _announce_later(self, action: SendFrames, now: Nanoseconds) -> None:
        router = self._routers.get(action.router)
        if router is not None and may_announce(router.state):
            self._announcements.refused(action, now)

    def _not_installed(
        self, resource: Resource, action: Install, error: str, now: Nanoseconds
    ) -> Actions:
        """Handle a resource that was refused: all routers that want it are affected."""
        self._host.refused(resource, error, now)
        actions: Actions = []
        for router in self._routers.wanting(resource.key):
            if resource in router.wanted.essential:
                actions.extend(router.log_limited(error, error, now))
                actions.extend(self._participation.action_failed(router, action, error, now))
            else:
                text = f"degraded: {error}; it is tried again every 10 seconds"
                actions.extend(router.log_limited(error, text, now))
                actions.extend(self._participation.update_priority(router, now))
        return actions


def _is_survived(failure: Failure) -> bool:
    """Whether a router can serve all the same."""
    action, _error = failure
    return isinstance(action, Install) and not action.resources
