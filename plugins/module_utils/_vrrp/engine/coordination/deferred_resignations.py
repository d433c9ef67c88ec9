# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Deferred resignations: a master that resigns serves until its leaving hooks have ended.

While one member of a group waits, no other may resign: the group of the peer can't take over a
part of it. So all members wait until the last hook of any of them has ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, List, Sequence

from ...base.units import Nanoseconds
from ...fsm.events import Resign
from ...fsm.state import Master, Purpose
from ...model.hook import HookTrigger
from ..actions import Action
from ..commands.scheduler import CommandScheduler
from ..router.router import Router


class DeferredResignations:
    """``members_of`` returns the sync group of a router, itself among it, or nothing."""

    def __init__(
        self, commands: CommandScheduler, members_of: Callable[[Router], Sequence[Router]]
    ) -> None:
        self._commands = commands
        self._members_of = members_of
        self._count = 0
        self._waiting: List[Router] = []

    def must_defer(self, router: Router) -> bool:
        """Whether leaving hooks have to run before this router resigns, or are running."""
        if router.deferred is not None:
            return True
        serves = isinstance(router.state, Master)
        return serves and any(_has_hooks(one) for one in self._group_of(router))

    def defer(self, router: Router, event: Resign, now: Nanoseconds) -> List[Action]:
        """Defer the resignation of a router and of its sync group."""
        actions: List[Action] = []
        for one in self._group_of(router):
            joint = event if one is router else Resign(Purpose.GROUP, event.cause)
            actions.extend(self._defer_one(one, joint, now))
        return actions

    def ready(self) -> List[Router]:
        """Return the routers whose leaving hooks have all ended."""
        self._waiting = [one for one in self._waiting if one.deferred is not None]
        return [
            router
            for router in self._waiting
            if not any(one.awaited_hook for one in self._group_of(router))
        ]

    def _defer_one(self, router: Router, event: Resign, now: Nanoseconds) -> List[Action]:
        before = router.deferred
        if before is None or _replaces(event, before):
            router.update(replace(router.inputs, deferred=event))
        if before is None:
            self._waiting.append(router)
        if before is not None or not _has_hooks(router):
            return []
        self._count += 1
        router.awaited_hook, router.leaving_hooks_called = self._count, True
        triggers, state = (HookTrigger.LEAVING_MASTER,), router.state_name
        return self._commands.queue_hooks(router, triggers, state, now, ticket=self._count)

    def _group_of(self, router: Router) -> Sequence[Router]:
        """The masters that resign with a router. One removed from the configuration resigns
        alone.
        """
        members = () if router.retired else self._members_of(router)
        return [one for one in members or (router,) if isinstance(one.state, Master)]


def _has_hooks(router: Router) -> bool:
    return bool(router.instance.hooks_on(HookTrigger.LEAVING_MASTER))


def _replaces(event: Resign, before: Resign) -> bool:
    """A stop is final, and a router's own resignation has precedence over that of its group."""
    return event.purpose is Purpose.STOP or before.purpose is Purpose.GROUP


def cancel(router: Router) -> None:
    """Cancel a deferred resignation, unless it is a stop."""
    if router.deferred is not None and router.deferred.purpose is not Purpose.STOP:
        router.update(replace(router.inputs, deferred=None))
