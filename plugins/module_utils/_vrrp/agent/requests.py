# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Requests of control clients, and the transitions that they watch.

The engine answers queries and applies intents; the agent reloads and restarts itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Iterable, Iterator, List

from ..base.units import to_wall_time
from ..control.protocol import RELOAD, RESTART, STATUS, Answer, Request
from ..engine.actions import Action, Transition
from ..engine.engine import Engine
from ..model.intent import WANTED_STATES, Intent, Origin
from ..model.status import AgentStatus, InstanceStatus, TransitionMessage
from ..runtime import clock
from ..runtime.background_file import OnSaved
from ..runtime.control_server import Reply

Perform = Callable[[List[Action]], None]


class ControlRequests:
    """``about`` returns the status of the agent itself, ``perform`` performs the engine's actions,
    ``when_saved`` calls back once the intents are saved, ``reload`` applies the configuration file
    at a time of day, None for at once, and returns whether it has changed, ``restart`` starts
    another process and replies later.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        about: Callable[[], AgentStatus],
        perform: Perform,
        when_saved: Callable[[OnSaved], None],
        reload: Callable[[float | None], bool],
        restart: Callable[[Reply], None],
    ) -> None:
        self._engine = engine
        self._about = about
        self._perform = perform
        self._when_saved = when_saved
        self._reload = reload
        self._restart = restart
        self._wall = clock.WallClock()

    def handle(self, request: Request, reply: Reply) -> Answer | None:
        """Return the answer; None when ``reply`` is called later. Raises ControlError or
        ConfigError.
        """
        if request.command == STATUS:
            return self._status(request)
        if request.command == RELOAD:
            return Answer({"changed": self._reload(request.at)})
        if request.command == RESTART:
            self._restart(reply)
            return None
        if request.dry_run:
            return self._check_intent(request)
        self._set_intent(request, reply)
        return None

    def transition_message(self, transition: Transition) -> TransitionMessage:
        """Return a transition as the clients of ``watch`` receive it."""
        now = clock.now()
        return {
            "instance": transition.instance,
            "label": transition.router,
            "family": transition.family.label,
            "event": transition.event,
            "event_type": transition.event_type.value,
            "old": transition.old,
            "new": transition.new,
            "cause": transition.cause,
            "priority": transition.priority,
            "at": to_wall_time(transition.at, now, self._wall.at(now)),
        }

    def _status(self, request: Request) -> Answer:
        names = None if request.instances is None else frozenset(request.instances)
        labels = self._engine.report.labels(names)
        fields = {"agent": self._about(), "counters": self._engine.report.counters}
        return Answer(fields, self._instances(labels))

    def _instances(self, labels: Iterable[str]) -> Iterator[InstanceStatus]:
        """Yield the instances with these labels, each as it is when its turn comes."""
        for label in labels:
            now = clock.now()
            found = self._engine.report.instance(label, now, self._wall.at(now))
            if found is not None:
                yield found

    def _set_intent(self, request: Request, reply: Reply) -> None:
        """Set an intent at once, and reply when it is saved, or is not."""
        now = clock.now()
        origin = Origin(self._wall.at(now).timestamp(), request.by)
        intent = replace(request.intent, origin=origin)
        number, actions = self._engine.set_intent(request.instance, intent, now)
        self._perform(actions)
        moved = self._engine.report.changed_by(number)
        self._when_saved(
            lambda problem: reply(
                Answer({"change": number, "not_saved": problem}, self._instances(moved))
            )
        )

    def _check_intent(self, request: Request) -> Answer:
        concerned = self._engine.check_intent(request.instance, request.intent)
        planned = (_with_intent(one, request.intent) for one in self._instances(concerned))
        return Answer({"change": 0, "not_saved": None}, planned)


def _with_intent(instance: InstanceStatus, intent: Intent) -> InstanceStatus:
    """Return the status of an instance as it would be after an intent has been carried out."""
    state = instance["state"]
    if state != "INITIALIZE":
        state = WANTED_STATES.get(intent.kind, state)
    return {
        **instance,
        "intent": intent.kind.value,
        "intent_forced": intent.forced,
        "state": state,
    }
