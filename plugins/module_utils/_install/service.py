# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The running agent of a host: its status and its restart."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Tuple

from .._control.query import status
from .._vrrp.agent.version import UNIT_VARIABLE
from .._vrrp.base.errors import NOT_RESTARTED, ControlError
from .._vrrp.base.paths import CONFIG, CONTROL_SOCKET
from .._vrrp.control.client import ControlClient
from .._vrrp.control.protocol import digest
from .._vrrp.model.status import Status
from . import paths
from .config_file import write_config
from .host import Host, HostError, read

_UNIT_DIGEST = re.compile(rf"^Environment={UNIT_VARIABLE}=(\w+)$", re.MULTILINE)
_PATIENCE = 30.0  # Seconds for a hook or a hand-over that is under way.
_POLL = 0.2
_NOTIFIED_WITHIN = 10.0  # Seconds; milliseconds are usual.
_SCHEDULE_PATIENCE = 660.0  # Seconds; a configuration is scheduled at most 600 seconds ahead.


def running_status() -> Status | None:
    """Return the status of the running agent; None when none answers."""
    try:
        return status(CONTROL_SOCKET)
    except ControlError:
        return None


@dataclass(frozen=True)
class ServiceResult:
    """The service after a run: ``restart_required`` says that another version or unit is installed
    than the one that runs, and ``unit_changed`` that it is another unit; ``status`` is that of an
    agent that was left alone, else None.
    """

    restart_required: bool = False
    unit_changed: bool = False
    status: Status | None = None


def ensure_service(
    host: Host,
    bundle: str,
    config: str | None,
    before: str | None,
    apply_at: float | None = None,
) -> ServiceResult:
    """Enable and start the service, or let the running agent read the configuration, and apply it
    at once or at a time of day. ``before`` is the text of the configuration before.

    The agent itself reports its version, so an interrupted earlier run is completed. Raises
    HostError.
    """
    enabled, active = unit_state(host, paths.UNIT_NAME)
    if not enabled:
        host.command("enable the service", "systemctl", "enable", paths.UNIT_NAME)
    if not active:
        # One that systemd starts again and again is "activating", and joins a start that fails.
        _start(host)
        return ServiceResult()
    status = _status_after_scheduled_reload(config)
    has_other_unit = status is None or _has_other_unit(status)
    if status is None or status["agent"]["bundle"] != bundle or has_other_unit:
        return ServiceResult(True, has_other_unit)
    if config is None or status["agent"]["config"] == digest(config):
        return ServiceResult(status=status)
    if apply_at is None:
        apply_config(host, before)
    else:
        host.change("schedule the new configuration", lambda: _reload_at(host, before, apply_at))
    return ServiceResult()


def apply_config(host: Host, before: str | None) -> None:
    """Let the running agent apply the configuration file; raises HostError if it refuses, and puts
    the text ``before`` back: another start would fail.
    """
    host.change("reload the configuration", lambda: _reload(host, before))


def _reload(host: Host, before: str | None, moment: float | None = None) -> None:
    try:
        with ControlClient() as client:
            client.reload(moment)
    except ControlError as error:
        if before is not None and error.code != "unreachable":
            write_config(host, before)
        raise HostError(
            f"the agent keeps its configuration, and refuses this one: {error}"
        ) from None


def is_active(host: Host) -> bool:
    """Whether systemd says that the agent runs."""
    return unit_state(host, paths.UNIT_NAME)[1]


def unit_state(host: Host, name: str) -> Tuple[bool, bool]:
    """Return whether a unit is enabled, and whether it is active, as systemd says."""
    _status, output = host.ask("systemctl", "show", "--property=UnitFileState,ActiveState", name)
    facts = dict(line.partition("=")[::2] for line in output.splitlines())
    return facts.get("UnitFileState") == "enabled", facts.get("ActiveState") == "active"


