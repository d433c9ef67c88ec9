# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""All virtual routers of a host: packets, links, wishes and time become events of single routers.

The engine owns the routers; a router owns its state; the state machine owns the rules. Every
method takes ``now`` (monotonic nanoseconds) and returns what is to be done on the host, in order.
Nothing here touches a clock, a socket or a file, so the same engine runs in the agent and in the
simulator. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from ..base.errors import ControlError
from ..base.units import Nanoseconds, earliest
from ..fsm.events import (
    Heard,
    Interrupted,
    Reconfigured,
    Replaced,
    Resign,
    TimerExpired,
)
from ..fsm.state import Initialize, Master, Peer, Purpose, Resigning
from ..model.command import CommandResult
from ..model.instance import Config, Instance
from ..model.intent import Intent
from ..wire.datagram import Datagram, DropReason, ReceiveContext
from ..wire.receive import receive
from .actions import (
    Action,
    Install,
    Log,
    OpenSockets,
    Provision,
    SaveIntents,
    SaveRecoveries,
    Send,
    SocketSpec,
    interleave,
)
from .commands.scheduler import CommandScheduler
from .coordination.config_diff import can_update_in_place, diff_config
from .coordination.intents import CLAIM, is_newer_claim, may_claim_from, raise_hold_priority
from .coordination.obstacles import DemuxTable, Obstacles, affected_routers, all_checks
from .coordination.participation import Participation
from .coordination.router_set import RouterSet
from .coordination.sync_groups import group_decisions
from .fast_path.fast_path import AnyPacket, CachedPacket, FastPath, Packet
from .handover import HandoverState, check_compatible, export_router, import_router
from .host.links import Links
from .router.receive_stats import anomalies, count_accepted, count_discarded, counters_for
from .router.router import Router
from .status import router_status
from .tracking import Tracking

Actions = List[Action]


