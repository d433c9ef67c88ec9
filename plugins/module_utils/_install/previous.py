# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The version before an upgrade, with the configuration and the units that it had, and the way back
to them.
"""

from __future__ import annotations

import os
import shutil

from .._vrrp.base.paths import CONFIG
from . import paths
from .config_file import without_secrets
from .host import Host, HostError, open_private, read
from .metrics import start_metrics, stop_metrics
from .peer_changes import changes_seen_by_clients
from .service import restart_into_previous
from .versions import current_version, remove_superfluous, switch_to

# All that is written for one version, and goes back with it.
_FILES = (
    CONFIG,
    paths.DAEMON,
    paths.CONTROL,
    paths.UNIT,
    paths.TIME_SYNC_DROP_IN,
    paths.HELPER_UNIT,
    paths.HELPER_SOCKET_UNIT,
    paths.METRICS_SOCKET_UNIT,
    paths.METRICS_UNIT,
)
_NAME = "version"
_PRIVATE = 0o700  # The configuration may hold secrets.
_FIRST = "0.1.0-"  # Its agents give no status that tells whether they run as they should.


def ensure_current(host: Host, bundle: str) -> None:
    """Have a version in use, before its files are written; keep the one before with its files, and
    remove all others. Raises HostError.

    Interrupted, it is begun anew: until the version before is kept, nothing of it is changed. There
    is no way back to 0.1.0.
    """
    before, kept = current_version(), previous_version()
    if before is not None and before != bundle:
        kept = before  # Its agent still runs.
        if kept.startswith(_FIRST):
            host.remove_tree(paths.PREVIOUS)
        else:
            host.change(f"keep the version {kept} to go back to", lambda: _keep(str(kept)))
    elif kept == bundle:  # The end of an interrupted way back.
        host.remove_tree(paths.PREVIOUS)
    switch_to(host, bundle)
    remove_superfluous(host, {bundle, kept})


def _keep(bundle: str) -> None:
    unfinished = paths.PREVIOUS + ".new"
    _discard(unfinished)
    os.makedirs(unfinished)
    os.chmod(unfinished, _PRIVATE)
    for path in _FILES:
        if os.path.isfile(path):
            _copy(path, _kept(path, unfinished))
    with open(os.path.join(unfinished, _NAME), "w", encoding="utf-8") as file:
        file.write(bundle)
    _discard(paths.PREVIOUS)
    os.rename(unfinished, paths.PREVIOUS)


def _discard(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def _kept(path: str, directory: str) -> str:
    """Return the path at which a file is kept below a directory."""
    return os.path.join(directory, path.lstrip("/"))


def _copy(source: str, target: str) -> None:
    """Copy a file with its mode and its owner; raises OSError."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    found = os.stat(source)
    partial = target + ".new"
    with open(source, "rb") as before, open_private(partial) as after:
        shutil.copyfileobj(before, after)
    os.chown(partial, found.st_uid, found.st_gid)
    os.chmod(partial, found.st_mode & 0o777)
    os.replace(partial, target)


def previous_version() -> str | None:
    """Return the version that a host can go back to; None when none is kept."""
    return read(os.path.join(paths.PREVIOUS, _NAME))


def go_back(host: Host) -> str | None:
    """Bring back the version that was kept, with its configuration and units, and let it run; None
    when none is kept.

    Interrupted, it is begun anew. Raises HostError, also when the configurations differ in what
    hosts must not change one after the other.
    """
    bundle = previous_version()
    if bundle is None:
        return None
    if not os.path.isdir(os.path.join(paths.VERSIONS, bundle)):
        raise HostError(f"{paths.VERSIONS} has no {bundle}: deploy the version that is wanted")
    _refuse_other_instances()
    stop_metrics(host)
    # Its files are back before the version is in use again, so that they are never kept in part.
    for path in _FILES:
        _restore(host, path)
    switch_to(host, bundle)
    host.command("reload the systemd units", "systemctl", "daemon-reload")
    restart_into_previous(host, bundle)
    host.remove_tree(paths.PREVIOUS)
    remove_superfluous(host, {bundle})
    start_metrics(host)
    return bundle


def _refuse_other_instances() -> None:
    kept = read(_kept(CONFIG, paths.PREVIOUS))
    seen = changes_seen_by_clients(read(CONFIG), kept or "")
    if seen:
        named = "; ".join(f"{name}: {', '.join(settings)}" for name, settings in seen.items())
        raise HostError(
            "since the upgrade the configuration has changed in what hosts must not change one "
            f"after the other ({named}): put these settings of the inventory back, and deploy that "
            "first"
        )


def _restore(host: Host, path: str) -> None:
    """Put a file back as it was kept."""
    kept = _kept(path, paths.PREVIOUS)
    if not os.path.exists(kept):
        host.remove(path)
        return
    before, after = read(path), read(kept)
    if before != after:
        host.note_diff(path, without_secrets(before or ""), without_secrets(after or ""))
        host.change(f"put {path} back", lambda: _copy(kept, path))
