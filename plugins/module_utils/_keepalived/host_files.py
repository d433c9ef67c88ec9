# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The files of keepalived on a host, and the options of its service."""

from __future__ import annotations

import fnmatch
import itertools
import os
import re
import shlex
from typing import Dict, List, NamedTuple, Sequence

from .._vrrp.runtime.files import open_regular
from .lines import Files

CONFIG = "/etc/keepalived/keepalived.conf"
_ENVIRONMENT_FILES = ("/etc/default/keepalived", "/etc/sysconfig/keepalived")
_FILES_MAX = 256
_ENTRIES_MAX = 10_000  # Of a directory.
_LENGTH_MAX = 1 << 20
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)=(.*)", re.ASCII)
_CHECK_LONG, _CHECK_SHORT = "--check", "C"
_WITH_VALUES = "figSpracbsA"  # Short options that the rest of the word belongs to.
_FILE_OPTIONS, _ID_OPTIONS = ("-f", "--use-file"), ("-i", "--config-id")


class ServiceOptions(NamedTuple):
    """The configuration file, the config-id that its conditions compare with, and whether
    keepalived does VRRP.
    """

    path: str = CONFIG
    config_id: str = ""
    has_vrrp: bool = True


def host_files(root: str = "") -> Files:
    """Return the way to the files below a root directory: regular ones alone, and a limited number,
    as others may have named them.
    """
    left = [_FILES_MAX]

    def read(path: str) -> str | None:
        left[0] -= 1
        try:
            if left[0] < 0:
                return None
            with open_regular(root + path) as file:
                return file.read(_LENGTH_MAX).decode(errors="replace")
        except OSError:
            return None

    return Files(read, lambda directory, pattern: _matches(root, directory, pattern))


def _matches(root: str, directory: str, pattern: str) -> List[str]:
    """Return the paths for a pattern. Its last part alone may have wildcards: several could stand
    for any number of directories.
    """
    parent, name = os.path.split(os.path.join(directory, pattern))
    try:
        with os.scandir(root + parent) as entries:
            found = (one.name for one in itertools.islice(entries, _ENTRIES_MAX))
            # As a shell does: a wildcard stands for no dot at the beginning.
            names = [one for one in found if one[0] != "." or name[:1] == "."]
    except OSError:
        return []
    return [os.path.join(parent, one) for one in sorted(fnmatch.filter(names, name))]


def options_of(arguments: Sequence[str]) -> ServiceOptions:
    """Return the options in the arguments of a keepalived."""
    path = _value(arguments, *_FILE_OPTIONS) or CONFIG
    has_vrrp = _CHECK_LONG not in arguments and not any(map(_has_check, arguments))
    return ServiceOptions(path, _value(arguments, *_ID_OPTIONS) or _host_name(), has_vrrp)


def _has_check(argument: str) -> bool:
    """Whether an argument has the short option by which keepalived runs its checkers alone."""
    if not argument.startswith("-") or argument.startswith("--"):
        return False
    flags = itertools.takewhile(lambda one: one not in _WITH_VALUES, argument[1:])
    return _CHECK_SHORT in flags


def _host_name() -> str:
    """Return the name of the host without its domain, which the config-id is by default."""
    return os.uname().nodename.partition(".")[0]


def _value(arguments: Sequence[str], short: str, long: str) -> str:
    for one, following in zip(arguments, [*arguments[1:], ""]):
        if one in (short, long):
            return following
        if one.startswith(f"{long}="):
            return one[len(long) + 1 :]
        if one.startswith(short) and not one.startswith("--"):
            return one[len(short) :]
    return ""


def command_of_unit(exec_start: str) -> str:
    """Return the command in the property ExecStart of a unit, as systemctl shows it."""
    found = re.search(r"argv\[\]=(.*?) ;", exec_start)
    return found[1] if found else ""


def arguments_of_unit(command: str, files: Files) -> List[str]:
    """Return the arguments with which systemd starts keepalived by a command, whose variables are
    in the files of the distributions.
    """
    values = _environment(files)
    arguments: List[str] = []
    for word in command.split():
        name = word.strip("${}")
        if word.startswith("$"):
            arguments.extend(_split(values.get(name, "")))
        else:
            arguments.append(word)
    return arguments[1:]


def _environment(files: Files) -> Dict[str, str]:
    values: Dict[str, str] = {}
    for path in _ENVIRONMENT_FILES:
        for line in (files.read(path) or "").splitlines():
            found = _ASSIGNMENT.fullmatch(line.strip())
            if found:
                values[found[1]] = " ".join(_split(found[2]))
    return values


def _split(text: str) -> List[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
