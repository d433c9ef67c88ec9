# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Moves of mastership: whether one is needed, its forecast, and the move itself."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence

from .._vrrp.base.errors import ControlError
from .._vrrp.model.intent import WANTED_STATES, IntentKind
from .._vrrp.model.status import AgentStatus, InstanceStatus
from .query import moving_together, set_intent
from .wait import describe, wait_until


class MoveError(ControlError):
    """A move that has begun, and was not completed."""


def needs_change(instance: InstanceStatus, state: str, force: bool) -> bool:
    """Whether the instance is not yet in the wanted state."""
    if instance["intent"] != state:
        return True
    if state == "backup" and force != instance["intent_forced"]:
        return True
    return not _is_reached(instance, state)


def host_needs_change(agent: AgentStatus, state: str, force: bool) -> bool:
    """Whether the intent for the host as a whole is not the one that goes with the wanted state of
    all its instances.
    """
    return host_intent(agent) != wanted_host_intent(state, force)


def host_intent(agent: AgentStatus) -> Dict[str, object]:
    """Return the intent for the host as a whole, as a diff shows it."""
    return {"intent": agent["intent"], "intent_forced": agent["intent_forced"]}


def wanted_host_intent(state: str, force: bool) -> Dict[str, object]:
    """Return the intent for the host as a whole once all its instances have the wanted state."""
    is_drained = state == IntentKind.BACKUP.value
    kind = IntentKind.BACKUP if is_drained else IntentKind.AUTO
    return {"intent": kind.value, "intent_forced": is_drained and force}


def summary(instances: Sequence[InstanceStatus]) -> Dict[str, Dict[str, object]]:
    """Return the fields of instances that a diff shows, by label."""
    return {
        one["label"]: {
            "state": one["state"],
            "intent": one["intent"],
            "intent_forced": one["intent_forced"],
        }
        for one in instances
    }


def plan(wanted: Mapping[str, Any]) -> List[InstanceStatus]:
    """Ask the agent for the outcome of a move, without making it.

    Returns the status of all that would move, as it would be. Raises ControlError when the agent
    would refuse the move.
    """
    answer = set_intent(
        wanted["socket"], wanted["instance"], wanted["state"], force=wanted["force"], dry_run=True
    )
    return answer["instances"]


def move(wanted: Mapping[str, Any], warn: Callable[[str], object]) -> List[InstanceStatus]:
    """Set the intent, and wait until it is reached; returns the status of all that moved. ``warn``
    is called if the intent would not survive a restart of the agent.

    Raises ControlError when the agent refused the move, and MoveError when it undid it, or with the
    code ``timeout`` and the last status.
    """
    socket, name, state = wanted["socket"], wanted["instance"], wanted["state"]
    answer = set_intent(socket, name, state, force=wanted["force"], by=wanted["by"])
    number = answer["change"]
    if answer["not_saved"]:
        warn(
            "the intent is carried out but not saved, so the one before applies again after a stop "
            f"and start of the agent: {answer['not_saved']}"
        )

    def ask() -> List[InstanceStatus]:
        return moving_together(socket, name)

    def obstacle(instances: List[InstanceStatus]) -> str:
        return "; ".join(filter(None, (_obstacle(one, number, state) for one in instances)))

    try:
        return wait_until(ask, obstacle, wanted["wait_timeout"]) if wanted["wait"] else ask()
    except ControlError as error:
        raise MoveError(error.code, str(error)) from None


def _obstacle(instance: InstanceStatus, number: int, state: str) -> str:
    _raise_if_failed(instance, number)
    settled = _is_reached(instance, state) and _has_master(instance)
    return "" if settled else describe(instance)


def _is_reached(instance: InstanceStatus, intent: str) -> bool:
    """Whether the instance is in the state that the intent asks for; ``auto`` asks for none.

    A host that can't take part serves as little as a backup.
    """
    if intent == IntentKind.BACKUP.value and instance["state"] == "INITIALIZE":
        return True
    return instance["state"] == WANTED_STATES.get(IntentKind(intent), instance["state"])


def _has_master(instance: InstanceStatus) -> bool:
    """Whether another master is heard, or none is needed."""
    if instance["state"] != "BACKUP" or instance["intent_forced"]:
        return True
    return instance["master"] is not None


def _raise_if_failed(instance: InstanceStatus, number: int) -> None:
    change = instance["intent_change"]
    if change is None or change["number"] != number or change["outcome"] == "accepted":
        return
    what = "the drain was undone" if change["outcome"] == "undone" else "the move was superseded"
    text = f"{instance['label']}: {what}: {change['message']}; it is {instance['state']} now"
    raise ControlError(change["outcome"], text)
