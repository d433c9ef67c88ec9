# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The Python interpreter of the agent: one that the agent's own user can run."""

from __future__ import annotations

import glob
import os
from typing import Iterator

from .host import Host

NEEDED = "3.9"
_NEEDED = (3, 9)
# The unit hides these from the agent (ProtectHome), and others can't enter most of them.
_HOMES = ("/root/", "/home/", "/run/user/")
_OTHERS_EXECUTE = 0o001
_SHEBANG_MAX = 120  # Characters of a path in the first line of a program (BINPRM_BUF_SIZE).


def find_pythons(host: Host, own: str, wanted: str | None = None) -> Iterator[str]:
    """Yield the paths of interpreters that the agent may be able to run by: ``wanted`` alone if it
    is given, else ``own``, by which Ansible runs, and those of the host.
    """
    for path in [wanted] if wanted else _candidates(own):
        if is_executable_by_all(path) and _is_new_enough(host, path):
            yield path


def _candidates(own: str) -> Iterator[str]:
    found = [own, "/usr/bin/python3", *sorted(glob.glob("/usr/bin/python3.[0-9]*"), reverse=True)]
    yield from dict.fromkeys(found)


def is_executable_by_all(path: str) -> bool:
    """Whether every user can run a program, inside the agent's unit and by a first line of a
    program.
    """
    fits = path.startswith("/") and len(path) <= _SHEBANG_MAX and not set(path) & set(" \t\n\"'\\")
    return fits and all(map(_is_open, (path, os.path.realpath(path))))


def _is_open(path: str) -> bool:
    is_there = os.path.exists(path) and not path.startswith(_HOMES)
    return is_there and closed_part(path) is None


def closed_part(path: str) -> str | None:
    """Return the part of a path that not every user can enter or execute; None if there is none. A
    part that is missing counts as open.
    """
    while path not in ("/", ""):
        if os.path.exists(path) and not os.stat(path).st_mode & _OTHERS_EXECUTE:
            return path
        path = os.path.dirname(path)
    return None


def _is_new_enough(host: Host, path: str) -> bool:
    code = f"import sys; sys.exit(sys.version_info < {_NEEDED!r})"
    status, _output = host.ask(path, "-IS", "-c", code)
    return status == 0
