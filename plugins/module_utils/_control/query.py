# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Single questions to the agent, each on a connection of its own. PRIVATE to the collection."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from .._vrrp.control.client import ControlClient

Status = Dict[str, Any]


def status(socket: str, instances: Sequence[str] | None = None) -> Status:
    """The agent's status; raises ControlError."""
    with ControlClient(socket) as client:
        return client.status(instances)


def moving_with(socket: str, name: str) -> List[Status]:
    """What moves when that instance is moved: both its families, and its sync group.

    Raises ControlError, also when there is no such instance.
    """
    named = status(socket, [name])["instances"]
    groups = {one["sync_group"] for one in named} - {None}
    if not groups:
        return list(named)
    return [one for one in status(socket)["instances"] if one["sync_group"] in groups]


def set_intent(socket: str, instance: str, intent: str, force: bool) -> int:
    """Want something of an instance; gives the number of the change, raises ControlError."""
    with ControlClient(socket) as client:
        number: int = client.set_intent(instance, intent, force)["change"]
        return number
