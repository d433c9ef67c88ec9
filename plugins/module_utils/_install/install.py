# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Installation on a host: agent, configuration, unit, firewall, service.

The steps are in an order that can be interrupted at any point without harm to what
runs: everything is prepared and validated before the first thing in use is replaced.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import tempfile
from dataclasses import dataclass
from typing import Any, Dict, List

from .._vrrp.base.paths import CONFIG
from .._vrrp.control.protocol import digest
from .._vrrp.model.status import Status
from . import paths
from .bundle import unpack
from .firewalls.firewalls import open_for_vrrp
from .host import Host, HostError, Ownership, read
from .service import running_status
from .templates import HELPER_SOCKET_TEXT, HELPER_UNIT_TEXT, UNIT_TEXT, program

_UNITS = {
    paths.HELPER_SOCKET_UNIT: HELPER_SOCKET_TEXT,
    paths.HELPER_UNIT: HELPER_UNIT_TEXT,
    paths.UNIT: UNIT_TEXT,
}
_CONFIG_MODE = 0o640  # It may hold secrets.
_SECRET = re.compile(r'("(?:password|secret)"\s*:\s*)"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Wanted:
    """The wanted state: ``bundle`` is the name of the version, ``archive`` its file on this host,
    if any.

    ``config`` is None to leave the configuration as it is.
    """

    bundle: str
    archive: str | None
    python: str
    config: Dict[str, Any] | None
    firewall: bool


@dataclass(frozen=True)
class InstallResult:
    """The outcome of an installation: ``restart_required`` says that the agent still has to be
    restarted; ``status`` is that of an agent that was left alone, else None.
    """

    restart_required: bool = False
    status: Status | None = None


def install_agent(host: Host, wanted: Wanted) -> InstallResult:
    """Install what is wanted and missing; returns the result.

    Raises HostError or BundleError; nothing in use is changed before the configuration has been
    validated.
    """
    _ensure_user(host)
    _ensure_version(host, wanted)
    config = _ensure_config(host, wanted)
    _ensure_current(host, wanted.bundle)
    _ensure_programs(host, wanted.python)
    _ensure_units(host)
    if wanted.firewall:
        open_for_vrrp(host, _interfaces(wanted.config))
    return _ensure_service(host, wanted.bundle, config)


def _ensure_user(host: Host) -> None:
    try:
        pwd.getpwnam(paths.USER)
    except KeyError:
        host.command(
            f"add the user {paths.USER}",
            "useradd", "--system", "--user-group", "--no-create-home",
            "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", paths.USER,
        )  # fmt: skip


def _ensure_version(host: Host, wanted: Wanted) -> None:
    if not os.path.isdir(os.path.join(paths.VERSIONS, wanted.bundle)):
        host.change(f"unpack the agent {wanted.bundle}", lambda: _unpack(host, wanted))


def _unpack(host: Host, wanted: Wanted) -> None:
    if wanted.archive is None:
        raise HostError(f"the host does not have {wanted.bundle}, and no archive was sent")
    directory = unpack(wanted.archive, wanted.bundle, paths.VERSIONS)
    # An import by root compiles the modules; the agent's user can't write here.
    code = f"import sys; sys.path.insert(0, {directory!r}); import _vrrp.agent.agent"
    status, output = host.ask(wanted.python, "-IS", "-c", code)
    if status != 0:
        shutil.rmtree(directory)  # Otherwise the next run would take it for a working version.
        raise HostError(f"the agent can't be loaded by {wanted.python}: {output}")


def _ensure_config(host: Host, wanted: Wanted) -> str | None:
    """Write the configuration, validated by the version that will read it; returns its text."""
    present = read(CONFIG)
    text = present
    if wanted.config is not None:
        text = json.dumps(wanted.config, indent=2, sort_keys=True) + "\n"
    if text is not None and (text != present or not _is_current(wanted.bundle)):
        _validate(host, wanted, text)
    if text is not None:
        owner = Ownership(_CONFIG_MODE, paths.USER)
        host.write(CONFIG, text, owner, shown=without_secrets)
    return text


def without_secrets(text: str) -> str:
    """Return the configuration without its secrets, for a diff."""
    return _SECRET.sub(r'\1"********"', text)


def _is_current(bundle: str) -> bool:
    link = paths.CURRENT
    return os.path.islink(link) and os.path.basename(os.readlink(link)) == bundle


def _validate(host: Host, wanted: Wanted, text: str) -> None:
    """Validate the configuration by the agent's own code; raises HostError with all problems.

    In check mode before the installation the code is that of the archive, which Python can import.
    """
    directory = os.path.join(paths.VERSIONS, wanted.bundle)
    code_path = directory if os.path.isdir(directory) else wanted.archive
    if code_path is None:
        raise HostError(f"the host does not have {wanted.bundle}, and no archive was sent")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        code = (
            f"import sys; sys.path.insert(0, {code_path!r}); from _vrrp.agent.cli import main; "
            f"sys.stderr = sys.stdout; raise SystemExit(main(['check', {file.name!r}]))"
        )
        status, output = host.ask(wanted.python, "-IS", "-c", code)
    if status != 0:
        problems = [line.removeprefix(f"{file.name}: ") for line in output.splitlines()]
        raise HostError("the configuration is invalid:\n" + "\n".join(problems))


def _ensure_current(host: Host, bundle: str) -> None:
    target = os.path.join("versions", bundle)
    before = os.readlink(paths.CURRENT) if os.path.islink(paths.CURRENT) else None
    if host.link(paths.CURRENT, target) and before is not None:
        host.link(paths.PREVIOUS, before)
    for name in _superfluous_versions(before, target):
        host.remove(os.path.join(paths.VERSIONS, name))


def _superfluous_versions(before: str | None, target: str) -> List[str]:
    """Return all versions except the wanted one and the previous one."""
    earlier = os.readlink(paths.PREVIOUS) if os.path.islink(paths.PREVIOUS) else None
    kept = {target, earlier if before in (None, target) else before}
    present = os.listdir(paths.VERSIONS) if os.path.isdir(paths.VERSIONS) else []
    return sorted(name for name in present if os.path.join("versions", name) not in kept)


def _ensure_programs(host: Host, python: str) -> None:
    host.write(paths.DAEMON, program(python, "main"), Ownership(0o755))
    host.write(paths.CONTROL, program(python, "control"), Ownership(0o755))


def _ensure_units(host: Host) -> None:
    changed = [host.write(path, text) for path, text in _UNITS.items()]
    if any(changed):
        host.command("reload the systemd units", "systemctl", "daemon-reload")


def _interfaces(config: Dict[str, Any] | None) -> List[str]:
    instances = (config or {}).get("instances", [])
    return sorted({instance["interface"] for instance in instances})


# --- The service ---------------------------------------------------------------------------------


def _ensure_service(host: Host, bundle: str, config: str | None) -> InstallResult:
    """Enable and start the service, or let the running agent read the configuration.

    The agent itself reports its version, so an interrupted earlier run is completed.
    """
    enabled, active = _service_state(host)
    if not enabled:
        host.command("enable the service", "systemctl", "enable", paths.UNIT_NAME)
    if not active:
        host.command("start the service", "systemctl", "start", paths.UNIT_NAME)
        return InstallResult()
    status = running_status()
    if status is None or status["agent"]["bundle"] != bundle:
        return InstallResult(restart_required=True)
    if config is not None and status["agent"]["config"] != digest(config):
        host.command("reload the configuration", "systemctl", "reload", paths.UNIT_NAME)
        return InstallResult()
    return InstallResult(status=status)


def _service_state(host: Host) -> tuple[bool, bool]:
    _status, output = host.ask(
        "systemctl", "show", "--property=UnitFileState,ActiveState", paths.UNIT_NAME
    )
    facts = dict(line.partition("=")[::2] for line in output.splitlines())
    return facts.get("UnitFileState") == "enabled", facts.get("ActiveState") == "active"
