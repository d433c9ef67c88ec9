# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Kernel settings of interfaces, each restored when it is not needed any more."""

from __future__ import annotations

import contextlib
import os
import re
from functools import cached_property
from typing import Callable, Dict, Mapping

from ..base.errors import KernelError

_ROOT = "/proc/sys/net"
_OF_INTERFACE = re.compile(r"ipv[46]/(conf|neigh)/(?!\.\.?/)[^/]+/[a-z0-9_]+")


class SysctlStore:
    """Changes settings and restores them. ``keep`` saves the old values before the first change, so
    that a clean-up can restore them if this process dies. ``load`` returns those that the process
    before saved, and is called before the first change.
    """

    def __init__(
        self, keep: Callable[[Mapping[str, str]], None], load: Callable[[], Dict[str, str]]
    ) -> None:
        self._save = keep
        self._load = load

    @cached_property
    def _before(self) -> Dict[str, str]:
        return self._load()

    def change(self, name: str, value: str) -> None:
        """Set ``name``, such as ``ipv4/conf/eth0/arp_ignore``, to a value until it is restored.

        Raises KernelError.
        """
        present = read(name)
        if present == value:
            return
        if name not in self._before:
            self._save({**self._before, name: present})
            self._before[name] = present
        write(name, value)

    def restore(self, prefix: str = "", suffix: str = "") -> None:
        """Restore all settings whose names begin with ``prefix`` and end with ``suffix``."""
        for name in [one for one in self._before if one.startswith(prefix)]:
            if name.endswith(suffix):
                restore_setting(name, self._before.pop(name))
        # A record of too many settings restores them once more, and that is all.
        with contextlib.suppress(OSError):
            self._save(self._before)


def read(name: str) -> str:
    """Return the value of a setting; raises KernelError."""
    try:
        with open(os.path.join(_ROOT, name), encoding="ascii") as file:
            return file.read().strip()
    except OSError as error:
        raise KernelError(error.errno or 0, f"cannot read {name}") from None


def write(name: str, value: str) -> None:
    """Set a setting; raises KernelError."""
    try:
        with open(os.path.join(_ROOT, name), "w", encoding="ascii") as file:
            file.write(value)
    except OSError as error:
        raise KernelError(error.errno or 0, f"cannot set {name} to {value}") from None


def restore_setting(name: str, value: str) -> None:
    """Restore the old value of a setting, unless its interface is gone. Another file than that of a
    setting of an interface is left alone.
    """
    if _OF_INTERFACE.fullmatch(name):
        with contextlib.suppress(KernelError):
            write(name, value)


def has_ipv6() -> bool:
    """Whether the kernel has IPv6, and so settings of it."""
    return os.path.isdir(os.path.join(_ROOT, "ipv6"))


def interfaces() -> list[str]:
    """Return all interfaces that have IPv4 settings, and ``default``."""
    return [one for one in os.listdir(f"{_ROOT}/ipv4/conf") if one != "all"]
