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
from .host import Host, HostError
from .metrics import stop_metrics
from .sandbox_check import CHECK_UNITS
from .sysctls import ensure_sysctls
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
    paths.METRICS_SOCKET_UNIT,
    paths.METRICS_UNIT,
    paths.UNIT,
)
_HELPER = (paths.HELPER_SOCKET_NAME, paths.HELPER_UNIT_NAME)
_STOPPED_WITHIN = 330  # Seconds: a little more than the unit gives it.
_TIMED_OUT = 124  # The exit status of timeout(1).


def _stop(host: Host) -> None:
    """Stop the agent, and disable it; raises HostError. A process of its user can ask systemd for
    more time again and again, and so is killed in the end.
    """
    stop = ("systemctl", "disable", "--now", paths.UNIT_NAME)
    status, output = host.ask("timeout", str(_STOPPED_WITHIN), *stop)
    if status == _TIMED_OUT:
        host.warnings.append(f"the agent did not stop within {_STOPPED_WITHIN} s, and was killed")
        host.ask("systemctl", "kill", "--signal=KILL", paths.UNIT_NAME)
        status, output = host.ask("timeout", str(_STOPPED_WITHIN), *stop)
    if status != 0:
        raise HostError(f"stop the service: {output.strip()}")


def uninstall_agent(host: Host) -> None:
    """Stop the agent, whose masters resign, and remove everything; raises HostError."""
    stop_metrics(host)
    if os.path.exists(paths.UNIT):
        host.change("stop the service", lambda: _stop(host))
        host.command("stop the helper", "systemctl", "stop", *_HELPER)
        if not host.check_mode:
            host.ask(paths.DAEMON, "cleanup")  # Also what a clean-up before has failed at.
    removed = [host.remove(unit) for unit in _UNITS]
    if any(removed):
        host.remove_if_empty(paths.TIME_SYNC_DROP_IN_DIRECTORY)
        host.command("reload the systemd units", "systemctl", "daemon-reload")
    firewalls.close(host)
    ensure_sysctls(host, {})
    for path in _REMOVED:
        host.remove_tree(path)
    remove_users(host)
