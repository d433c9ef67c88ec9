# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A new configuration for a running engine."""

from __future__ import annotations

from dataclasses import replace
from typing import List, Tuple

from ...base.units import Nanoseconds
from ...fsm.events import Event, Reconfigured, Reinstated, Replaced, Resign
from ...fsm.state import Purpose
from ...model.event_type import EventType
from ...model.instance import Config, Instance
from ..actions import Action
from ..host.host import Host
from ..router.router import Router
from .config_diff import can_update_in_place, diff_config
from .obstacles import Obstacles
from .participation import Participation
from .router_set import RouterSet

Actions = List[Action]


class Reconfiguration:
    """Applies a configuration to a set of routers."""

    def __init__(
        self, routers: RouterSet, host: Host, obstacles: Obstacles, participation: Participation
    ) -> None:
        self._routers = routers
        self._host = host
        self._obstacles = obstacles
        self._participation = participation

    def apply(self, config: Config, now: Nanoseconds) -> Tuple[Actions, List[Router]]:
        """Let the set consist of the routers of a configuration and of removed ones that are still
        resigning; returns these.
        """
        actions: Actions = []
        diff = diff_config(self._routers, config)
        for router in diff.removed:
            self._rename_if_taken(router, config)
        routers = {one.name: one for one in diff.removed}
        for router in diff.removed:
            router.retired = True
            cause = "removed from the configuration"
            resign = Resign(Purpose.STOP, cause, EventType.RECONFIGURED)
            actions.extend(self._routers.step(router, resign, now))
        # An address that moves is wanted by its new router before the old one can leave it.
        events: List[Tuple[Router, Event]] = []
        for instance, existing in diff.matched:
            routers[instance.label], event = self._match(instance, existing, now)
            if existing is not None and event is not None:
                events.append((existing, event))
        for router, event in events:
            actions.extend(self._routers.step(router, event, now))
        self._routers.replace_all(routers)
        return actions, list(diff.removed)

    def _rename_if_taken(self, router: Router, config: Config) -> None:
        """Give a router that leaves another name, if an instance has its own: it serves until
        there is another master, which may be that instance.
        """
        if config.by_label(router.name) is not None:
            place = f"{router.instance.interface}, VRID {router.instance.vrid}"
            self._rename(router, f"{router.instance.label} ({place})")

    def _rename(self, router: Router, alias: str) -> None:
        before = router.name
        router.update(replace(router.inputs, alias=alias))
        self._host.desired.rename(before, router.name)

    def _match(
        self, instance: Instance, router: Router | None, now: Nanoseconds
    ) -> Tuple[Router, Event | None]:
        """Return the router of an instance, the existing one with new settings or a new one; and
        the event that is to happen to the existing one.
        """
        if router is None:
            return self._new(instance, now), None
        if not can_update_in_place(router, instance):
            router.retired = True
            replacement = self._new(instance, now)
            replacement.replay_guard.restore(router.replay_guard.latest())
            replacement.transitions.restore(router.transitions.export())
            return replacement, Replaced("its virtual MAC setting changed")
        if router.instance == instance and not router.retired:
            return router, None
        return router, self._change_settings(router, instance)

    def _new(self, instance: Instance, now: Nanoseconds) -> Router:
        return Router(instance, self._routers.intent_of(instance.name), now)

    def _change_settings(self, router: Router, instance: Instance) -> Event:
        """Change the settings of a router that stays; returns the event that has to follow."""
        is_reinstated = router.retired and not self._participation.phase.is_stopping
        if is_reinstated:
            router.retired = False
            router.update(replace(router.inputs, deferred=None))
        if router.name != instance.label:
            router.awaited_hook = 0  # Running hooks report their end under the old name.
            self._rename(router, instance.label)
        if instance != router.instance:
            router.problems.clear()
        router.update(replace(router.inputs, instance=instance, alias=""))
        self._obstacles.bind_interfaces(router)
        return Reinstated() if is_reinstated else Reconfigured()
