# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The user and the groups as which a process that is root does something."""

from __future__ import annotations

import contextlib
import os
import pwd
from dataclasses import dataclass
from typing import Iterator, Sequence


@dataclass(frozen=True)
class Identity:
    """A user by number, with the groups and the home directory; None for those of the process."""

    home: str = "/"
    user: int | None = None
    group: int | None = None
    groups: Sequence[int] | None = None

    @classmethod
    def of(cls, name: str) -> Identity:
        """Return the identity of a user, that of the process for no name.

        Raises KeyError when there is no such user, and PermissionError when the process may not
        become that user.
        """
        if not name:
            return cls()
        entry = pwd.getpwnam(name)
        if entry.pw_uid == os.geteuid():
            return cls(entry.pw_dir)
        if os.geteuid() != 0:
            raise PermissionError(
                f"the helper is not root, and can't run it as {name}: deploy the configuration"
            )
        groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
        return cls(entry.pw_dir, entry.pw_uid, entry.pw_gid, groups)

    @contextlib.contextmanager
    def assumed(self) -> Iterator[None]:
        """Open files with the rights of this identity meanwhile. The process has one thread."""
        if self.user is None or self.group is None or self.groups is None:
            yield
            return
        own = os.geteuid(), os.getegid(), os.getgroups()
        os.setgroups(self.groups)
        os.setegid(self.group)
        os.seteuid(self.user)
        try:
            yield
        finally:
            os.seteuid(own[0])
            os.setegid(own[1])
            os.setgroups(own[2])
