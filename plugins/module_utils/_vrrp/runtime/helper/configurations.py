# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The configurations that a helper obeys: that of the file, and for a while those before it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import Dict, FrozenSet, Tuple

from ...base.errors import ConfigError
from ...base.units import Nanoseconds, seconds
from ...control.protocol import digest
from ...model.commands import NumberedCommand, commands_of
from ...model.config import parse_config
from ...model.instance import Config
from ...model.tracking import FileCheck, ProcessCheck

# An agent may apply a new file up to 600 seconds later, and what has left it still runs its hooks.
_KEPT_FOR = seconds(660)
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOT = 0


@dataclass(frozen=True)
class Allowed:
    """The commands, files and processes of a configuration."""

    commands: Tuple[NumberedCommand, ...]
    files: FrozenSet[str]
    processes: FrozenSet[str]


class Configurations:
    """The texts of the file at ``path`` by their digests, with what each allows; read again when it
    changes. Mutable.

    An agent may still use the text before: it stays for eleven minutes after another valid one.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: Tuple[int, int] | None = None
        self._current = ""
        self._allowed: Dict[str, Allowed] = {}
        self._until: Dict[str, Nanoseconds] = {}
        self._refresh(0)

    def get(self, config: str, now: Nanoseconds) -> Allowed | None:
        """Return what the configuration with that digest allows; None for one that does not count
        any more, or never did.
        """
        self._refresh(now)
        for old in [one for one, until in self._until.items() if until <= now]:
            del self._until[old], self._allowed[old]
        return self._allowed.get(config)

    def _refresh(self, now: Nanoseconds) -> None:
        try:
            with open(self._path, encoding="utf-8") as file:
                found = os.fstat(file.fileno())
                stamp = (found.st_ino, found.st_mtime_ns)
                if stamp == self._seen or not _is_trusted(found):
                    return
                self._take(file.read(), now)
                self._seen = stamp
        except (OSError, UnicodeDecodeError, ConfigError):
            return  # It allows nothing new.

    def _take(self, text: str, now: Nanoseconds) -> None:
        name, allowed = digest(text), _allowed_by(parse_config(text))
        if self._current not in ("", name):
            self._until[self._current] = now + _KEPT_FOR
        self._current = name
        self._allowed[name] = allowed
        self._until.pop(name, None)


def _is_trusted(found: os.stat_result) -> bool:
    """Whether a helper that runs as root may obey a file: only root can write it."""
    if os.geteuid() != _ROOT:
        return True
    return found.st_uid == _ROOT and not found.st_mode & _OTHERS_MAY_WRITE


def _allowed_by(config: Config) -> Allowed:
    checks = [one.check for instance in config.instances for one in instance.tracked]
    return Allowed(
        commands_of(config),
        frozenset(one.path for one in checks if isinstance(one, FileCheck)),
        frozenset(one.name for one in checks if isinstance(one, ProcessCheck)),
    )
