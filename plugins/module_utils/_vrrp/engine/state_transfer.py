# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The whole state of the engine, from the one process to the next."""

from __future__ import annotations

from ..base.units import Nanoseconds
from ..fsm.state import Master
from ..model.intent import Intents
from .announcements import Announcements
from .coordination.demultiplexer import Demultiplexer
from .coordination.participation import Participation
from .coordination.router_set import RouterSet
from .handover import EngineState, export_router, import_router
from .host.host import Host
from .timer_queue import TimerQueue
from .tracking.tracking import Tracking


class StateTransfer:
    """Exports all that an engine knows, and restores it in another one."""

    def __init__(
        self,
        routers: RouterSet,
        host: Host,
        tracking: Tracking,
        demultiplexer: Demultiplexer,
        announcements: Announcements,
    ) -> None:
        self._routers = routers
        self._host = host
        self._tracking = tracking
        self._demultiplexer = demultiplexer
        self._announcements = announcements

    def export(self) -> EngineState:
        """Return the state for a new process."""
        return {
            "routers": {one.name: export_router(one) for one in self._routers},
            "tracked": self._tracking.export(),
            "counters": dict(self._demultiplexer.counters),
            "owned": [(index, one.hex(), length) for index, one, length in self._host.owned],
            "announcements": self._announcements.export(),
            "probes": self._routers.other_masters.probes.export(),
            "links": self._host.link_states.export(),
        }

    def restore(
        self,
        state: EngineState,
        intents: Intents,
        participation: Participation,
        timers: TimerQueue,
        now: Nanoseconds,
    ) -> None:
        """Restore the state of another process with the same configuration, and the intents."""
        self._demultiplexer.counters.update(state["counters"])
        self._tracking.restore(state["tracked"])
        self._routers.import_intents(intents)
        self._host.restore_owned(
            (index, bytes.fromhex(one), length) for index, one, length in state["owned"]
        )
        self._announcements.restore(state["announcements"])
        self._host.link_states.restore(state["links"])
        self._routers.other_masters.probes.restore(
            state["probes"], {one.name: one for one in self._routers}
        )
        for router in self._routers:
            participation.update_priority(router, now)
            import_router(router, state["routers"][router.name])
            if isinstance(router.state, Master):
                self._host.desired.want(router.name, router.wanted)
            timers.schedule(router)
