# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""All virtual routers of a host: packets, links, intents and time become events of single routers.

The engine owns the routers; a router owns its state; the state machine owns the rules. Every
method takes ``now`` (monotonic nanoseconds) and returns the actions on the host, in order.
Nothing here touches a clock, a socket or a file, so the same engine runs in the agent and in the
simulator.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import AbstractSet, Iterator, List, Mapping, Sequence, Tuple

from ..base.constants import AGENT_STOPPING
from ..base.errors import ControlError
from ..base.units import Nanoseconds, earliest
from ..fsm.events import Resign, TimerExpired, Unannounced
from ..fsm.state import Initialize, Purpose
from ..model.command import CommandResult
from ..model.instance import Config
from ..model.intent import Intent, Intents
from ..model.status import EngineStatus
from ..model.tracking import Check
from ..wire.datagram import Datagram
from .actions import AGENT, Action, Results, SocketSpec, interleave
from .announcements import Announcements
from .commands.scheduler import CommandScheduler
from .coordination.demultiplexer import Demultiplexer
from .coordination.failures import Failures
from .coordination.obstacles import Obstacles
from .coordination.participation import Participation, Phase
from .coordination.provisioning import Provisioning
from .coordination.reception import Reception
from .coordination.reconciler import Reconciler
from .coordination.reconfiguration import Reconfiguration
from .coordination.router_set import RouterSet
from .coordination.waiting_packets import WaitingPackets
from .fast_path.fast_path import FastPath
from .fast_path.receive import AnyPacket, CachedPacket, Packet
from .handover import EngineState, check_compatible, peer_takeover_at, refuse_if_busy
from .host.host import Host
from .host.observed import Observed
from .host.reconcile import OwnedAddress
from .replay_numbers import ReplayNumbers
from .router.router import Router
from .state_transfer import StateTransfer
from .status import StatusReport, StatusSources
from .tracking.tracking import Tracking, all_checks

Actions = List[Action]


