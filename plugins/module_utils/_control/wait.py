# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Waiting for the agent: pure predicates of a status, and one wait."""

from __future__ import annotations

import time
from typing import Callable, Sequence, TypeVar

from .._vrrp.base.errors import ControlError
from .._vrrp.model.status import InstanceStatus, Status

Answer = TypeVar("Answer")

_WATCH_INTERVAL = 1.0  # Seconds.
_SETTLE_TIMEOUT = 10.0  # Seconds for an election that is under way at the end.
_POLL_INTERVAL = 0.05  # Seconds; an answer costs the agent less than a millisecond.


def wait_until(
    ask: Callable[[], Answer], obstacle: Callable[[Answer], str], timeout: float
) -> Answer:
    """Call ``ask`` until ``obstacle`` of the answer is empty; returns that answer.

    Also waits for an agent that does not answer: it may be restarting. Raises ControlError
    ``timeout`` with the last obstacle after ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            found = ask()
            why = obstacle(found)
        except ControlError as error:
            if error.code != "unreachable":
                raise
            why = str(error)
        if not why:
            return found
        if time.monotonic() >= deadline:
            raise ControlError("timeout", f"after {timeout} seconds: {why}")
        time.sleep(_POLL_INTERVAL)


def watch(ask: Callable[[], Status], first: Status, seconds: float) -> Status:
    """Call ``ask`` again and again for a while; returns the last answer, once all has settled.

    Raises ControlError ``restarted`` when the agent is another process than in the ``first``
    answer, ``unreachable`` when it does not answer, and ``timeout`` as ``wait_until``.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(_WATCH_INTERVAL)
        _same_process(first, ask())
    return wait_until(lambda: _same_process(first, ask()), unsettled, _SETTLE_TIMEOUT)


def _same_process(first: Status, found: Status) -> Status:
    if found["agent"]["pid"] != first["agent"]["pid"]:
        raise ControlError(
            "restarted", "the agent has ended and was started again: see journalctl -u vrrp-agent"
        )
    return found


def unsettled(status: Status) -> str:
    """Return the instances that have not settled, and why; empty when the elections are over."""
    instances = status["instances"]
    waiting = [one for one in instances if not has_settled(one, instances)]
    return "; ".join(describe(one) for one in waiting)


def has_settled(instance: InstanceStatus, instances: Sequence[InstanceStatus]) -> bool:
    """Whether the instance is master, hears a master that it will not preempt, or is kept out by a
    tracked check; ``instances`` are all of the host. One that leaves has not settled until it has.
    """
    if instance["leaving"] or instance["state"] == "MASTER":
        return not instance["leaving"]
    if instance["state"] == "INITIALIZE":
        return is_out_of_service(instance, instances)
    master = instance["master"]
    if master is None:
        return False
    return not instance["preempt"] or master["priority"] >= instance["effective_priority"]


def is_out_of_service(instance: InstanceStatus, instances: Sequence[InstanceStatus]) -> bool:
    """Whether a tracked check keeps the instance out, its own or another one's of its sync group:
    then an operator may have taken it out.
    """
    group = instance["sync_group"]
    together = [one for one in instances if group is not None and one["sync_group"] == group]
    faults = [check["fault"] for one in (instance, *together) for check in one["tracked"]]
    return instance["state"] == "INITIALIZE" and any(faults)


def describe(instance: InstanceStatus) -> str:
    """Return an instance as an error names it: its state and the reason."""
    name, state, reason = instance["label"], instance["state"], instance["reason"]
    if state != "BACKUP":
        return f"{name} is {state} ({reason})"
    master = instance["master"]
    heard = f"hears {master['address']} ({master['priority']})" if master else "hears no master"
    return f"{name} is {state} ({reason}) and {heard}"
