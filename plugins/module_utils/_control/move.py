# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Moving mastership: what is a change, what can be foreseen, and the move itself.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence

from .._vrrp.base.errors import ControlError
from .query import moving_with, set_intent
from .wait import describe, wait_until

Status = Dict[str, Any]

_REACHED = {"master": "MASTER", "backup": "BACKUP"}


def needs_change(instance: Status, state: str, force: bool) -> bool:
    """Whether what is wanted is not so yet."""
    if instance["intent"] != state:
        return True
    if state == "backup" and force != instance["intent_forced"]:
        return True
    return state in _REACHED and instance["state"] != _REACHED[state]


def refuse_predictable(instance: Status, state: str) -> None:
    """Raise ControlError where the agent would refuse, for a rehearsal."""
    master = instance["master"]
    is_backup = instance["state"] == "BACKUP"
    if state == "master" and is_backup and master and master["priority"] == 255:
        owner = master["address"]
        raise ControlError(
            "address_owner", f"{owner} owns the addresses (priority 255) and can't be displaced"
        )


def predicted(instance: Status, state: str, force: bool) -> Status:
    """The instance as it would be."""
    forced = force and state == "backup"
    reached = _REACHED.get(state, instance["state"])
    return {**instance, "intent": state, "intent_forced": forced, "state": reached}


def summary(instances: Sequence[Status]) -> List[Dict[str, Any]]:
    """What a diff shows of instances."""
    shown = ("label", "state", "intent", "intent_forced")
    return [{key: instance[key] for key in shown} for instance in instances]


def move(wanted: Mapping[str, Any]) -> List[Status]:
    """Tell the agent, and wait until it is so; gives all that moved as it is then.

    Raises ControlError: what the agent refused or undid, or ``timeout`` with what was seen last.
    """
    socket, name, state = wanted["socket"], wanted["instance"], wanted["state"]
    number = set_intent(socket, name, state, wanted["force"])

    def ask() -> List[Status]:
        return moving_with(socket, name)

    def obstacle(instances: List[Status]) -> str:
        return "; ".join(filter(None, (_obstacle(one, number, state) for one in instances)))

    return wait_until(ask, obstacle, wanted["wait_timeout"]) if wanted["wait"] else ask()


def _obstacle(instance: Status, number: int, state: str) -> str:
    _raise_if_failed(instance, number)
    reached = _REACHED.get(state, instance["state"])
    return "" if instance["state"] == reached and _has_master(instance) else describe(instance)


def _has_master(instance: Status) -> bool:
    """A backup is where it should be when there is a master to be backup of, or none is needed."""
    if instance["state"] != "BACKUP" or instance["intent_forced"]:
        return True
    return instance["master"] is not None


def _raise_if_failed(instance: Status, number: int) -> None:
    change = instance["intent_change"]
    if change is None or change["number"] != number or change["outcome"] == "accepted":
        return
    what = "the drain was undone" if change["outcome"] == "undone" else "the move was overtaken"
    raise ControlError(change["outcome"], f"{what}: {change['message']}; {describe(instance)}")