class Engine:
    """Starts without routers and interfaces, which ``reconfigure`` and ``host_changed`` add.

    ``report`` has the status, ``replay`` the numbers of signatures heard, ``waiting`` what is to be
    known of packets that wait. Another ``fast_path`` than the usual one is for tests.
    """

    def __init__(self, intents: Intents | None = None, fast_path: FastPath | None = None) -> None:
        self._host = Host()
        self._demultiplexer = Demultiplexer()
        self._tracking = Tracking(self._host)
        self._obstacles = Obstacles(self._host, self._tracking)
        self._commands = CommandScheduler(self._tracking)
        self._fast_path = fast_path or FastPath()
        self._announcements = Announcements()
        self._routers = RouterSet(
            intents or Intents(),
            self._host,
            self._commands,
            self._fast_path.timers,
            self._announcements,
        )
        self._participation = Participation(
            self._routers, self._host, self._obstacles, self._tracking
        )
        self._reconfiguration = Reconfiguration(
            self._routers, self._host, self._obstacles, self._participation
        )
        self._provisioning = Provisioning(self._host, self._demultiplexer)
        self._reception = Reception(self._routers, self._demultiplexer)
        self._failures = Failures(
            self._routers, self._host, self._participation, self._provisioning, self._announcements
        )
        self._reconciler = Reconciler(self._routers, self._host)
        sources = StatusSources(self._host, self._tracking, self._commands)
        self.report = StatusReport(self._routers, sources, self._demultiplexer)
        self.replay = ReplayNumbers(self._routers)
        self.waiting = WaitingPackets(self._demultiplexer)
        self._transfer = StateTransfer(
            self._routers, self._host, self._tracking, self._demultiplexer, self._announcements
        )
        self._departing: List[Router] = []
        self._other_deadline: Nanoseconds | None = None

    # --- Questions ---

    @property
    def stopped(self) -> bool:
        """Whether a stop is complete: no router takes part any more, and all hooks have ended."""
        if not (self._participation.phase.is_stopping and self._commands.idle):
            return False
        return all(isinstance(router.state, Initialize) for router in self._routers)

    @property
    def owned_addresses(self) -> AbstractSet[OwnedAddress]:
        """The addresses that the agent has added to the host."""
        return self._host.owned

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time at which ``wakeup`` is next due; None: not before another event."""
        announcements, probes = self._announcements, self._routers.other_masters.probes
        frames = earliest((announcements.next_deadline(), probes.next_deadline()))
        self._other_deadline = earliest((self._commands.next_deadline(), frames, self._repair_at()))
        return self.postponed_deadline()

    def postponed_deadline(self) -> Nanoseconds | None:
        """Return the same, if packets that are repeated have been all that happened since."""
        return earliest((self._fast_path.next_deadline(), self._other_deadline))

    def _repair_at(self) -> Nanoseconds | None:
        if not self._participation.phase.owns_host:
            return None
        return earliest(
            one.next_deadline() for one in (self._host, self._provisioning, self._obstacles)
        )

    def status(self, now: Nanoseconds, wall: datetime) -> EngineStatus:
        """Return all instances, and the counters of packets that belong to none."""
        return self.report.everything(now, wall)

    # --- The host ---

    def host_changed(self, observed: Observed, now: Nanoseconds) -> Actions:
        """Take note of the host as it is after all actions until now; an interface that is missing
        does not exist.
        """
        is_as_expected = self._host.is_as_expected(observed) and self._provisioning.is_complete
        self._host.observe(observed)
        self._provisioning.observed()
        return [] if is_as_expected else self._reevaluate(now)

    def files_changed(self, contents: Mapping[str, str | None], now: Nanoseconds) -> Actions:
        """Take note of the contents of tracked files; None for one that can't be read."""
        return self._tracking_changed(self._tracking.update_files(contents), now)

    def processes_changed(self, counts: Mapping[str, int], now: Nanoseconds) -> Actions:
        """Take note of how many processes run of each selection that is tracked."""
        return self._tracking_changed(self._tracking.update_processes(counts, now), now)

    def command_finished(self, number: int, result: CommandResult, now: Nanoseconds) -> Actions:
        """Take note that the command of a RunCommand has ended, or could not be started."""
        changed = self._commands.script_finished(number, result)
        if changed is not None:
            return self._tracking_changed(changed, now)
        run, actions = self._commands.hook_finished(number, result, now)
        if run is None or not run.ticket:
            return actions
        self._routers.hook_finished(run.router, run.ticket)
        return self._finish(actions, now)

    def address_answered(self, name: str, address: bytes, mac: str, now: Nanoseconds) -> Actions:
        """Take note that another host answers for an address of a router."""
        router = self._routers.get(name)
        if router is None:
            return []
        return self._routers.other_masters.answered(router, address, mac, now)

    def completed(self, results: Results, now: Nanoseconds) -> Actions:
        """Handle the results of performed actions. A router that can't serve, send or receive steps
        down; one whose actions are confirmed goes on.
        """
        if not (results.failures or results.confirmed):
            return []
        actions = self._failures.handle(results.failures, now)
        if AGENT in results.confirmed:
            actions.extend(self._reconciler.confirmed(now))
        return self._finish([*actions, *self._routers.confirmed(results.confirmed, now)], now)

    def performed(self, now: Nanoseconds) -> None:
        """Take note that all actions until now have been performed, also those of failures."""
        self._routers.performed(now)

    def _reevaluate(self, now: Nanoseconds) -> Actions:
        """Reconcile every router with the interfaces, and drop those that have left."""
        self._host.update_links(now)
        moved = self._obstacles.bind_all(self._routers, now)
        actions = [*self._provision(now), *self._reconcile_all(now)]
        for router in moved:
            actions.extend(self._routers.step(router, Unannounced(), now))
        return actions

    def _provision(self, now: Nanoseconds) -> Actions:
        """Return the actions that provide what the routers need in every state."""
        return self._provisioning.provide(self._routers, self._participation.phase.owns_host, now)

    def _tracking_changed(self, checks: AbstractSet[Check], now: Nanoseconds) -> Actions:
        """Evaluate the routers again that depend on one of these."""
        concerned = self._participation.tracking(checks)
        # Retry provisioning: the resource that failed may be available again.
        is_idle = any(isinstance(router.state, Initialize) for router in concerned)
        provided = self._provision(now) if is_idle else []
        return self._finish([*provided, *self._participation.reconsider(concerned, now)], now)

    def _reconcile_all(self, now: Nanoseconds) -> Actions:
        everyone = list(self._routers)
        actions = [*self._reconciler.review(now), *self._participation.reconsider(everyone, now)]
        if self._participation.phase.owns_host:
            actions.extend(self._reconciler.run(now))
        if self._host.repairs.faults:
            actions.extend(self._participation.update_priorities(everyone, now))
        return self._finish(actions, now)

    def _finish(self, actions: Actions, now: Nanoseconds) -> Actions:
        """Add the consequences of these actions for sync groups and for routers that stopped."""
        settled = self._participation.settle_groups(now)
        retried = self._participation.retry_stopped(now)
        return [*actions, *settled, *retried, *self._drop_retired(now)]

    def _drop_retired(self, now: Nanoseconds) -> Actions:
        gone = [one for one in self._departing if one.retired and isinstance(one.state, Initialize)]
        if not gone:
            return []
        self._departing = [one for one in self._departing if one not in gone]
        self._routers.replace_all({one.name: one for one in self._routers if one not in gone})
        return self._provision(now)

    # --- Time ---

    def wakeup(self, now: Nanoseconds, due_by: Nanoseconds | None = None) -> Actions:
        """Handle every deadline that has passed, those of backups that had by ``due_by``."""
        actions = [*self.advertise(now), *self._commands.run_due(now)]
        for number, result in self._commands.timed_out(now):
            actions.extend(self.command_finished(number, result, now))
        settled = self._tracking.settle(now)
        if settled:
            actions.extend(self._tracking_changed(settled, now))
        repair_at = self._repair_at()
        if repair_at is not None and repair_at <= now:
            actions.extend(self._reevaluate(now))
        repeated, routers = self._fast_path.pop_due(now if due_by is None else due_by)
        actions.extend(repeated)
        actions.extend(self._routers_due(routers, now))
        actions.extend(self._announcements.due(now))
        actions.extend(self._routers.other_masters.probes.due(now))
        return actions

    def advertise(self, now: Nanoseconds) -> Actions:
        """Send what masters are to send by now: it does not depend on what they hear meanwhile."""
        repeated, masters = self._fast_path.pop_due(now, masters_only=True)
        return [*repeated, *self._routers_due(masters, now)]

    def _routers_due(self, routers: Sequence[Router], now: Nanoseconds) -> Actions:
        if not routers:
            return []
        actions = interleave([self._router_due(router, now) for router in routers])
        return self._finish(actions, now)

    def _router_due(self, router: Router, now: Nanoseconds) -> Actions:
        before = router.state
        if isinstance(before, Initialize):
            actions = self._provision(now)
            actions.extend(self._participation.retry_start(router, now))
            if self._participation.may_start(router):
                self._fast_path.timers.schedule(router)
        else:
            actions = self._routers.step(router, TimerExpired(), now)
            self._fast_path.join_slot(router, before, actions)
        return actions

    # --- Packets ---

    def unmatched_packets(
        self, spec: SocketSpec, packets: Sequence[AnyPacket], times: Sequence[Nanoseconds]
    ) -> Iterator[AnyPacket]:
        """Yield those packets that ``receive_datagram`` has to handle; the others only refresh a
        deadline. ``times`` are their arrivals.

        Each packet identifies everything the receive checks depend on. Perform the actions for one
        packet before requesting the next.
        """
        return self._fast_path.unmatched(spec, packets, times)

    def receive_datagram(
        self, spec: SocketSpec, datagram: Datagram, now: Nanoseconds, packet: Packet = None
    ) -> Actions:
        """Handle a datagram of protocol 112 that arrived at a socket.

        With the ``packet`` that it was parsed from, the fast path can recognise it the next time.
        """
        received = self._reception.receive(spec, datagram, now)
        if received is None or not received.is_accepted:
            return received.actions if received else []
        actions = self._finish(received.actions, now)
        if packet is not None and not actions and received.may_repeat:
            cached = CachedPacket(spec, packet, datagram.source, received.counter_names)
            self._fast_path.learn(received.router, received.before, cached, now)
        return actions

    # --- The operator ---

    def set_intent(self, name: str | None, intent: Intent, now: Nanoseconds) -> Tuple[int, Actions]:
        """Set the intent of an instance, and of all that moves with it; of all for no name.

        Returns the number of the change, by which a client follows its outcome. Raises ControlError
        when it can't be done.
        """
        number, actions = self._routers.set_intent(name, intent, now)
        return number, self._finish(actions, now)

    def check_intent(self, name: str | None, intent: Intent) -> List[str]:
        """Return the labels of all instances that ``set_intent`` would change, or raise the error
        that it would.
        """
        return [router.name for router in self._routers.check_intent(name, intent)]

    # --- Configuration ---

    def reconfigure(self, config: Config, now: Nanoseconds) -> Actions:
        """Apply a new configuration; a master stays master wherever that is possible."""
        actions, self._departing = self._reconfiguration.apply(config, now)
        self._obstacles.routers_changed(self._routers)
        return [*actions, *self._start_tracking(now), *self._reevaluate(now)]

    def _start_tracking(self, now: Nanoseconds) -> Actions:
        if not self._participation.phase.owns_host:
            return []  # The old process still tracks.
        targets = self._tracking.set_checks(all_checks(self._routers), now)
        has_hooks = any(router.instance.hooks for router in self._routers)
        return [replace(targets, has_hooks=has_hooks), *self._commands.run_due(now)]

    def stop(self, now: Nanoseconds, cause: str = AGENT_STOPPING) -> Actions:
        """Stop: masters resign and serve until a successor is heard; see ``stopped``."""
        if not self._participation.phase.owns_host:
            self._participation.phase = Phase.ABANDONED
            return []
        self._participation.phase = Phase.STOPPING
        resign = Resign(Purpose.STOP, cause)
        return [action for one in self._routers for action in self._routers.step(one, resign, now)]

    # --- Handover to another process ---

    def enter_standby(self) -> None:
        """Let no router take part, and touch no address: another process still serves."""
        self._participation.phase = Phase.STANDBY

    def refuse_export(self) -> None:
        """Raise ControlError while something is under way that only this process can finish."""
        if self._participation.phase.is_stopping:
            raise ControlError("busy", AGENT_STOPPING)
        refuse_if_busy(self._routers)
        if not self._commands.idle:
            raise ControlError("busy", "a hook is still running; try again when it has ended")
        if self._obstacles.next_deadline() is not None:
            raise ControlError("busy", "an interface has just lost its address; try again")

    def export_state(self) -> EngineState:
        """Return the state for a new process; no event may happen to this engine afterwards.

        Raises ControlError as ``refuse_export`` does.
        """
        self.refuse_export()
        return self._transfer.export()

    def peer_takeover_at(self) -> Nanoseconds | None:
        """The time until which a master has to advertise before a peer takes over; None while no
        router is master.
        """
        return earliest(peer_takeover_at(one) for one in self._routers)

    def import_state(self, state: EngineState, intents: Intents, now: Nanoseconds) -> Actions:
        """Import the state and the intents of another process with the same configuration.

        Raises ControlError, and changes nothing, where that is not possible.
        """
        if self._participation.phase.is_stopping:
            raise ControlError("busy", "the new process is stopping")
        check_compatible(self._routers, state)
        self._participation.phase = Phase.RUNNING
        actions = self._start_tracking(now)
        timers = self._fast_path.timers
        self._transfer.restore(state, intents, self._participation, timers, now)
        return [*actions, *self._reevaluate(now)]
