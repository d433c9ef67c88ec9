# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Single questions to the agent, each on a connection of its own. PRIVATE to the collection."""

from __future__ import annotations

from typing import Any, Dict, Sequence

from .._vrrp.control.client import ControlClient

Status = Dict[str, Any]


def status(socket: str, instances: Sequence[str] | None = None) -> Status:
    """The agent's status; raises ControlError."""
    with ControlClient(socket) as client:
        return client.status(instances)


def status_of(socket: str, instance: str) -> Status:
    """The status of one instance; raises ControlError."""
    found: Status = status(socket, [instance])["instances"][0]
    return found


def set_intent(socket: str, instance: str, intent: str, force: bool) -> int:
    """Want something of an instance; gives the number of the change, raises ControlError."""
    with ControlClient(socket) as client:
        number: int = client.set_intent(instance, intent, force)["change"]
        return number
