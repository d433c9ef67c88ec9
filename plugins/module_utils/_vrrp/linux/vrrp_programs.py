# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Other programs of this host that speak VRRP, noticed by their sockets.

Only root can see which program a socket belongs to, but everybody sees that there is one.
"""

from __future__ import annotations

import contextlib
import os
from typing import AbstractSet, FrozenSet, Iterator, List

from ..base.constants import VRRP_PROTOCOL

_TABLES = ("/proc/self/net/raw", "/proc/self/net/raw6")
_LOCAL_ADDRESS, _INODE = 1, 9  # Columns; in the place of the port is the protocol.


class VrrpPrograms:
    """Tells whether this network namespace has sockets of VRRP that this process did not open.
    Mutable.
    """

    def __init__(self) -> None:
        self._own: AbstractSet[str] = frozenset()

    def has_others(self) -> bool:
        """Whether another program has a socket of VRRP now."""
        present = vrrp_sockets()
        if not present - self._own:
            return False
        self._own = frozenset(sockets_of("self"))
        return bool(present - self._own)


def vrrp_sockets() -> FrozenSet[str]:
    """Return the inodes of all raw sockets of VRRP in this network namespace."""
    return frozenset(inode for table in _TABLES for inode in _inodes(_lines(table)))


def _lines(table: str) -> List[str]:
    try:
        with open(table, encoding="ascii") as file:
            return file.readlines()[1:]
    except OSError:
        return []  # A kernel without that family.


def _inodes(lines: List[str]) -> Iterator[str]:
    for columns in map(str.split, lines):
        protocol = int(columns[_LOCAL_ADDRESS].rpartition(":")[2], 16)
        if protocol == VRRP_PROTOCOL:
            yield columns[_INODE]


def sockets_of(process: str) -> Iterator[str]:
    """Yield the inodes of the sockets of a process, by its number in /proc or ``self``; none of
    one that has ended.
    """
    directory = f"/proc/{process}/fd"
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(directory):
            with contextlib.suppress(OSError):  # It was closed meanwhile.
                target = os.readlink(f"{directory}/{descriptor}")
                if target.startswith("socket:["):
                    yield target[len("socket:[") : -1]
