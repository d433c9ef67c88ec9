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
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Tuple

from .._vrrp.base.paths import CONFIG
from .._vrrp.model.status import Status
from . import paths
from .bundle import unpack
from .firewalls.firewalls import open_for_vrrp
from .host import Host, HostError, Ownership, read
from .other_daemons import refuse_other_daemons
from .peer_changes import changes_seen_by_peers
from .service import ensure_service
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

    ``config`` is None to leave the configuration as it is. With ``hold_back``, one that changes the
    packets is left for a later run; ``apply_at`` is the time of day at which the agent applies it.
    """

    bundle: str
    archive: str | None
    python: str
    config: Dict[str, Any] | None
    firewall: bool
    hold_back: bool = False
    apply_at: float | None = None


@dataclass(frozen=True)
class InstallResult:
    """The outcome of an installation: ``restart_required`` says that the agent still has to be
    restarted; ``status`` is that of an agent that was left alone, else None; ``held_back`` are the
    settings of the instances whose packets the new configuration would change.
    """

    restart_required: bool = False
    status: Status | None = None
    held_back: Mapping[str, List[str]] = field(default_factory=dict)


def install_agent(host: Host, wanted: Wanted) -> InstallResult:
    """Install what is wanted and missing; returns the result.

    Raises HostError or BundleError; nothing in use is changed before the configuration has been
    validated.
    """
    if wanted.config is not None:
        refuse_other_daemons(host, wanted.config)
    _ensure_user(host)
    _ensure_version(host, wanted)
    config, held_back = _ensure_config(host, wanted)
    _ensure_current(host, wanted.bundle)
    _ensure_programs(host, wanted.python)
    _ensure_units(host)
    if wanted.firewall:
        open_for_vrrp(host, _interfaces(wanted.config))
    run = ensure_service(host, wanted.bundle, config, wanted.apply_at)
    return InstallResult(run.restart_required, run.status, held_back)


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
        why = output.strip().rpartition("\n")[2]  # Of a traceback.
        raise HostError(f"the agent can't be loaded by {wanted.python}: {why}")


def _ensure_config(host: Host, wanted: Wanted) -> Tuple[str | None, Mapping[str, List[str]]]:
    """Write the configuration, validated by the version that will read it.

    Returns the text of the file, and the changes that were held back.
    """
    present = read(CONFIG)
    text = present
    if wanted.config is not None:
        text = json.dumps(wanted.config, indent=2, sort_keys=True) + "\n"
    if text is None:
        return None, {}
    if text != present or not _is_current(wanted.bundle):
        _validate(host, wanted, text)
    held_back = changes_seen_by_peers(present, text) if wanted.hold_back else {}
    owner = Ownership(_CONFIG_MODE, paths.USER)
    if held_back and not host.check_mode:
        return present, held_back
    host.write(CONFIG, text, owner, shown=without_secrets)
    return text, held_back


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
