# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The status of the host's virtual routers as plain values, ready for JSON."""

from __future__ import annotations

from datetime import datetime
from typing import AbstractSet, Dict, List, NamedTuple

from ..base.constants import PRIORITY_RESIGN
from ..base.errors import unknown_instance
from ..base.units import Nanoseconds, to_seconds, to_wall_time, wall_time_text
from ..fsm.state import Peer
from ..model.describe import describe_settings
from ..model.family import text
from ..model.intent import Intent, IntentChange
from ..model.status import (
    EngineStatus,
    InstanceStatus,
    IntentChangeStatus,
    IntentStatus,
    MasterStatus,
    ProblemStatus,
)
from .commands.scheduler import CommandScheduler
from .coordination.demultiplexer import Demultiplexer
from .coordination.router_set import RouterSet
from .host.host import Host
from .router.router import Router
from .tracking.tracking import Tracking


class StatusSources(NamedTuple):
    """The objects that know what a router does not: its checks, its hooks, what it lacks."""

    host: Host
    tracking: Tracking
    commands: CommandScheduler


class StatusReport:
    """The instances of a host, as the status shows them one by one."""

    def __init__(
        self, routers: RouterSet, sources: StatusSources, demultiplexer: Demultiplexer
    ) -> None:
        self._routers = routers
        self._sources = sources
        self._demultiplexer = demultiplexer

    @property
    def counters(self) -> Dict[str, int]:
        """The counters of packets that belong to no instance."""
        return dict(self._demultiplexer.counters)

    @property
    def host_intent(self) -> Intent:
        """The operator's intent for the host as a whole."""
        return self._routers.host_intent

    def labels(self, names: AbstractSet[str] | None = None) -> List[str]:
        """Return the labels of the instances with these names, of all for None.

        Raises ControlError ``unknown_instance``.
        """
        if names is not None:
            known = {router.instance.name for router in self._routers}
            if not names <= known:
                raise unknown_instance(sorted(names - known), sorted(known))
        return [
            router.name
            for router in self._routers
            if names is None or router.instance.name in names
        ]

    def changed_by(self, number: int) -> List[str]:
        """Return the labels of the instances that a change of intent concerns, by its number."""
        changes = ((router.name, router.intent_change) for router in self._routers)
        return [label for label, change in changes if change and change.number == number]

    def everything(self, now: Nanoseconds, wall: datetime) -> EngineStatus:
        """Return the status of all instances at ``now``, whose time of day is ``wall``."""
        shown = (self.instance(label, now, wall) for label in self.labels())
        return {
            "instances": [one for one in shown if one is not None],
            "counters": self.counters,
        }

    def instance(self, label: str, now: Nanoseconds, wall: datetime) -> InstanceStatus | None:
        """Return the status of one instance at ``now``, whose time of day is ``wall``; None when
        there is none of that label.
        """
        router = self._routers.get(label)
        return None if router is None else router_status(router, self._sources, now, wall)


def router_status(
    router: Router, sources: StatusSources, now: Nanoseconds, wall: datetime
) -> InstanceStatus:
    """Return the status of one instance; ``wall`` is the time of day at ``now``."""
    instance = router.instance
    return {
        "name": instance.name,
        "label": router.name,
        "leaving": router.retired,
        "interface": instance.interface,
        "family": instance.family.label,
        "vrid": instance.vrid,
        "version": instance.version,
        "state": router.state_name,
        "reason": router.state.reason,
        **intent_status(router.intent),
        "intent_change": _change(router.intent_change),
        "priority": instance.priority,
        "effective_priority": router.effective_priority,
        "preempt": router.preempts,
        "advertisement_interval": to_seconds(instance.advertisement_interval),
        "address": text(router.address) if router.address else None,
        "addresses": [str(address) for address in instance.addresses],
        "sync_group": instance.sync_group or None,
        "degraded": [
            {
                "part": str(part),
                "reason": fault.text,
                "since": to_wall_time(fault.since, now, wall),
            }
            for part, fault in sources.host.missing(router.wanted)
        ],
        "problems": _problems(router, now, wall),
        "tracked": sources.tracking.tracked_status(instance.tracked),
        "hooks": sources.commands.hook_status(router),
        "settings": describe_settings(instance),
        "master": _master(router.master),
        "since": to_wall_time(router.since, now, wall),
        "seconds_in_state": to_seconds(now - router.since),
        "transitions": router.transitions.total,
        "transition_counts": router.transitions.export(),
        "counters": dict(sorted(router.counters.items())),
    }


def intent_status(intent: Intent) -> IntentStatus:
    """Return an intent as the status shows it."""
    origin = intent.origin
    return {
        "intent": intent.kind.value,
        "intent_forced": intent.forced,
        "intent_since": None if origin is None else wall_time_text(origin.at),
        "intent_by": None if origin is None else origin.by,
    }


def _problems(router: Router, now: Nanoseconds, wall: datetime) -> List[ProblemStatus]:
    return [
        {
            "problem": one.subject,
            "peer": text(one.peer),
            "text": one.text,
            "since": to_wall_time(one.since, now, wall),
        }
        for one in router.problems.at(now)
    ]


def _master(peer: Peer | None) -> MasterStatus | None:
    if peer is None or peer.priority == PRIORITY_RESIGN:
        return None
    return {
        "address": text(peer.address),
        "priority": peer.priority,
        "advertisement_interval": to_seconds(peer.advertisement_interval),
    }


def _change(change: IntentChange | None) -> IntentChangeStatus | None:
    if change is None:
        return None
    return {
        "number": change.number,
        "intent": change.intent.kind.value,
        "outcome": change.outcome.value,
        "message": change.message,
    }
