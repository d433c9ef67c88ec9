# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Requests of control clients, and the transitions that they watch.

The engine answers queries and applies intents; the agent reloads and restarts itself.
"""

from __future__ import annotations

from typing import Callable, List, Mapping

from ..base.errors import unknown_instance
from ..base.units import to_wall_time
from ..control.protocol import RELOAD, RESTART, STATUS, Request
from ..engine.actions import Action, Transition
from ..engine.engine import Engine
from ..model.intent import WANTED_STATES, Intent
from ..model.status import (
    AgentStatus,
    InstanceStatus,
    IntentAnswer,
    Status,
    TransitionMessage,
)
from ..runtime import clock
from ..runtime.control_server import Reply

Perform = Callable[[List[Action]], None]


class ControlRequests:
    """``about`` returns the status of the agent itself, ``perform`` performs the engine's actions,
    ``reload`` applies the configuration file at a time of day, None for at once, and returns
    whether it has changed, ``restart`` starts
    another process and replies later.
    """

    def __init__(
        self,
        engine: Engine,
        about: Callable[[], AgentStatus],
        perform: Perform,
        reload: Callable[[float | None], bool],
        restart: Callable[[Reply], None],
    ) -> None:
        self._engine = engine
        self._about = about
        self._perform = perform
        self._reload = reload
        self._restart = restart
        self._wall = clock.WallClock()

    def handle(self, request: Request, reply: Reply) -> Mapping[str, object] | None:
        """Return the fields of the answer; None when ``reply`` is called later. Raises ControlError
        or ConfigError.
        """
        if request.command == STATUS:
            return self._status(request)
        if request.command == RELOAD:
            return {"changed": self._reload(request.at)}
        if request.command == RESTART:
            self._restart(reply)
            return None
        if request.dry_run:
            return self._check_intent(request)
        return self._set_intent(request)

    def transition_message(self, transition: Transition) -> TransitionMessage:
        """Return a transition as the clients of ``watch`` receive it."""
        now = clock.now()
        return {
            "instance": transition.instance,
            "label": transition.router,
            "family": transition.family.label,
            "event": transition.event,
            "old": transition.old,
            "new": transition.new,
            "cause": transition.cause,
            "at": to_wall_time(transition.at, now, self._wall.at(now)),
        }

    def _status(self, request: Request) -> Status:
        now = clock.now()
        found = self._engine.status(now, self._wall.at(now))
        instances = found["instances"]
        if request.instances is not None:
            known = sorted({one["name"] for one in instances})
            missing = [name for name in request.instances if name not in known]
            if missing:
                raise unknown_instance(missing, known)
            instances = [one for one in instances if one["name"] in request.instances]
        return {"agent": self._about(), "instances": instances, "counters": found["counters"]}

    def _set_intent(self, request: Request) -> IntentAnswer:
        number, actions = self._engine.set_intent(request.instance, request.intent, clock.now())
        self._perform(actions)
        moved = [
            one
            for one in self._status(Request(STATUS))["instances"]
            if one["intent_change"] is not None and one["intent_change"]["number"] == number
        ]
        return {"change": number, "instances": moved}

    def _check_intent(self, request: Request) -> IntentAnswer:
        concerned = self._engine.check_intent(request.instance, request.intent)
        instances = self._status(Request(STATUS))["instances"]
        planned = [
            _with_intent(one, request.intent) for one in instances if one["label"] in concerned
        ]
        return {"change": 0, "instances": planned}


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
