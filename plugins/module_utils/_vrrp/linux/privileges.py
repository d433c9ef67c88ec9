# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Rights of this process that Python has no function for (prctl(2), capset(2))."""

from __future__ import annotations

import ctypes
import errno
import os
import pwd
import struct
from typing import Callable

from ..base.errors import KernelError

_PR_SET_DUMPABLE = 4
_PR_SET_KEEPCAPS = 8
_CAPABILITY_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3, which has two words of 32 bits.
_CAP_NET_ADMIN, _CAP_NET_RAW = 12, 13
_KEPT = 1 << _CAP_NET_ADMIN | 1 << _CAP_NET_RAW

_libc = ctypes.CDLL(None, use_errno=True)


def refuse_tracing() -> None:
    """Let no process of the same user trace this one or read its memory; raises KernelError."""
    _prctl(_PR_SET_DUMPABLE, 0)


def go_on_in_child(report: Callable[[int], None]) -> bool:
    """Go on in a child of this process, whose memory nobody can have opened before it refused to be
    traced; returns whether this is the child. The parent has to end, and ``report`` takes the
    child's process ID before. Raises KernelError when another process traces this one.
    """
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        if "TracerPid:\t0\n" not in file.read():
            raise KernelError(errno.EPERM, "go on while another process traces this one")
    child = os.fork()
    if child:
        report(child)
    return child == 0


def become_owner_of(directory: str) -> None:
    """Become the user who owns a directory, with the agent's capabilities, if this process is root
    and the owner is not.

    Files in such a directory are that user's to name: as root, this process could be led to write
    others. Does nothing where there is no directory. Raises KernelError.
    """
    try:
        owner = os.lstat(directory).st_uid
    except OSError:
        return
    if os.geteuid() != 0 or owner == 0:
        return
    try:
        entry = pwd.getpwuid(owner)
    except KeyError:
        raise KernelError(errno.ENOENT, f"become user {owner}, the owner of {directory}") from None
    _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups(os.getgrouplist(entry.pw_name, entry.pw_gid))
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(owner, owner, owner)
    _keep_capabilities()


def _keep_capabilities() -> None:
    """Give up all capabilities but those of the agent."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    low = struct.pack("=III", _KEPT, _KEPT, 0)
    _check(_libc.capset(header, low + bytes(12)), "capset")


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), "prctl")


def _check(result: int, name: str) -> None:
    if result != 0:
        raise KernelError(ctypes.get_errno(), name)
