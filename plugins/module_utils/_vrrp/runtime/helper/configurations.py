# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The configurations that a helper obeys: that of the file, and for a while those before it.

The file holds secrets, so the helper's user can't read it. The agent, which can, passes it on as an
open file, and the helper looks whether that is the file of the configuration, as root wrote it.
"""

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
from ...model.tracking import FileCheck, ProcessCheck, ProcessSelection

# An agent may apply a new file up to 600 seconds later, and what has left it still runs its hooks.
_KEPT_FOR = seconds(660)
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOT = 0


@dataclass(frozen=True)
class Allowed:
    """The commands, files and processes of a configuration."""

    commands: Tuple[NumberedCommand, ...]
    files: FrozenSet[str]
    processes: FrozenSet[ProcessSelection]


class Configurations:
    """The texts of the file at ``path`` that were passed on, by their digests. Mutable.

    An agent may still use a text when the file has another one: it counts for eleven minutes more.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._current: Tuple[str, _Stamp] | None = None
        self._allowed: Dict[str, Allowed] = {}
        self._until: Dict[str, Nanoseconds] = {}

    def read(self, descriptor: int, now: Nanoseconds) -> None:
        """Read the configuration from an open file, and close it; one that is not the file at the
        path, that others could have written or that is invalid allows nothing.
        """
        try:
            text, stamp = self._text(descriptor)
            name, allowed = digest(text), _allowed_by(parse_config(text))
        except (OSError, UnicodeDecodeError, ConfigError):
            return
        finally:
            os.close(descriptor)
        self._let_current_expire(name, now)
        self._current = (name, stamp)
        self._allowed[name] = allowed
        self._until.pop(name, None)

    def get(self, config: str) -> Allowed | None:
        """Return what the configuration with that digest allows; None for one that does not count
        any more, or never did.
        """
        return self._allowed.get(config)

    def refresh(self, now: Nanoseconds) -> None:
        """Note that the file has changed, and drop the texts that do not count any more."""
        if self._current is not None and self._current[1] != _stamp_at(self._path):
            self._let_current_expire("", now)
            self._current = None
        for old in [one for one, until in self._until.items() if until <= now]:
            del self._until[old], self._allowed[old]

    def _text(self, descriptor: int) -> Tuple[str, _Stamp]:
        """Return the text of an open file; raises OSError for one that is not to be obeyed."""
        found = os.fstat(descriptor)
        if _stamp(found) != _stamp_at(self._path) or not _is_trusted(found):
            raise PermissionError(f"{self._path} is another file, or not written by root alone")
        # The agent shares the position in the file, so nothing is read from there.
        return os.pread(descriptor, found.st_size, 0).decode(), _stamp(found)

    def _let_current_expire(self, successor: str, now: Nanoseconds) -> None:
        if self._current is not None and self._current[0] != successor:
            self._until.setdefault(self._current[0], now + _KEPT_FOR)


# Device, inode and the time of the last change of a file.
_Stamp = Tuple[int, int, int]


def _stamp(found: os.stat_result) -> _Stamp:
    return found.st_dev, found.st_ino, found.st_mtime_ns


def _stamp_at(path: str) -> _Stamp | None:
    """Return the stamp of a file; None when there is none."""
    try:
        return _stamp(os.stat(path))
    except OSError:
        return None


def _is_trusted(found: os.stat_result) -> bool:
    """Whether a helper may obey a file: only root, or the helper's own user, can write it."""
    is_owned = found.st_uid in (_ROOT, os.geteuid())
    is_closed = found.st_uid != _ROOT or not found.st_mode & _OTHERS_MAY_WRITE
    return stat.S_ISREG(found.st_mode) and is_owned and is_closed


def _allowed_by(config: Config) -> Allowed:
    checks = [one.check for instance in config.instances for one in instance.tracked]
    return Allowed(
        commands_of(config),
        frozenset(one.path for one in checks if isinstance(one, FileCheck)),
        frozenset(one.selection for one in checks if isinstance(one, ProcessCheck)),
    )
