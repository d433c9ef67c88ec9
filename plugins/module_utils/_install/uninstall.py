# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Removal of the agent and everything that was installed with it."""

from __future__ import annotations

import os

from .._vrrp.base.paths import CONFIG_DIRECTORY, RUNTIME_DIRECTORY, STATE_DIRECTORY
from . import paths
from .firewalls import firewalls
from .host import Host
from .nonlocal_bind import ensure_nonlocal_bind
from .sandbox_check import CHECK_UNITS
from .users import remove_users

_REMOVED = (
    paths.DAEMON,
    paths.CONTROL,
    paths.LIBRARY,
    CONFIG_DIRECTORY,
    STATE_DIRECTORY,
    RUNTIME_DIRECTORY,
)
# That of the agent last: where it is missing, nothing has to be stopped any more.
_UNITS = (
    *CHECK_UNITS,
    paths.TIME_SYNC_DROP_IN,
    paths.HELPER_UNIT,
    paths.HELPER_SOCKET_UNIT,
    paths.UNIT,
)
_HELPER = (paths.HELPER_SOCKET_NAME, paths.HELPER_UNIT_NAME)


def uninstall_agent(host: Host) -> None:
    """Stop the agent, whose masters resign, and remove everything; raises HostError."""
    if os.path.exists(paths.UNIT):
        host.command("stop the service", "systemctl", "disable", "--now", paths.UNIT_NAME)
        host.command("stop the helper", "systemctl", "stop", *_HELPER)
        if not host.check_mode:
            host.ask(paths.DAEMON, "cleanup")  # Also what a clean-up before has failed at.
    removed = [host.remove(unit) for unit in _UNITS]
    if any(removed):
        host.remove_if_empty(paths.TIME_SYNC_DROP_IN_DIRECTORY)
        host.command("reload the systemd units", "systemctl", "daemon-reload")
    firewalls.close(host)
    ensure_nonlocal_bind(host, False)
    for path in _REMOVED:
        host.remove_tree(path)
    remove_users(host)