class Engine:
    """Starts with no routers and no links; ``reconfigure`` and ``links_changed`` bring them."""

    def __init__(self, intents: Mapping[str, Intent] | None = None) -> None:
        self._demux: DemuxTable = {}
        self._tracking = Tracking()
        self._obstacles = Obstacles(self._tracking)
        self._commands = CommandScheduler(self._tracking)
        self._fast_path = FastPath()
        self._routers = RouterSet(intents or {}, self._commands, self._fast_path.timers)
        self._participation = Participation(self._routers, self._obstacles, self._tracking)
        self._departing: List[Router] = []
        self._unmatched_counters: Dict[str, int] = {"unknown_vrid": 0, "truncated": 0}

    # --- Questions ---

    @property
    def stopped(self) -> bool:
        """Whether a stop is complete: no router takes part any more, and all hooks have run."""
        if not self._participation.is_closed or not self._commands.idle:
            return False
        return all(isinstance(router.state, Initialize) for router in self._routers)

    def next_deadline(self) -> Nanoseconds | None:
        """When ``wakeup`` has to be called next; None: not before something else happens."""
        return earliest((self._fast_path.timers.next_deadline(), self._commands.next_deadline()))

    def status(self, now: Nanoseconds, wall: datetime) -> Dict[str, Any]:
        """All instances and the counters that belong to none, as plain values."""
        return {
            "instances": [
                router_status(router, self._tracking, self._commands, now, wall)
                for router in self._routers
            ],
            "counters": dict(self._unmatched_counters),
        }

    # --- The host ---

    def links_changed(self, links: Links, now: Nanoseconds) -> Actions:
        """The interfaces are now these. Complete: what is missing does not exist."""
        self._obstacles.links_changed(links)
        return self._reevaluate(now)

    def files_changed(self, contents: Mapping[str, str | None], now: Nanoseconds) -> Actions:
        """Tracked files hold these texts now; None for one that can't be read."""
        self._tracking.update_files(contents)
        return self._tracking_changed(now)

    def processes_changed(self, counts: Mapping[str, int], now: Nanoseconds) -> Actions:
        """So many processes run of each tracked name."""
        self._tracking.update_processes(counts)
        return self._tracking_changed(now)

    def command_finished(self, number: int, result: CommandResult, now: Nanoseconds) -> Actions:
        """The command of a Run has ended, or could not be run."""
        changed = self._commands.script_finished(number, result)
        if changed is not None:
            return self._tracking_changed(now) if changed else []
        run, actions = self._commands.hook_finished(number, result, now)
        if run is None or not run.ticket:
            return actions
        self._routers.hook_finished(run.router, run.ticket)
        return [*actions, *self._settle_groups(now)]

    def failed(self, action: Action, error: str, now: Nanoseconds) -> Actions:
        """The kernel refused an action. A router that can't serve, speak or hear steps down."""
        actions: Actions = []
        if isinstance(action, (SaveIntents, SaveRecoveries)):
            actions.append(Log("agent", error))
        if isinstance(action, SaveRecoveries):
            self._obstacles.recoveries_not_saved()
        for router in affected_routers(action, self._routers, self._demux):
            actions.append(Log(router.name, error))
            if (
                isinstance(action, Send)
                and router.record_send_failure() < router.instance.down_intervals
            ):
                continue  # Its peers don't believe it dead yet.
            if isinstance(action, (OpenSockets, Provision, Send, Install)):
                # A router that has only just become master has not said so: it never served.
                served = now - router.since >= router.instance.advertisement_interval
                notify = served and not isinstance(action, OpenSockets)
                interrupted = Interrupted(error, retry=True, notify_peers=notify)
                actions.extend(self._routers.step(router, interrupted, now))
        return [*actions, *self._settle_groups(now), *self._drop_retired()]

    def _reevaluate(self, now: Nanoseconds) -> Actions:
        """Bring every router in line with the interfaces, and forget those that have left."""
        for router in self._routers:
            self._obstacles.bind_interfaces(router)
        return [*self._provision(), *self._reconcile_all(now)]

    def _provision(self) -> Actions:
        """Have on the host what the routers need whatever their state."""
        routers = list(self._routers)
        self._demux = self._obstacles.demux_table(routers)
        listen = OpenSockets(frozenset(self._demux))
        equipped: Actions = [self._obstacles.provision(routers), listen]
        if self._participation.is_suspended:
            return equipped  # What has to be cleaned up is not ours yet.
        return [*equipped, *self._obstacles.save_recoveries(routers)]

    def _tracking_changed(self, now: Nanoseconds) -> Actions:
        """Something was seen on which routers may depend."""
        # What could not be had when one of them left may be had by now.
        is_idle = any(isinstance(router.state, Initialize) for router in self._routers)
        return [*(self._provision() if is_idle else ()), *self._reconcile_all(now)]

    def _reconcile_all(self, now: Nanoseconds) -> Actions:
        actions: Actions = []
        for router in self._routers:
            actions.extend(self._participation.update_priority(router, now))
        for router in self._routers:
            actions.extend(self._participation.reconcile(router, now))
        return [*actions, *self._settle_groups(now), *self._drop_retired()]

    def _drop_retired(self) -> Actions:
        gone = [one for one in self._departing if one.retired and isinstance(one.state, Initialize)]
        if not gone:
            return []
        self._departing = [one for one in self._departing if one not in gone]
        self._routers.replace_all({one.name: one for one in self._routers if one not in gone})
        return self._provision()

    # --- Time ---

    def wakeup(self, now: Nanoseconds) -> Actions:
        """Let every deadline that has passed have its effect."""
        actions = self._commands.run_scripts(now)
        for number, result in self._commands.timed_out(now):
            actions.extend(self.command_finished(number, result, now))
        spoken, routers = self._fast_path.pop_due(now)
        actions.extend(spoken)
        if not routers:
            return actions
        actions.extend(interleave([self._router_due(router, now) for router in routers]))
        return [*actions, *self._settle_groups(now), *self._drop_retired()]

    def _router_due(self, router: Router, now: Nanoseconds) -> Actions:
        before = router.state
        if isinstance(before, Initialize):
            actions = self._provision()
            actions.extend(self._participation.retry_start(router, now))
            if self._participation.may_start(router):
                self._fast_path.timers.schedule(router)
        else:
            actions = self._routers.step(router, TimerExpired(), now)
            self._fast_path.join_slot(router, before, actions)
        # Who has left may have done so for a cause that is over.
        if isinstance(router.state, Initialize) and router.deadline is None:
            actions.extend(self._participation.retry_start(router, now))
        return actions

    def _settle_groups(self, now: Nanoseconds) -> Actions:
        """Let go who has waited long enough, and bring each sync group to one mind."""
        actions = self._routers.release_deferred(now)
        for name, members in self._routers.groups.items():
            idle = [isinstance(one.state, Initialize) for one in members]
            if any(idle) and not all(idle):
                for router in members:
                    actions.extend(self._participation.reconcile(router, now))
            for router, event in group_decisions(name, members):
                actions.extend(self._routers.step(router, event, now))
        return actions

    # --- Packets ---

    def unmatched_packets(
        self, ear: SocketSpec, packets: Sequence[AnyPacket], times: Sequence[Nanoseconds]
    ) -> Iterator[AnyPacket]:
        """The packets that ``datagram`` has to see, of those that arrived at these times; what is
        heard again is taken note of.

        Each stands for all of a datagram that the checks look at. What follows from one has to be
        done before the next is asked for.
        """
        return self._fast_path.unmatched(ear, packets, times)

    def receive_datagram(
        self, ear: SocketSpec, datagram: Datagram, now: Nanoseconds, packet: Packet = None
    ) -> Actions:
        """Something arrived for protocol 112 at an ear of ours.

        If it was one of ``unfamiliar`` it may not be the next time.
        """
        vrid = datagram.vrid
        if vrid is None:
            self._unmatched_counters["truncated"] += 1
            return []
        router = self._demux.get(ear, {}).get(vrid)
        if router is None:
            self._unmatched_counters["unknown_vrid"] += 1
            return []
        heard = receive(
            datagram, ReceiveContext(router.instance, router.address, router.replay_guard)
        )
        if isinstance(heard, DropReason):
            return [*count_discarded(router, datagram, heard, now)]
        before, counted = router.state, counters_for(router, datagram, heard)
        told = count_accepted(router, datagram, counted, now)
        peer = Peer(datagram.source, heard.priority, heard.interval)
        actions = [
            *told,
            *self._advertisement_received(router, peer, now),
            *self._settle_groups(now),
        ]
        actions.extend(self._drop_retired())
        if packet is not None and not actions and not anomalies(counted):
            self._fast_path.learn(router, before, CachedPacket(ear, packet, counted), now)
        return actions

    def _advertisement_received(self, router: Router, peer: Peer, now: Nanoseconds) -> Actions:
        actions = (
            self._routers.release_hold(router, peer) if is_newer_claim(router, peer, now) else []
        )
        raise_hold_priority(router, peer)
        actions.extend(self._routers.step(router, Heard(peer), now))
        if may_claim_from(router, peer):
            for mate in self._routers.group_members(router) or [router]:
                actions.extend(self._routers.step(mate, CLAIM, now))
        return actions

    # --- The operator ---

    def set_intent(self, name: str, intent: Intent, now: Nanoseconds) -> Tuple[int, Actions]:
        """Want something of an instance, and of all that moves with it.

        Raises ControlError when it can't be. A drain under way and its failure can be followed by
        the number of the change.
        """
        number, actions = self._routers.set_intent(name, intent, now)
        return number, [*actions, *self._settle_groups(now)]

    # --- Configuration ---

    def reconfigure(self, config: Config, now: Nanoseconds) -> Actions:
        """Take another configuration; a master stays master wherever that is possible."""
        actions: Actions = []
        plan = diff_config(self._routers, config)
        routers = {one.name: one for one in plan.leavers}
        self._departing = list(plan.leavers)
        for router in plan.leavers:
            router.retired = True
            left = Resign(Purpose.STOP, "left the configuration")
            actions.extend(self._routers.step(router, left, now))
        for instance, heir in plan.heirs:
            routers[instance.label], done = self._match(instance, heir, now)
            actions.extend(done)
        self._routers.replace_all(routers)
        self._obstacles.routers_changed(self._routers)
        return [*actions, *self._start_tracking(now), *self._reevaluate(now)]

    def _start_tracking(self, now: Nanoseconds) -> Actions:
        if self._participation.is_suspended:
            return []  # The agent before still does.
        observe = self._tracking.set_checks(all_checks(self._routers), now)
        return [observe, *self._commands.run_scripts(now)]

    def _match(
        self, instance: Instance, router: Router | None, now: Nanoseconds
    ) -> Tuple[Router, Actions]:
        """The router of an instance: the one that is there with other settings, or a new one."""
        actions: Actions = []
        if router is not None and not can_update_in_place(router, instance):
            actions = self._routers.step(router, Replaced("the configuration moved it"), now)
            router = None
        if router is None:
            return Router(instance, self._routers.intent_of(instance.name), now), actions
        if router.instance != instance or router.retired:
            actions = self._change_settings(router, instance, now)
        return router, actions

    def _change_settings(self, router: Router, instance: Instance, now: Nanoseconds) -> Actions:
        """Give a router that stays other settings."""
        if router.retired and not self._participation.is_closed:
            router.retired, router.deferred = False, None
        if router.name != instance.label:
            router.awaited_hook = 0  # The hooks will tell of their end under the old name.
        actions = router.replace_instance(instance)
        self._obstacles.bind_interfaces(router)
        return [*actions, *self._routers.step(router, Reconfigured(), now)]

    def stop(self, now: Nanoseconds, cause: str = "the agent is stopping") -> Actions:
        """Leave: masters resign and serve until a successor is heard; see ``stopped``."""
        self._participation.is_closed = True
        resign = Resign(Purpose.STOP, cause)
        return [action for one in self._routers for action in self._routers.step(one, resign, now)]

    # --- Another agent goes on ---

    def enter_standby(self) -> None:
        """Let nobody take part, and touch no address: another agent is still at it."""
        self._participation.is_suspended = True

    def export_state(self) -> HandoverState:
        """What another agent needs to go on from here; nothing may happen to this one after.

        Raises ControlError while something is under way that only this agent can bring to its end.
        """
        if self._participation.is_closed:
            raise ControlError("busy", "the agent is stopping")
        for router in self._routers:
            if router.deferred or router.retired or isinstance(router.state, Resigning):
                raise ControlError("busy", f"{router.name} is about to hand over")
        if not self._commands.idle:
            raise ControlError("busy", "a hook has not ended yet")
        routers = {one.name: export_router(one) for one in self._routers}
        counters = dict(self._unmatched_counters)
        return {"routers": routers, "tracked": self._tracking.export(), "counters": counters}

    def peer_takeover_at(self) -> Nanoseconds | None:
        """For how long nothing has to be sent before a peer takes this host for dead."""
        masters = [one for one in self._routers if isinstance(one.state, Master)]
        return earliest(one.peer_takeover_at for one in masters)

    def import_state(
        self, estate: HandoverState, intents: Mapping[str, Intent], now: Nanoseconds
    ) -> Actions:
        """Go on where another agent with the same configuration left off; ``intents`` are its.

        Raises ControlError, and changes nothing, where that is not possible.
        """
        if self._participation.is_closed:
            raise ControlError("busy", "the new process was told to stop")
        check_compatible(self._routers, estate)
        self._participation.is_suspended = False
        actions = self._start_tracking(now)
        self._unmatched_counters.update(estate["counters"])
        self._tracking.restore(estate["tracked"])
        self._routers.import_intents(intents)
        for router in self._routers:
            self._participation.update_priority(router, now)
            import_router(router, estate["routers"][router.name])
            self._fast_path.timers.schedule(router)
        return [*actions, *self._reevaluate(now)]
