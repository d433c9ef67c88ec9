# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The users and the group of the agent on a host."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import signal
from typing import Callable

from .._vrrp.base.constants import OPERATORS_GROUP, SCRIPT_USER
from . import paths
from .host import Host

_USERS = (paths.USER, SCRIPT_USER)


def ensure_users(host: Host) -> None:
    """Add the users of the agent and of scripts, and the group of operators; raises HostError."""
    for name in _USERS:
        if not _has_user(name):
            host.command(
                f"add the user {name}",
                "useradd", "--system", "--user-group", "--no-create-home",
                "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name,
            )  # fmt: skip
    if not _has_group(OPERATORS_GROUP):
        host.command(f"add the group {OPERATORS_GROUP}", "groupadd", "--system", OPERATORS_GROUP)


def remove_users(host: Host) -> None:
    """Remove them; raises HostError."""
    for name in filter(_has_user, _USERS):
        if not host.check_mode:
            _end_processes(pwd.getpwnam(name).pw_uid)
        host.command(f"remove the user {name}", "userdel", name)
    if _has_group(OPERATORS_GROUP):
        host.command(f"remove the group {OPERATORS_GROUP}", "groupdel", OPERATORS_GROUP)


def _end_processes(user: int) -> None:
    """Kill the processes of a user that no unit has ended; userdel refuses while there are any."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{process}").st_uid == user:
                os.kill(int(process), signal.SIGKILL)


def _has_user(name: str) -> bool:
    return _is_found(pwd.getpwnam, name)


def _has_group(name: str) -> bool:
    return _is_found(grp.getgrnam, name)


def _is_found(look_up: Callable[[str], object], name: str) -> bool:
    try:
        look_up(name)
    except KeyError:
        return False
    return True
