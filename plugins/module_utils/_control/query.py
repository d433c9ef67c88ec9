# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Single requests to the agent, each on a connection of its own."""

from __future__ import annotations

import os
from typing import List, Sequence

from .._vrrp.base.errors import ControlError
from .._vrrp.base.paths import CONFIG, CONTROL_SOCKET
from .._vrrp.control.client import ControlClient
from .._vrrp.model.status import InstanceStatus, IntentAnswer, Status

# The code of the error when the agent is not installed at all.
NOT_INSTALLED = "not_installed"


def status(socket: str, instances: Sequence[str] | None = None) -> Status:
    """Return the agent's status; raises ControlError."""
    try:
        with ControlClient(socket) as client:
            return client.status(instances)
    except ControlError as error:
        if _is_installed(socket) or error.code != "unreachable":
            raise
        raise ControlError(NOT_INSTALLED, f"{error}; the agent is not installed") from None


def _is_installed(socket: str) -> bool:
    return socket != CONTROL_SOCKET or os.path.lexists(CONFIG)


def moving_together(socket: str, name: str | None) -> List[InstanceStatus]:
    """Return all that moves with an instance: both its families, and its sync group. Without a
    name, these are all instances of the host.

    Raises ControlError, also when there is no such instance.
    """
    if name is None:
        return status(socket)["instances"]
    named = status(socket, [name])["instances"]
    groups = {one["sync_group"] for one in named} - {None}
    if not groups:
        return list(named)
    return [one for one in status(socket)["instances"] if one["sync_group"] in groups]


def set_intent(
    socket: str,
    instance: str | None,
    intent: str,
    *,
    force: bool,
    dry_run: bool = False,
    by: str | None = None,
) -> IntentAnswer:
    """Set the intent of an instance, or of all when it is None; returns the outcome.

    With ``dry_run`` nothing is changed. ``by`` is the operator's name. Raises ControlError.
    """
    with ControlClient(socket) as client:
        return client.set_intent(instance, intent, force=force, dry_run=dry_run, by=by)