def _status_after_scheduled_reload(config: str | None) -> Status | None:
    """Return the status of the agent, once it has applied a configuration that is scheduled."""
    deadline = time.monotonic() + _SCHEDULE_PATIENCE
    while True:
        found = running_status()
        scheduled = found["agent"].get("scheduled_config") if found else None
        if config is None or scheduled != digest(config):
            return found
        if time.monotonic() > deadline:
            raise HostError("the agent has not applied the configuration that was scheduled")
        time.sleep(_POLL)


def _reload_at(host: Host, before: str | None, moment: float) -> None:
    _reload(host, before, moment)
    late = time.time() - moment
    if late > 0:
        host.warnings.append(
            f"the configuration was applied {late:.1f} seconds after the other hosts of the "
            "cluster: this host was notified too late, or its clock is ahead"
        )


def restart(host: Host) -> None:
    """Let the installed version run: restart the agent without a gap, if that is possible.

    Otherwise systemd restarts the service, and masters resign. Raises HostError when a new process
    can't run; the running one keeps serving.
    """
    host.change("restart the agent without a gap", lambda: _restart_in_place(host))


def _restart_in_place(host: Host) -> None:
    running = running_status()
    if running and _has_other_unit(running):
        _restart_service(host, "the systemd unit of the running agent has changed")
        return
    try:
        _replace_process(host)
    except ControlError as error:
        if error.code in (NOT_RESTARTED, "invalid_config"):
            raise HostError(f"restart failed, the running agent still serves: {error}") from None
        _restart_service(host, str(error))


def restart_into_previous(host: Host, bundle: str) -> None:
    """Let a version run that was in use before, in whatever state the present one is: without a
    gap, where it can hand over. Raises HostError when it does not run then.
    """
    running = running_status()
    if running is None or running["agent"]["bundle"] != bundle:
        host.change(f"restart the agent into {bundle}", lambda: _restart_anyhow(host, running))
    elif running["agent"]["config"] != digest(read(CONFIG) or ""):
        apply_config(host, None)
    now = running_status()
    if not host.check_mode and (now is None or now["agent"]["bundle"] != bundle):
        raise HostError(f"{bundle} is back, and does not run: see journalctl -u vrrp-agent")


def _restart_anyhow(host: Host, running: Status | None) -> None:
    """Restart without a gap if the running agent can do that, else by systemd."""
    if running is None or _has_other_unit(running):
        _restart_service(host, "the agent does not answer, or its systemd unit has changed")
        return
    try:
        _replace_process(host)
    except ControlError as error:
        _restart_service(host, str(error))


def _has_other_unit(running: Status) -> bool:
    """Whether the running agent was started under another systemd unit than the installed one."""
    found = _UNIT_DIGEST.search(read(paths.UNIT) or "")
    return found is None or running["agent"].get("unit") != found[1]


def _replace_process(host: Host) -> None:
    """Let another process take over from the running one; raises ControlError or HostError."""
    before = _main_process(host)
    _ask_until_it_can()
    _wait_for_another_process(host, before)


def _main_process(host: Host) -> str:
    """Return the main process of the service as systemd knows it."""
    _status, shown = host.ask("systemctl", "show", "--property=MainPID", paths.UNIT_NAME)
    return shown.strip()


def _wait_for_another_process(host: Host, before: str) -> None:
    """Wait until systemd knows another main process; raises HostError when it never does. The agent
    answers a moment before it tells systemd.
    """
    deadline = time.monotonic() + _NOTIFIED_WITHIN
    while _main_process(host) == before:
        if time.monotonic() > deadline:
            raise HostError("the agent says that it has restarted, and is the same process")
        time.sleep(_POLL)


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


def _start(host: Host) -> None:
    """Start the service; raises HostError with what the agent has logged."""
    try:
        host.command("start the service", "systemctl", "restart", paths.UNIT_NAME)
    except HostError as error:
        unit = f"_SYSTEMD_UNIT={paths.UNIT_NAME}"
        _status, logged = host.ask("journalctl", unit, "--lines=3", "--output=cat", "--quiet")
        raise HostError(f"{error}; the agent has logged: {logged.strip() or 'nothing'}") from None


def _restart_service(host: Host, why: str) -> None:
    host.command(f"restart the service: {why}", "systemctl", "restart", paths.UNIT_NAME)
