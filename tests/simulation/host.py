# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host: the real engine on a pretended kernel, which can refuse, stop, crash and come back."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, Callable

from _vrrp.base.errors import ControlError
from _vrrp.engine import actions as act
from _vrrp.engine.engine import Engine
from _vrrp.engine.signer import Signer
from _vrrp.model.command import CommandResult
from _vrrp.model.config import build_config
from _vrrp.model.family import Family
from _vrrp.model.instance import Config
from _vrrp.model.intent import Intent, IntentKind, Intents
from _vrrp.model.status import InstanceStatus
from _vrrp.planner.kernel import Refusal
from _vrrp.wire.datagram import Datagram
from simulation.checkers import Checkers
from simulation.machine import INDEX, Machine
from simulation.network import Network
from simulation.programs import Programs
from simulation.unpack import one_by_one, served_by
from simulation.world import MS, World

WALL = datetime(2026, 11, 22, tzinfo=timezone.utc)
EPOCH = int(WALL.timestamp()) * 1_000_000_000
_QUEUE_MAX = 200


class Host:
    """``own`` is its packed address. ``alive`` is whether its agent runs."""

    def __init__(
        self, world: World, network: Network, checkers: Checkers, number: int, family: int
    ) -> None:
        self.world, self.network, self.checkers = world, network, checkers
        self.number = number
        ipv4 = bytes([192, 0, 2, 10 + number])
        self.own = ipv4 if family == 4 else b"\xfe\x80" + bytes(13) + bytes([number])
        self.entries: list[dict[str, Any]] = []
        self._applied: list[dict[str, Any]] = []
        self.machine = Machine(number, self.own, self._machine_changed)
        self.alive = False
        self.paused = False
        self.refused: set[type] = set()
        self.clock_offset = 0
        self.programs = Programs(world)
        self.engine = Engine()
        self._signer = Signer()
        self._reported: dict[str, str] = {}
        self._intents = Intents()
        self._recoveries: tuple[act.Recovery, ...] = ()
        self._sockets: frozenset[act.SocketSpec] = frozenset()
        self._waiting: list[Callable[[], list[act.Action]]] = []
        self._life = 0
        self._wake_planned_for: int | None = None
        self._change_planned = False

    @property
    def link_up(self) -> bool:
        """Whether its interface is up."""
        return self.machine.is_up("eth0")

    # --- The life of its agent ---

    @property
    def now(self) -> int:
        """Its own monotonic clock."""
        return self.world.now + self.clock_offset

    @property
    def wall(self) -> int:
        """The time of day in nanoseconds since 1970, on which all hosts agree."""
        return EPOCH + self.world.now

    def boot(self) -> None:
        """Start an agent, with the intents that were kept."""
        if self.alive:
            return
        self._clean_up(self._life)  # As an agent does before it starts.
        self.alive, self.paused = True, False
        self._waiting.clear()
        self._live_on(Engine(self._intents))
        self._signer = Signer()
        self._reported.clear()
        self._record("start", "starts")
        self._do(self.engine.host_changed(self.machine.observed(), self.now))
        self.configure(self.entries)

    def configure(self, entries: list[dict[str, Any]]) -> None:
        """Give the agent a configuration."""
        self.entries = entries
        config = build_config({"instances": entries})
        self.happens(lambda: self._reconfigure(config, entries))

    def _reconfigure(self, config: Config, entries: list[dict[str, Any]]) -> list[act.Action]:
        self._applied = entries
        return self.engine.reconfigure(config, self.now)

    def stop(self) -> None:
        """Ask the agent to stop; it ends when it has handed over."""
        self.happens(lambda: self.engine.stop(self.now))

    def kill(self, restart_after: int = 0) -> None:
        """End the agent as SIGKILL does; the unit cleans up a little later, and starts it again,
        after 1 to 3 s if it is not said when.
        """
        if not self.alive:
            return
        self._die()
        life = self._life
        self.world.after(self.world.random.randint(10, 300) * MS, lambda: self._clean_up(life))
        self.world.after(restart_after or self.world.random.randint(1000, 3000) * MS, self.boot)

    def power_off(self) -> None:
        """End everything at once, without a notification."""
        if self.alive:
            self._die()
        self.machine.power_off()
        self._recoveries = ()

    def _die(self) -> None:
        self.alive = False
        self._life += 1
        self._waiting.clear()
        self._record("die", "dies")
        self.checkers.died(self)

    def _clean_up(self, life: int) -> None:
        """Do what the unit does after the agent has died, unless another one has started since."""
        if life != self._life:
            return
        recoveries, self._recoveries = self._recoveries, ()
        for one in recoveries:
            was_master = self.machine.clean_up(one.resources)
            for resignation in one.sends(INDEX) if was_master else ():
                self.network.carry(self, self._signer.sign(resignation, self.wall))
        self.machine.clean_up_marked()

    def hand_over(self) -> None:
        """Hand over to another engine, unless the engine refuses at this moment."""
        if not self.alive or self.paused:
            return
        try:
            state = json.loads(json.dumps(self.engine.export_state()))
        except ControlError:
            return
        new_engine = Engine(self._intents)
        new_engine.enter_standby()
        actions = new_engine.host_changed(self.machine.observed(), self.now)
        actions += new_engine.reconfigure(build_config({"instances": self.entries}), self.now)
        actions += new_engine.import_state(state, self._intents, self.now)
        self._live_on(new_engine)
        self._record("hand over", "is another one")
        self.happens(lambda: actions)

    def _record(self, kind: str, line: str, *facts: object) -> None:
        """Tell the world what happens: plain facts for the digest, a line for a person."""
        self.world.record(self.number, kind, *facts)
        self.world.note(f"{self.number} {line}")

    def _live_on(self, engine: Engine) -> None:
        """Replace the engine, and drop the pending answers for the one before."""
        self.engine = engine
        self._life += 1
        self._wake_planned_for = None
        self._change_planned = False

    def pause(self, length: int) -> None:
        """Don't let the agent run for a while; what arrives is kept."""
        if self.alive and not self.paused:
            self.paused = True
            self._record("pause", "pauses")
            life = self._life
            self.world.after(length, lambda: self._resume(life))

    def _resume(self, life: int) -> None:
        if life != self._life or not self.paused:
            return
        self.paused = False
        self._record("resume", "goes on")
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._do(event())
        self._wake_if_due()
        self._plan_wake()

    def skip(self, length: int) -> None:
        """Let its clock jump forward, as a machine that was suspended sees it."""
        self.clock_offset += length
        self._wake_planned_for = None
        self._plan_wake()

    # --- What happens to it ---

    def happens(self, event: Callable[[], list[act.Action]]) -> None:
        """Let the agent handle an event, now or at the end of its pause."""
        if not self.alive:
            return
        if self.paused:
            if len(self._waiting) < _QUEUE_MAX:
                self._waiting.append(event)
            return
        # As in the real loop, input goes before timers, and both follow each other.
        self._do(event())
        self._wake_if_due()
        self._plan_wake()

    def _wake_if_due(self) -> None:
        deadline = self.engine.next_deadline()
        if deadline is not None and deadline <= self.now:
            self._do(self.engine.wakeup(self.now))

    def receive(self, send: act.Send) -> None:
        """A packet has arrived."""
        if not self.link_up:
            return
        datagram = Datagram(send.source, send.destination, send.ttl, send.message, self.wall)
        self.happens(lambda: self._receive(datagram))

    def _receive(self, datagram: Datagram) -> list[act.Action]:
        spec = self._socket(datagram.family)
        if spec is None:
            return []
        self.checkers.hears(self)
        packet = (datagram.source, datagram.destination, datagram.ttl, datagram.message)
        for _packet in self.engine.unmatched_packets(spec, [packet], [self.now]):
            return self.engine.receive_datagram(spec, datagram, self.now, packet)
        return []

    def _socket(self, family: Family) -> act.SocketSpec | None:
        """Return the socket that receives from the segment; None while it is in no group."""
        losses = self.machine.kernel.links["eth0"].losses_of(family)
        wanted = act.SocketSpec(INDEX, family, b"", losses)
        return wanted if wanted in self._sockets else None

    def set_intent(self, name: str | None, kind: str, forced: bool = False) -> str:
        """Set an intent as an operator does; returns the code of a refusal, or nothing."""
        if not self.alive or self.paused:
            return "unreachable"
        refusal, actions = self._change_intent(name, Intent(IntentKind(kind), forced))
        self._do(actions)
        self._plan_wake()
        return refusal

    def request_intent(self, name: str, kind: str) -> None:
        """Set an intent as an operator does who waits as long as the agent is paused."""
        self.happens(lambda: self._change_intent(name, Intent(IntentKind(kind)))[1])

    def _change_intent(self, name: str | None, intent: Intent) -> tuple[str, list[act.Action]]:
        try:
            _number, actions = self.engine.set_intent(name, intent, self.now)
        except ControlError as error:
            return error.code, []
        kind = intent.kind.value
        self._record("set intent", f"{name} wants {kind}", name, kind, intent.forced)
        return "", actions

    def _machine_changed(self) -> None:
        if self._change_planned:
            return
        self._change_planned = True
        self.world.after(self.world.random.randint(0, 2) * MS, lambda: self.happens(self._learn))

    def _learn(self) -> list[act.Action]:
        self._change_planned = False
        return self.engine.host_changed(self.machine.observed(), self.now)

    def _plan_wake(self) -> None:
        deadline = self.engine.next_deadline()
        if deadline is None or deadline == self._wake_planned_for:
            return
        self._wake_planned_for = deadline
        life = self._life
        late = self.world.random.randint(0, 200) * 1000
        self.world.at(deadline - self.clock_offset + late, lambda: self._wake(life, deadline))

    def _wake(self, life: int, deadline: int) -> None:
        if life != self._life or deadline != self._wake_planned_for:
            return
        self._wake_planned_for = None
        self.happens(list)

    # --- The kernel ---

    def _do(self, actions: list[act.Action]) -> None:
        """Perform actions as the executor does; what fails becomes an event."""
        while actions:
            failures = [one for action in one_by_one(actions) for one in self._try(action)]
            confirmed = [one.router for one in actions if isinstance(one, act.Confirm)]
            actions = self.engine.completed(act.Results(failures, confirmed), self.now)
        self.engine.performed(self.now)
        self.checkers.settled(self)
        if self.engine.stopped:
            self._die()

    def _try(self, action: act.Action) -> list[Refusal]:
        """Perform an action; returns what the kernel refused of it."""
        if isinstance(action, (act.Install, act.Remove, act.Provision)):
            return self._change_kernel(action)
        if type(action) in self.refused:
            return [(action, "refused")]
        self._perform(action)
        return []

    def _perform(self, action: act.Action) -> None:
        if isinstance(action, act.Send):
            self._send(action)
        elif isinstance(action, act.SendFrames):
            self.world.record(self.number, "announce", action.router, action.frames)
            self.checkers.announces(self, action)
        elif isinstance(action, act.Transition):
            self._change_state(action)
        elif isinstance(action, act.SaveIntents):
            self.world.record(self.number, "save intents", str(action.intents))
            self._intents = action.intents
        elif isinstance(action, act.SaveRecoveries):
            self._keep_recoveries(action.recoveries)
        elif isinstance(action, act.RunCommand):
            self._run(action)
        elif isinstance(action, act.OpenSockets):
            self._sockets = action.sockets
        elif isinstance(action, act.Log):
            self.world.note(f"{self.number} logs {action.router}: {action.text}")

    def _send(self, send: act.Send) -> None:
        line = f"{send.router} sends {send.message[2]}"
        self._record("send", line, send.router, send.source, send.destination, send.message)
        self.checkers.sends(self, send)
        self.network.carry(self, self._signer.sign(send, self.wall))

    def _change_state(self, transition: act.Transition) -> None:
        self._reported[transition.instance] = transition.new
        router, old, new = transition.router, transition.old, transition.new
        self._record("transition", f"{router} {new}: {transition.cause}", router, old, new)
        self.checkers.changes(self, transition)

    def _keep_recoveries(self, recoveries: tuple[act.Recovery, ...]) -> None:
        facts = [(one.router, list(map(str, one.resources))) for one in recoveries]
        self.world.record(self.number, "save recoveries", facts)
        self._recoveries = recoveries

    def _change_kernel(self, action: act.Install | act.Remove | act.Provision) -> list[Refusal]:
        if not isinstance(action, act.Provision):
            kind = type(action).__name__.lower()
            resources = action.resources
            if isinstance(action, act.Install):
                resources += action.optional
            shown = list(map(str, resources))
            self._record(kind, f"{action.router} {kind} {shown}", action.router, shown)
        refuses_all = act.Install in self.refused
        if not isinstance(action, act.Remove):
            return self.machine.perform(action, refuses_all)
        before = [(one, self.machine.parts_of(one)) for one in self._applied]
        refused = self.machine.perform(action, refuses_all)
        gone = {one["name"]: parts - self.machine.parts_of(one) for one, parts in before}
        self.checkers.removes(self, gone)
        return refused

    def _run(self, run: act.RunCommand) -> None:
        self.world.record(self.number, "run", str(run.command), run.environment.get("VRRP_EVENT"))
        self.checkers.runs(self, run)
        life = self._life
        self.programs.run(lambda result: self._ended(life, run.number, result))

    def _ended(self, life: int, number: int, result: CommandResult) -> None:
        if life == self._life:
            self.happens(lambda: self.engine.command_finished(number, result, self.now))

    # --- What can be seen ---

    def status(self) -> list[InstanceStatus]:
        """The status of its instances."""
        return self.engine.status(self.now, WALL)["instances"]

    def reported_state(self, name: str) -> str | None:
        """The state of an instance by its transitions, or at first by its status."""
        if name not in self._reported:
            self._reported.update({one["name"]: one["state"] for one in self.status()})
        return self._reported.get(name) if self.alive else None

    def has_all(self, entry: dict[str, Any]) -> bool:
        """Whether it has all advertised addresses of an instance, or one was just taken from it."""
        return all(map(self.machine.has, served_by(entry))) or not self.knows_its_links

    @property
    def knows_its_links(self) -> bool:
        """Whether the agent has received all changes of its host."""
        return not self._change_planned
