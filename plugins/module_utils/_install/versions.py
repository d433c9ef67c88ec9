# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The versions of the agent on a host: the one in use, the one before, and the next."""

from __future__ import annotations

import os
import shutil
from typing import Collection, Iterable

from . import paths
from .bundle import unpack
from .host import Host, HostError, read
from .interpreter import NEEDED, closed_part
from .sandbox_check import load_problem
from .scheduling import DEFAULT, Scheduling
from .templates import agent_unit, program

_READABLE = 0o755


def ensure_version(
    host: Host,
    bundle: str,
    archive: str | None,
    pythons: Iterable[str],
    scheduling: Scheduling = DEFAULT,
) -> str:
    """Unpack a version if the host does not have it; returns the first of the interpreters by which
    the units can run it. Raises HostError or BundleError.
    """
    for directory in (paths.LIBRARY, paths.VERSIONS):
        host.ensure_directory(directory, _READABLE)
    for directory in (paths.VERSIONS, *map(os.path.dirname, (paths.DAEMON, paths.CONTROL))):
        closed = closed_part(directory)
        if closed is not None and not host.check_mode:
            raise HostError(f"the agent's user can't enter {closed}: let others do so (chmod o+x)")
    target = os.path.join(paths.VERSIONS, bundle)
    is_new = not os.path.isdir(target)
    if is_new:
        host.change(f"unpack the agent {bundle}", lambda: _unpack(bundle, archive))
    try:
        return _working_python(host, bundle, pythons, scheduling)
    except HostError:
        if is_new and not host.check_mode:
            shutil.rmtree(target)  # Otherwise the next run would take it for a working version.
        raise


def _unpack(bundle: str, archive: str | None) -> None:
    if archive is None:
        raise HostError(f"the host does not have {bundle}, and no archive was sent")
    unpack(archive, bundle, paths.VERSIONS)


def _working_python(host: Host, bundle: str, pythons: Iterable[str], scheduling: Scheduling) -> str:
    """Return the first interpreter by which the units can run the version; raises HostError."""
    problems = []
    for python in pythons:
        if host.check_mode or _is_in_use(bundle, python, agent_unit(scheduling)):
            return python
        problem = load_problem(host, python, os.path.join(paths.VERSIONS, bundle), scheduling)
        if problem is None:
            return python
        problems.append(f"{python}: {problem}")
    why = "; ".join(problems) or "none is there that all users can run, outside of home directories"
    raise HostError(
        f"the agent's user can run the agent by no Python {NEEDED} or newer ({why}): install "
        "python3, or set vrrp_python to one that every user can run, outside of home directories"
    )


def _is_in_use(bundle: str, python: str, unit: str) -> bool:
    """Whether the version was installed with that interpreter and unit, and so has been tested."""
    is_same = read(paths.DAEMON) == program(python, "main") and read(paths.UNIT) == unit
    return is_same and is_current(bundle)


def current_version() -> str | None:
    """Return the version in use; None when none is installed."""
    link = paths.CURRENT
    return os.path.basename(os.readlink(link)) if os.path.islink(link) else None


def is_current(bundle: str) -> bool:
    """Whether a version is the one in use."""
    return current_version() == bundle


def switch_to(host: Host, bundle: str) -> None:
    """Have a version in use; raises HostError."""
    host.link(paths.CURRENT, os.path.join("versions", bundle))


def remove_superfluous(host: Host, kept: Collection[str | None]) -> None:
    """Remove all versions that are not ``kept``; raises HostError."""
    present = os.listdir(paths.VERSIONS) if os.path.isdir(paths.VERSIONS) else []
    for name in sorted(set(present).difference(kept)):
        host.remove(os.path.join(paths.VERSIONS, name))
