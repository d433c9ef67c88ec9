# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The running agent of a host: its status and its restart."""

from __future__ import annotations

import time

from .._control.query import status
from .._vrrp.base.errors import NOT_RESTARTED, ControlError
from .._vrrp.base.paths import CONTROL_SOCKET
from .._vrrp.control.client import ControlClient
from .._vrrp.model.status import Status
from . import paths
from .host import Host, HostError
from .templates import UNIT_DIGEST

_PATIENCE = 30.0  # Seconds for a hook or a hand-over that is under way.
_POLL = 0.2


def running_status() -> Status | None:
    """Return the status of the running agent; None when none answers."""
    try:
        return status(CONTROL_SOCKET)
    except ControlError:
        return None


def restart(host: Host) -> None:
    """Let the installed version run: restart the agent without a gap, if that is possible.

    Otherwise systemd restarts the service, and masters resign. Raises HostError when a new process
    can't run; the running one keeps serving.
    """
    host.change("restart the agent without a gap", lambda: _restart_in_place(host))


def _restart_in_place(host: Host) -> None:
    running = running_status()
    if running and running["agent"].get("unit") != UNIT_DIGEST:
        _restart_service(host, "the systemd unit of the running agent has changed")
        return
    try:
        _ask_until_it_can()
    except ControlError as error:
        if error.code in (NOT_RESTARTED, "invalid_config"):
            raise HostError(f"restart failed, the running agent still serves: {error}") from None
        _restart_service(host, str(error))


def _ask_until_it_can() -> None:
    """Ask the agent to restart, again while it is busy; raises ControlError."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with ControlClient() as client:
                client.restart()
                return
        except ControlError as error:
            if error.code != "busy" or time.monotonic() > deadline:
                raise
        time.sleep(_POLL)


def _restart_service(host: Host, why: str) -> None:
    host.command(f"restart the service: {why}", "systemctl", "restart", paths.UNIT_NAME)
