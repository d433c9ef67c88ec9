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

from .host import Host, HostError

_NEEDED = (3, 9)
# The unit hides these from the agent (ProtectHome), and others can't enter most of them.
_HOMES = ("/root/", "/home/", "/run/user/")
_OTHERS_EXECUTE = 0o001


def find_python(host: Host, own: str) -> str:
    """Return the path of an interpreter for the agent: ``own``, by which Ansible runs, or one of
    the host.

    Raises HostError when there is none.
    """
    for path in _candidates(own):
        if _can_be_run(path) and _is_new_enough(host, path):
            return path
    needed = ".".join(map(str, _NEEDED))
    raise HostError(
        f"the agent's user can't run {own}, and the host has no other Python {needed} or newer: "
        "install python3, or set ansible_python_interpreter to one outside of home directories"
    )


def _candidates(own: str) -> Iterator[str]:
    yield own
    yield "/usr/bin/python3"
    yield from sorted(glob.glob("/usr/bin/python3.[0-9]*"), reverse=True)


def _can_be_run(path: str) -> bool:
    """Whether every user can run a program, inside the agent's unit."""
    return all(map(_is_open, (path, os.path.realpath(path))))


def _is_open(path: str) -> bool:
    if path.startswith(_HOMES):
        return False
    try:
        while path not in ("/", ""):
            if not os.stat(path).st_mode & _OTHERS_EXECUTE:
                return False
            path = os.path.dirname(path)
    except OSError:
        return False
    return True


def _is_new_enough(host: Host, path: str) -> bool:
    code = f"import sys; sys.exit(sys.version_info < {_NEEDED!r})"
    status, _output = host.ask(path, "-IS", "-c", code)
    return status == 0
