# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Programs that run for the instances: tracked scripts when they are due, hooks in order.

The engine decides which program to run; the helper reports its result, by number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, List, Sequence, Set, Tuple

from ...base.constants import COMMAND_GRACE
from ...base.units import Nanoseconds, earliest
from ...fsm.state import MASTER, Master
from ...model.command import CommandResult
from ...model.hook import HookTrigger
from ...model.notification import notified_state
from ...model.status import HookStatus
from ...model.tracking import Check, ScriptCheck
from ..actions import Action, Log, RunCommand
from ..router.router import Router
from ..tracking.tracking import Tracking
from .group_states import GroupStates
from .hooks import HookQueue, HookRun

_TRIGGERS = {trigger.value.upper(): trigger for trigger in HookTrigger}
_NO_ANSWER = CommandResult(None, "no answer in time", is_lost=True)


class CommandScheduler:
    """Numbers the running programs and assigns their results. Mutable."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._numbers = 0
        self._events = 0
        self._groups = GroupStates()
        self._scripts: Dict[int, Tuple[ScriptCheck, Nanoseconds]] = {}
        self._queues: Dict[str, HookQueue] = {}
        self._queue_by_id: Dict[int, HookQueue] = {}

    @property
    def idle(self) -> bool:
        """Whether no hook runs or is queued."""
        return all(queue.idle for queue in self._queues.values())

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which a script is due, or a running command overdue."""
        scripts = self._tracking.next_deadline()
        if not (self._queues or self._scripts):
            return scripts
        deadlines = [queue.next_deadline() for queue in self._queues.values()]
        deadlines.extend(overdue_at for _check, overdue_at in self._scripts.values())
        return earliest([*deadlines, scripts])

    def run_due(self, now: Nanoseconds) -> List[Action]:
        """Return the actions that run the tracked scripts that are due, and the hooks that failed
        and are to run again.
        """
        actions = [one for queue in self._queues.values() for one in self._start_next(queue, now)]
        for check in self._tracking.due_scripts(now):
            number = self._number()
            self._scripts[number] = (check, now + check.command.timeout + COMMAND_GRACE)
            actions.append(RunCommand(number, check.command, {}))
        return actions

    def timed_out(self, now: Nanoseconds) -> List[Tuple[int, CommandResult]]:
        """Return the number of each overdue command, with a result that says it did not answer."""
        hooks = [queue.timed_out(now) for queue in self._queues.values()]
        scripts = [number for number, (_check, at) in self._scripts.items() if now >= at]
        return [(number, _NO_ANSWER) for number in [*hooks, *scripts] if number is not None]

    def queue_hooks(
        self,
        router: Router,
        triggers: Sequence[HookTrigger],
        old: str,
        now: Nanoseconds,
        ticket: int = 0,
    ) -> List[Action]:
        """Queue the hooks of one event, to which these triggers belong, after those already queued.

        With a ``ticket``, the end of the last one releases the router's deferred resignation.
        """
        hooks = [one for trigger in triggers for one in router.instance.hooks_on(trigger)]
        states = (old, router.state_name)
        runs = [
            HookRun(router.name, one, _environment(router, one.trigger, states, router))
            for one in hooks
        ]
        if runs:
            runs[-1] = replace(runs[-1], ticket=ticket)
        return self._queue(router, runs, now)

    def _queue(self, router: Router, runs: Sequence[HookRun], now: Nanoseconds) -> List[Action]:
        """Number one event of an instance, and queue its hooks."""
        if not runs:
            return []
        self._events += 1
        queue = self._queues.setdefault(router.instance.name, HookQueue())
        notes: List[Action] = [
            Log(router.name, f"hook queue full, dropped: {run.hook.command}")
            for run in queue.enqueue([replace(one, event=self._events) for one in runs])
        ]
        return [*notes, *self._start_next(queue, now)]

    def router_changed(self, router: Router, old: str, now: Nanoseconds) -> List[Action]:
        """Queue the hooks for the state that a router has entered; ``old`` was its state before."""
        if router.state_name == old:
            serves_on = isinstance(router.state, Master) and router.deferred is None
            if not router.leaving_hooks_called or not serves_on:
                return []
            # Its leaving hooks have run, and it stays master: a drain was undone or cancelled.
            router.leaving_hooks_called = False
            return self.queue_hooks(router, (HookTrigger.MASTER,), old, now)
        actions: List[Action] = []
        if old == MASTER:
            router.update(replace(router.inputs, deferred=None))
            if not router.leaving_hooks_called:
                actions.extend(self.queue_hooks(router, (HookTrigger.LEAVING_MASTER,), old, now))
        router.leaving_hooks_called = False
        triggers = _triggers_of(router.state_name, router)
        return [*actions, *self.queue_hooks(router, triggers, old, now)]

    def group_changed(
        self, members: Sequence[Router], router: Router, old: str, now: Nanoseconds
    ) -> List[Action]:
        """Queue the hooks of a whole sync group, if its state has changed by that of a member,
        whose state was ``old``.
        """
        change = self._groups.changed(members, router, old)
        if change is None:
            return []
        actions: List[Action] = []
        # Both families of an instance have its hooks.
        for member in {one.instance.name: one for one in reversed(members)}.values():
            runs = [
                HookRun(member.name, hook, _environment(member, trigger, states, change.cause))
                for states in [(change.old, change.new)]
                for trigger in _triggers_of(change.new, change.cause)
                for hook in member.instance.hooks_on(trigger, group=True)
            ]
            actions.extend(self._queue(member, runs, now))
        return actions

    def _start_next(self, queue: HookQueue, now: Nanoseconds) -> List[Action]:
        number = self._number()
        run = queue.start_next(number, now)
        if run is None:
            return []
        self._queue_by_id[number] = queue
        return [RunCommand(number, run.hook.command, run.environment)]

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def script_finished(self, number: int, result: CommandResult) -> Set[Check] | None:
        """Return the checks whose observation a script's result changes; None for a hook's
        number.
        """
        if number not in self._scripts:
            return None
        check, _overdue_at = self._scripts.pop(number)
        return self._tracking.script_finished(check, result)

    def hook_finished(
        self, number: int, result: CommandResult, now: Nanoseconds
    ) -> Tuple[HookRun | None, List[Action]]:
        """Record the end of a hook; returns it, and the actions that follow."""
        queue = self._queue_by_id.pop(number, None)
        run = queue.finish(number, result, now) if queue else None
        if queue is None or run is None:
            return None, []
        text = f"hook {run.hook.trigger.value} {run.hook.command}: {result}{run.which}"
        return run, [Log(run.router, text, not result.succeeded), *self._start_next(queue, now)]

    def hook_status(self, router: Router) -> List[HookStatus]:
        """Return the hooks of a router as the status shows them."""
        queue = self._queues.get(router.instance.name, HookQueue())
        return [
            {
                "event": one.trigger.value,
                "command": str(one.command),
                **queue.result_of(router.name, one),
            }
            for one in router.instance.hooks
        ]


def _triggers_of(state: str, cause: Router) -> List[HookTrigger]:
    """Return the events that entering a state is, by the reason of the router that has caused
    it.
    """
    names = dict.fromkeys((state, notified_state(state, cause.state.reason)))
    return [_TRIGGERS[name] for name in names]


def _environment(
    router: Router, trigger: HookTrigger, states: Tuple[str, str], cause: Router
) -> Dict[str, str]:
    """Return the environment variables that describe a transition to a hook, from the old state to
    the new one.
    """
    old, new = states
    return {
        "VRRP_INSTANCE": router.instance.name,
        "VRRP_FAMILY": router.instance.family.label,
        "VRRP_INTERFACE": router.instance.interface,
        "VRRP_EVENT": trigger.value,
        "VRRP_OLD_STATE": old,
        "VRRP_STATE": new,
        "VRRP_PRIORITY": str(router.effective_priority),
        "VRRP_REASON": cause.state.reason,
    }
