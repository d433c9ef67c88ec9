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
from ..wire.datagram import Datagram, DropReason, Listener
from ..wire.receive import receive
from .actions import (
    Action,
    Ear,
    Furnish,
    Install,
    KeepIntents,
    KeepRecovery,
    Listen,
    Note,
    Send,
    step_by_step,
)
from .commands.scheduler import Errands
from .coordination.config_diff import continues, succession
from .coordination.intents import CLAIM, claims_from, is_superseded, outbid
from .coordination.obstacles import Places, Premises, checks_of, concerned
from .coordination.participation import Attendance
from .coordination.router_set import Crew
from .coordination.sync_groups import decisions
from .fast_path.fast_path import AnyPacket, Packet, Sighting, Steady
from .handover import Estate, give_to, left_by, refuse_unfit
from .host.links import Links
from .router.receive_stats import count_accepted, count_discarded, counters_of, oddities
from .router.router import Router
from .status import report
from .tracking import Tracking

Actions = List[Action]


class Engine:
    """Starts with no routers and no links; ``reconfigure`` and ``links_changed`` bring them."""

    def __init__(self, intents: Mapping[str, Intent] | None = None) -> None:
        self._places: Places = {}
        self._tracking = Tracking()
        self._premises = Premises(self._tracking)
        self._errands = Errands(self._tracking)
        self._steady = Steady()
        self._crew = Crew(intents or {}, self._errands, self._steady.agenda)
        self._attendance = Attendance(self._crew, self._premises, self._tracking)
        self._leavers: List[Router] = []
        self._unknown: Dict[str, int] = {"unknown_vrid": 0, "truncated": 0}

    # --- Questions ---

    @property
    def stopped(self) -> bool:
        """Whether a stop is complete: no router takes part any more, and all hooks have run."""
        if not self._attendance.is_closed or not self._errands.idle:
            return False
        return all(isinstance(router.state, Initialize) for router in self._crew)

    def next_deadline(self) -> Nanoseconds | None:
        """When ``wakeup`` has to be called next; None: not before something else happens."""
        return earliest((self._steady.agenda.next(), self._errands.next_deadline()))

    def status(self, now: Nanoseconds, wall: datetime) -> Dict[str, Any]:
        """All instances and the counters that belong to none, as plain values."""
        return {
            "instances": [
                report(router, self._tracking, self._errands, now, wall) for router in self._crew
            ],
            "counters": dict(self._unknown),
        }

    # --- The host ---

    def links_changed(self, links: Links, now: Nanoseconds) -> Actions:
        """The interfaces are now these. Complete: what is missing does not exist."""
        self._premises.links_changed(links)
        return self._look_around(now)

    def saw_files(self, contents: Mapping[str, str | None], now: Nanoseconds) -> Actions:
        """Tracked files hold these texts now; None for one that can't be read."""
        self._tracking.saw_files(contents)
        return self._reconsider(now)

    def saw_processes(self, counts: Mapping[str, int], now: Nanoseconds) -> Actions:
        """So many processes run of each tracked name."""
        self._tracking.saw_processes(counts)
        return self._reconsider(now)

    def command_finished(self, number: int, result: CommandResult, now: Nanoseconds) -> Actions:
        """The command of a Run has ended, or could not be run."""
        changed = self._errands.script_finished(number, result)
        if changed is not None:
            return self._reconsider(now) if changed else []
        run, actions = self._errands.hook_finished(number, result, now)
        if run is None or not run.farewell:
            return actions
        self._crew.hook_ended(run.router, run.farewell)
        return [*actions, *self._settle(now)]

    def failed(self, action: Action, error: str, now: Nanoseconds) -> Actions:
        """The kernel refused an action. A router that can't serve, speak or hear steps down."""
        actions: Actions = []
        if isinstance(action, (KeepIntents, KeepRecovery)):
            actions.append(Note("agent", error))
        if isinstance(action, KeepRecovery):
            self._premises.recovery_not_kept()
        for router in concerned(action, self._crew, self._places):
            actions.append(Note(router.name, error))
            if (
                isinstance(action, Send)
                and router.failed_to_send() < router.instance.down_intervals
            ):
                continue  # Its peers don't believe it dead yet.
            if isinstance(action, (Listen, Furnish, Send, Install)):
                # A router that has only just become master has not said so: it never served.
                told = now - router.since >= router.instance.advertisement_interval
                deaf = isinstance(action, Listen)
                interrupted = Interrupted(error, retry=True, tell=told and not deaf)
                actions.extend(self._crew.step(router, interrupted, now))
        return [*actions, *self._settle(now), *self._forget_retired()]

    def _look_around(self, now: Nanoseconds) -> Actions:
        """Bring every router in line with the interfaces, and forget those that have left."""
        for router in self._crew:
            self._premises.attach(router)
        return [*self._equip(), *self._judge(now)]

    def _equip(self) -> Actions:
        """Have on the host what the routers need whatever their state."""
        routers = list(self._crew)
        self._places = self._premises.places(routers)
        listen = Listen(frozenset(self._places))
        equipped: Actions = [self._premises.furnish(routers), listen]
        if self._attendance.is_suspended:
            return equipped  # What has to be cleaned up is not ours yet.
        return [*equipped, *self._premises.keep_recovery(routers)]

    def _reconsider(self, now: Nanoseconds) -> Actions:
        """Something was seen on which routers may depend."""
        # What could not be had when one of them left may be had by now.
        is_idle = any(isinstance(router.state, Initialize) for router in self._crew)
        return [*(self._equip() if is_idle else ()), *self._judge(now)]

    def _judge(self, now: Nanoseconds) -> Actions:
        actions: Actions = []
        for router in self._crew:
            actions.extend(self._attendance.weigh(router, now))
        for router in self._crew:
            actions.extend(self._attendance.bring_in_line(router, now))
        return [*actions, *self._settle(now), *self._forget_retired()]

    def _forget_retired(self) -> Actions:
        gone = [one for one in self._leavers if one.retired and isinstance(one.state, Initialize)]
        if not gone:
            return []
        self._leavers = [one for one in self._leavers if one not in gone]
        self._crew.consist_of({one.name: one for one in self._crew if one not in gone})
        return self._equip()

    # --- Time ---

    def wakeup(self, now: Nanoseconds) -> Actions:
        """Let every deadline that has passed have its effect."""
        actions = self._errands.run_scripts(now)
        for number, result in self._errands.overdue(now):
            actions.extend(self.command_finished(number, result, now))
        spoken, routers = self._steady.due(now)
        actions.extend(spoken)
        if not routers:
            return actions
        actions.extend(step_by_step([self._wake(router, now) for router in routers]))
        return [*actions, *self._settle(now), *self._forget_retired()]

    def _wake(self, router: Router, now: Nanoseconds) -> Actions:
        before = router.state
        if isinstance(before, Initialize):
            actions = self._equip()
            actions.extend(self._attendance.try_again(router, now))
            if self._attendance.may_start(router):
                self._steady.agenda.note(router)
        else:
            actions = self._crew.step(router, TimerExpired(), now)
            self._steady.join_beat(router, before, actions)
        # Who has left may have done so for a cause that is over.
        if isinstance(router.state, Initialize) and router.deadline is None:
            actions.extend(self._attendance.try_again(router, now))
        return actions

    def _settle(self, now: Nanoseconds) -> Actions:
        """Let go who has waited long enough, and bring each sync group to one mind."""
        actions = self._crew.let_go(now)
        for name, members in self._crew.groups.items():
            idle = [isinstance(one.state, Initialize) for one in members]
            if any(idle) and not all(idle):
                for router in members:
                    actions.extend(self._attendance.bring_in_line(router, now))
            for router, event in decisions(name, members):
                actions.extend(self._crew.step(router, event, now))
        return actions

    # --- Packets ---

    def unfamiliar(
        self, ear: Ear, packets: Sequence[AnyPacket], times: Sequence[Nanoseconds]
    ) -> Iterator[AnyPacket]:
        """The packets that ``datagram`` has to see, of those that arrived at these times; what is
        heard again is taken note of.

        Each stands for all of a datagram that the checks look at. What follows from one has to be
        done before the next is asked for.
        """
        return self._steady.unfamiliar(ear, packets, times)

    def datagram(
        self, ear: Ear, datagram: Datagram, now: Nanoseconds, packet: Packet = None
    ) -> Actions:
        """Something arrived for protocol 112 at an ear of ours.

        If it was one of ``unfamiliar`` it may not be the next time.
        """
        vrid = datagram.vrid
        if vrid is None:
            self._unknown["truncated"] += 1
            return []
        router = self._places.get(ear, {}).get(vrid)
        if router is None:
            self._unknown["unknown_vrid"] += 1
            return []
        heard = receive(datagram, Listener(router.instance, router.address, router.replay_guard))
        if isinstance(heard, DropReason):
            return [*count_discarded(router, datagram, heard, now)]
        before, counted = router.state, counters_of(router, datagram, heard)
        told = count_accepted(router, datagram, counted, now)
        peer = Peer(datagram.source, heard.priority, heard.interval)
        actions = [*told, *self._hear(router, peer, now), *self._settle(now)]
        actions.extend(self._forget_retired())
        if packet is not None and not actions and not oddities(counted):
            self._steady.keep_vigil(router, before, Sighting(ear, packet, counted), now)
        return actions

    def _hear(self, router: Router, peer: Peer, now: Nanoseconds) -> Actions:
        actions = self._crew.supersede(router, peer) if is_superseded(router, peer, now) else []
        outbid(router, peer)
        actions.extend(self._crew.step(router, Heard(peer), now))
        if claims_from(router, peer):
            for mate in self._crew.mates(router) or [router]:
                actions.extend(self._crew.step(mate, CLAIM, now))
        return actions

    # --- The operator ---

    def set_intent(self, name: str, intent: Intent, now: Nanoseconds) -> Tuple[int, Actions]:
        """Want something of an instance, and of all that moves with it.

        Raises ControlError when it can't be. A drain under way and its failure can be followed by
        the number of the change.
        """
        number, actions = self._crew.want(name, intent, now)
        return number, [*actions, *self._settle(now)]

    # --- Configuration ---

    def reconfigure(self, config: Config, now: Nanoseconds) -> Actions:
        """Take another configuration; a master stays master wherever that is possible."""
        actions: Actions = []
        plan = succession(self._crew, config)
        routers = {one.name: one for one in plan.leavers}
        self._leavers = list(plan.leavers)
        for router in plan.leavers:
            router.retired = True
            left = Resign(Purpose.STOP, "left the configuration")
            actions.extend(self._crew.step(router, left, now))
        for instance, heir in plan.heirs:
            routers[instance.label], done = self._adopt(instance, heir, now)
            actions.extend(done)
        self._crew.consist_of(routers)
        self._premises.routers_changed(self._crew)
        return [*actions, *self._track(now), *self._look_around(now)]

    def _track(self, now: Nanoseconds) -> Actions:
        if self._attendance.is_suspended:
            return []  # The agent before still does.
        observe = self._tracking.watch(checks_of(self._crew), now)
        return [observe, *self._errands.run_scripts(now)]

    def _adopt(
        self, instance: Instance, router: Router | None, now: Nanoseconds
    ) -> Tuple[Router, Actions]:
        """The router of an instance: the one that is there with other settings, or a new one."""
        actions: Actions = []
        if router is not None and not continues(router, instance):
            actions = self._crew.step(router, Replaced("the configuration moved it"), now)
            router = None
        if router is None:
            return Router(instance, self._crew.wanted_of(instance.name), now), actions
        if router.instance != instance or router.retired:
            actions = self._change_settings(router, instance, now)
        return router, actions

    def _change_settings(self, router: Router, instance: Instance, now: Nanoseconds) -> Actions:
        """Give a router that stays other settings."""
        if router.retired and not self._attendance.is_closed:
            router.retired, router.leaving = False, None
        if router.name != instance.label:
            router.farewell = 0  # The hooks will tell of their end under the old name.
        actions = router.replace_instance(instance)
        self._premises.attach(router)
        return [*actions, *self._crew.step(router, Reconfigured(), now)]

    # --- The end ---

    def stop(self, now: Nanoseconds, cause: str = "the agent is stopping") -> Actions:
        """Leave: masters resign and serve until a successor is heard; see ``stopped``."""
        self._attendance.is_closed = True
        resign = Resign(Purpose.STOP, cause)
        return [action for one in self._crew for action in self._crew.step(one, resign, now)]

    # --- Another agent goes on ---

    def await_estate(self) -> None:
        """Let nobody take part, and touch no address: another agent is still at it."""
        self._attendance.is_suspended = True

    def estate(self) -> Estate:
        """What another agent needs to go on from here; nothing may happen to this one after.

        Raises ControlError while something is under way that only this agent can bring to its end.
        """
        if self._attendance.is_closed:
            raise ControlError("busy", "the agent is stopping")
        for router in self._crew:
            if router.leaving or router.retired or isinstance(router.state, Resigning):
                raise ControlError("busy", f"{router.name} is about to hand over")
        if not self._errands.idle:
            raise ControlError("busy", "a hook has not ended yet")
        routers = {one.name: left_by(one) for one in self._crew}
        counters = dict(self._unknown)
        return {"routers": routers, "tracked": self._tracking.left(), "counters": counters}

    def silent_until(self) -> Nanoseconds | None:
        """For how long nothing has to be sent before a peer takes this host for dead."""
        masters = [one for one in self._crew if isinstance(one.state, Master)]
        return earliest(one.presumed_dead_at for one in masters)

    def inherit(self, estate: Estate, intents: Mapping[str, Intent], now: Nanoseconds) -> Actions:
        """Go on where another agent with the same configuration left off; ``intents`` are its.

        Raises ControlError, and changes nothing, where that is not possible.
        """
        if self._attendance.is_closed:
            raise ControlError("busy", "the new process was told to stop")
        refuse_unfit(self._crew, estate)
        self._attendance.is_suspended = False
        actions = self._track(now)
        self._unknown.update(estate["counters"])
        self._tracking.inherit(estate["tracked"])
        self._crew.inherit(intents)
        for router in self._crew:
            self._attendance.weigh(router, now)
            give_to(router, estate["routers"][router.name])
            self._steady.agenda.note(router)
        return [*actions, *self._look_around(now)]
