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

import os
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

from .._vrrp.base.errors import ConfigError
from .._vrrp.base.paths import CONFIG
from .._vrrp.model.commands import commands_of, needs_root
from .._vrrp.model.config import build_config, parse_config
from .._vrrp.model.instance import Config, Instance
from .._vrrp.model.status import Status
from .._vrrp.model.target import PingTarget
from . import paths
from .config_file import text_of, validate, write_config
from .firewalls.firewalls import open_for_vrrp, refuse_firewalls
from .host import Host, HostError, Ownership, read
from .metrics import NO_METRICS, Metrics, ensure_metrics
from .other_daemons import refuse_other_daemons
from .peer_changes import changes_seen_by_peers
from .previous import ensure_current
from .scheduling import DEFAULT, Scheduling
from .service import ensure_service
from .sysctls import ensure_sysctls, wanted_sysctls
from .templates import HELPER_SOCKET_TEXT, TIME_SYNC_TEXT, agent_unit, helper_unit, program
from .users import ensure_users
from .versions import ensure_version, is_current


@dataclass(frozen=True)
class Wanted:
    """The wanted state: ``bundle`` is the name of the version, ``archive`` its file on this host,
    if any; ``pythons`` are interpreters, of which the first that works is used.

    ``config`` is None to leave the configuration as it is. With ``hold_back``, one that changes the
    packets is left for a later run; ``apply_at`` is the time of day at which the agent applies it.
    With ``nonlocal_bind`` services may bind to addresses that the host does not have.
    """

    bundle: str
    archive: str | None
    pythons: Iterable[str]
    config: Dict[str, Any] | None
    firewall: bool
    hold_back: bool = False
    apply_at: float | None = None
    nonlocal_bind: bool = False
    scheduling: Scheduling = DEFAULT
    metrics: Metrics = NO_METRICS


@dataclass(frozen=True)
class InstallResult:
    """The outcome of an installation: ``restart_required`` says that the agent still has to be
    restarted, and ``unit_changed`` that this takes systemd; ``status`` is that of an agent that was
    left alone, else None; ``held_back`` are the settings of the instances whose packets the new
    configuration would change.
    """

    restart_required: bool = False
    unit_changed: bool = False
    status: Status | None = None
    held_back: Mapping[str, List[str]] = field(default_factory=dict)


def install_agent(host: Host, wanted: Wanted) -> InstallResult:
    """Install what is wanted and missing; returns the result.

    Raises HostError or BundleError; nothing in use is changed before the configuration has been
    validated.
    """
    if wanted.config is not None:
        refuse_other_daemons(host, wanted.config)
    if wanted.firewall:
        refuse_firewalls(host, _instances(wanted.config))
    ensure_users(host)
    python = ensure_version(host, wanted.bundle, wanted.archive, wanted.pythons, wanted.scheduling)
    before = read(CONFIG)
    text = _validated(host, wanted, python, before)
    held_back = changes_seen_by_peers(before, text) if wanted.hold_back and text else {}
    config = before if held_back and not host.check_mode else text
    ensure_current(host, wanted.bundle)
    if config is not None and wanted.config is not None:
        write_config(host, config)
    _ensure_programs(host, python)
    _ensure_units(host, config, wanted.scheduling)
    if wanted.firewall:
        open_for_vrrp(host, _instances(wanted.config))
    ensure_sysctls(host, wanted_sysctls(wanted.nonlocal_bind, _has_pings(config)))
    run = ensure_service(host, wanted.bundle, config, before, wanted.apply_at)
    # Last: an address that is taken must not keep the agent from its configuration.
    ensure_metrics(host, wanted.metrics, wanted.bundle)
    return InstallResult(run.restart_required, run.unit_changed, run.status, held_back)


def _validated(host: Host, wanted: Wanted, python: str, present: str | None) -> str | None:
    """Return the text of the wanted configuration, validated by the version that will read it.

    ``present`` is the text before. Raises HostError.
    """
    text = present if wanted.config is None else text_of(wanted.config)
    if text is not None and (text != present or not is_current(wanted.bundle)):
        validate(host, text, *_check_command(wanted, python))
    return text


def _check_command(wanted: Wanted, python: str) -> Tuple[str, ...]:
    """Return the command by which the agent's own code validates a file.

    In check mode before the installation the code is that of the archive, which Python can import.
    """
    directory = os.path.join(paths.VERSIONS, wanted.bundle)
    code_path = directory if os.path.isdir(directory) else wanted.archive
    if code_path is None:
        raise HostError(f"the host does not have {wanted.bundle}, and no archive was sent")
    code = (
        f"import sys; sys.path.insert(0, {code_path!r}); from _vrrp.agent.cli import main; "
        "raise SystemExit(main(['check', sys.argv[1]]))"
    )
    return python, "-IS", "-c", code


def _has_pings(text: str | None) -> bool:
    return any(isinstance(one.command, PingTarget) for one in commands_of(_parse(text)))


def _ensure_programs(host: Host, python: str) -> None:
    host.write(paths.DAEMON, program(python, "main"), Ownership(0o755))
    host.write(paths.CONTROL, program(python, "control"), Ownership(0o755))


def _ensure_units(host: Host, text: str | None, scheduling: Scheduling) -> None:
    """Write the units; that of the helper, and the order at boot, are as the configuration needs
    them.
    """
    config = _parse(text)
    units = {
        paths.HELPER_SOCKET_UNIT: HELPER_SOCKET_TEXT,
        paths.HELPER_UNIT: helper_unit(needs_root(config)),
        paths.UNIT: agent_unit(scheduling),
    }
    changed = [host.write(path, text) for path, text in units.items()]
    if any(one.hmac is not None and one.hmac.needs_clock for one in config.instances):
        changed.append(host.write(paths.TIME_SYNC_DROP_IN, TIME_SYNC_TEXT))
    else:
        changed.append(host.remove(paths.TIME_SYNC_DROP_IN))
        host.remove_if_empty(paths.TIME_SYNC_DROP_IN_DIRECTORY)
    if any(changed):
        host.command("reload the systemd units", "systemctl", "daemon-reload")


def _parse(text: str | None) -> Config:
    try:
        return Config(()) if text is None else parse_config(text)
    except ConfigError as error:
        raise HostError(f"{CONFIG} is invalid:\n{error}") from None


def _instances(config: Dict[str, Any] | None) -> Sequence[Instance]:
    """Return the instances of a configuration. One that is illegal is refused by its validation."""
    try:
        return () if config is None else build_config(config).instances
    except ConfigError:
        return ()
