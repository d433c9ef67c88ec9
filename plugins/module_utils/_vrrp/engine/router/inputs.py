# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Everything that a transition depends on besides the state, the interfaces and the event."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.constants import PRIORITY_MAX, PRIORITY_MIN, PRIORITY_OWNER
from ...base.slots import slotted
from ...base.units import Nanoseconds
from ...fsm.events import Resign
from ...fsm.parameters import Parameters
from ...model.instance import Instance
from ...model.intent import Intent, IntentKind


@slotted
@dataclass(frozen=True)
class RouterInputs:
    """Settings and circumstances of one router; ``Router.update`` is their only writer.

    ``address`` is the packed primary address, empty while there is none. ``adjustment`` is added
    to the configured priority for what is tracked; ``is_healthy``: nothing that is tracked is
    down, and no part is missing. ``hold_priority`` is the bid of a router whose mastership the
    operator holds, 0 before the first; it counts while the router is healthy. ``deferred`` is the
    resignation that waits for leaving hooks. ``group_preempts``: its sync group preempts.
    ``alias`` is the name of a router that leaves when another one has its own.
    """

    instance: Instance
    intent: Intent
    address: bytes = b""
    adjustment: int = 0
    is_healthy: bool = True
    hold_priority: int = 0
    deferred: Resign | None = None
    in_sync_group: bool = False
    group_preempts: bool = True
    alias: str = ""

    @property
    def name(self) -> str:
        """The name in logs and actions, unique on the host."""
        return self.alias or self.instance.label

    @property
    def tracked_priority(self) -> int:
        """The configured priority with what is tracked: never 0, and 255 only for an owner."""
        if self.instance.is_owner:
            return PRIORITY_OWNER
        return max(PRIORITY_MIN, min(self.instance.priority + self.adjustment, PRIORITY_MAX))

    def effective_priority(self, last_priority: int) -> int:
        """Return the priority to advertise, by the tracked priority and the operator's intent.

        While a resignation is deferred, it stays the ``last_priority`` that was advertised: at a
        lower one, peers would preempt this router before its leaving hooks have ended.
        """
        if self.deferred is not None:
            return last_priority
        if self.intent.kind is IntentKind.BACKUP:
            return PRIORITY_MIN
        if self.holds and not self.instance.is_owner:
            return max(self.tracked_priority, min(self.hold_priority, PRIORITY_MAX))
        return self.tracked_priority

    @property
    def holds(self) -> bool:
        """Whether the operator's hold of mastership is in force: it is a preference among healthy
        hosts.
        """
        return self.intent.kind is IntentKind.MASTER and self.is_healthy

    def preempts(self, priority: int) -> bool:
        """Whether it preempts a master of lower priority; an owner always does (RFC 9568 section
        6.1).
        """
        own = self.group_preempts if self.in_sync_group else self.instance.preempt
        return own or priority == PRIORITY_OWNER

    def parameters(
        self, priority: int, silent_since: Nanoseconds | None, sends: bool
    ) -> Parameters:
        """Return the parameters of the state machine, with the effective priority."""
        instance = self.instance
        return Parameters(
            version=instance.version,
            priority=priority,
            address=self.address,
            advertisement_interval=instance.advertisement_interval,
            preempt=self.preempts(priority),
            announce_delay=instance.announce_delay,
            announce_refresh=instance.announce_refresh,
            down_intervals=instance.down_intervals,
            preempt_delay=instance.preempt_delay,
            startup_delay=instance.startup_delay,
            boot_delay=instance.boot_delay,
            forced_backup=self.intent.forced,
            in_sync_group=self.in_sync_group,
            virtual_mac=instance.virtual_mac,
            sends=sends,
            silent_since=silent_since,
        )
