# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Checks that an instance depends on besides its own interface, and their weights."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, Callable, Dict, Mapping, Tuple, Union

from ..base.constants import TRACK_WEIGHT_MAX
from ..base.errors import Problem
from ..base.units import Nanoseconds, seconds
from . import target
from .command import Command, read_arguments
from .fields import (
    read_flag,
    read_interface,
    read_name,
    read_path,
    read_period,
    read_seconds,
    read_user,
)
from .readers import (
    Reader,
    RefusedError,
    Settings,
    list_of,
    matching,
    one_of,
    record,
    whole_number,
)
from .target import Target

_SCRIPT_INTERVAL_DEFAULT = seconds(1)


@dataclass(frozen=True)
class LinkDelays:
    """The times for which an interface has to be up, or down, before the change counts."""

    up: Nanoseconds = 0
    down: Nanoseconds = 0


NO_DELAYS = LinkDelays()


@dataclass(frozen=True)
class InterfaceCheck:
    """Up while the interface is administratively up and has a carrier."""

    interface: str
    delays: LinkDelays = NO_DELAYS

    def __str__(self) -> str:
        return f"interface {self.interface}"


@dataclass(frozen=True)
class ScriptCheck:
    """Up after ``rise`` successes in a row, down after ``fall`` failures in a row; the first result
    counts at once, but with ``init_fail`` the check is down until it has been up. The status shows
    its ``name``, or its program where it has none. With a target in place of a command it is a
    built-in check.
    """

    command: Union[Command, Target]
    interval: Nanoseconds
    rise: int
    fall: int
    name: str = ""
    init_fail: bool = False

    def __str__(self) -> str:
        kind = "script" if isinstance(self.command, Command) else self.command.kind
        return f"{kind} {self.name or self.command}"


@dataclass(frozen=True)
class FileCheck:
    """Up while the file holds a whole number, which multiplies the weight."""

    path: str

    def __str__(self) -> str:
        return f"file {self.path}"


class ArgumentsMatch(Enum):
    """The arguments of a process that have to be the given ones: all, the first ones, or all with a
    last one that may be longer. The words are those of keepalived (``param_match``).
    """

    EXACT = "exact"
    PARTIAL = "partial"
    INITIAL = "initial"


@dataclass(frozen=True)
class ProcessSelection:
    """The processes of a name, or of the absolute path that their command lines begin with, and
    with these arguments; None for any.
    """

    name: str
    arguments: Tuple[str, ...] | None = None
    match: ArgumentsMatch = ArgumentsMatch.EXACT

    @property
    def has_path(self) -> bool:
        """Whether it is the command line that tells the program."""
        return self.name.startswith("/")

    @property
    def key(self) -> str:
        """The selection as a text, the name alone where that is all."""
        if self.arguments is None:
            return self.name
        return json.dumps([self.name, self.match.value, *self.arguments])

    def matches(self, arguments: Tuple[str, ...]) -> bool:
        """Whether a process with these arguments, without its program, is selected."""
        wanted = self.arguments
        if wanted is None:
            return True
        if self.match is ArgumentsMatch.PARTIAL:
            return arguments[: len(wanted)] == wanted
        if self.match is ArgumentsMatch.EXACT or not wanted:
            return arguments == wanted
        is_as_long = len(arguments) == len(wanted) and arguments[:-1] == wanted[:-1]
        return is_as_long and arguments[-1].startswith(wanted[-1])

    def __str__(self) -> str:
        # Arguments may be secrets, and everybody may read the status.
        return f"{self.name} ..." if self.arguments else self.name


@dataclass(frozen=True)
class ProcessCheck:
    """Up while at least ``quorum`` processes of the selection run, and at most ``quorum_max``, None
    for any number; a change counts after it has lasted for ``up_delay`` or ``down_delay``.
    """

    selection: ProcessSelection
    quorum: int = 1
    quorum_max: int | None = None
    up_delay: Nanoseconds = 0
    down_delay: Nanoseconds = 0

    def is_met_by(self, count: int) -> bool:
        """Whether so many processes are as many as there have to be."""
        return count >= self.quorum and (self.quorum_max is None or count <= self.quorum_max)

    @property
    def wanted(self) -> str:
        """The number of processes that have to run, in words."""
        if self.quorum_max is None:
            return str(self.quorum)
        if self.quorum_max == self.quorum:
            return f"exactly {self.quorum}"
        return f"{self.quorum} to {self.quorum_max}"

    def __str__(self) -> str:
        return f"process {self.selection}"


Check = Union[InterfaceCheck, ScriptCheck, FileCheck, ProcessCheck]


@dataclass(frozen=True)
class Tracked:
    """A check and its weight for an instance.

    Weight 0: the instance takes no part while the check is down, or a file holds another number
    than 0. A negative weight is added to the priority while the check is down, a positive one while
    it is up; for a file, the number times the weight is added while it is up.

    ``reverse`` turns it round: without a weight, the instance takes no part while the check is up,
    or the file holds 0; what a weight would add is subtracted.
    """

    check: Check
    weight: int = 0
    reverse: bool = False

    def delayed(self, delays: LinkDelays) -> Tracked:
        """Return the check with the delays of its instance, which are for interfaces."""
        if not isinstance(self.check, InterfaceCheck):
            return self
        return replace(self, check=replace(self.check, delays=delays))


_QUORUM_MAX = 10_000


def _read_process_arguments(value: object) -> Tuple[str, ...]:
    """Split the arguments of a process by the quoting rules of a shell; raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text with arguments")
    try:
        return tuple(shlex.split(value))
    except ValueError as error:
        raise ValueError(f"{value!r} are not arguments: {error}") from None


_read_weight = whole_number(-TRACK_WEIGHT_MAX, TRACK_WEIGHT_MAX)
_WEIGHT: Mapping[str, Reader[Any]] = {"weight": _read_weight, "reverse": read_flag}
_read_process = matching(
    r"[^\s/]{1,64}|/\S{1,255}",
    "the name of a program without its directory, or an absolute path as in its command line",
)
_interface = record({"interface": read_interface, **_WEIGHT}, ["interface"])
_RUNS: Mapping[str, Reader[Any]] = {
    "name": read_name,
    "interval": read_period,
    "timeout": read_period,
    "rise": whole_number(1, 100),
    "fall": whole_number(1, 100),
    "init_fail": read_flag,
    **_WEIGHT,
}
_script = record({"command": read_arguments, "user": read_user, **_RUNS}, ["command"])
_ping = record({**target.PING, **_RUNS}, ["host"])
_tcp = record({**target.TCP, **_RUNS}, ["host", "port"])
_http = record({**target.HTTP, **_RUNS}, ["url"])
_dns = record({**target.DNS, **_RUNS}, ["host", "query"])
_file = record({"path": read_path, **_WEIGHT}, ["path"])
_process = record(
    {
        "name": _read_process,
        "arguments": _read_process_arguments,
        "arguments_match": one_of({one.value: one for one in ArgumentsMatch}),
        "quorum": whole_number(0, _QUORUM_MAX),
        "quorum_max": whole_number(0, _QUORUM_MAX),
        "up_delay": read_seconds,
        "down_delay": read_seconds,
        **_WEIGHT,
    },
    ["name"],
)


def _script_check(given: Settings) -> ScriptCheck:
    return _run_check(Command(given["command"], given.get("user", ""), _timeout(given)), given)


def _target_check(kind: str) -> Callable[[Settings], ScriptCheck]:
    """Return the maker of the built-in checks of a kind."""
    made = target.TARGETS[kind]
    names = {one.name for one in fields(made)} - {"timeout"}

    def make(given: Settings) -> ScriptCheck:
        target.refuse_contradictions(kind, given)
        own = {key: value for key, value in given.items() if key in names}
        return _run_check(made(timeout=_timeout(given), **own), given)

    return make


def _timeout(given: Settings) -> Nanoseconds:
    interval: Nanoseconds = given.get("interval", _SCRIPT_INTERVAL_DEFAULT)
    timeout: Nanoseconds = given.get("timeout", interval)
    return timeout


def _run_check(command: Union[Command, Target], given: Settings) -> ScriptCheck:
    interval: Nanoseconds = given.get("interval", _SCRIPT_INTERVAL_DEFAULT)
    rise, fall = given.get("rise", 1), given.get("fall", 1)
    init_fail = given.get("init_fail", False)
    return ScriptCheck(command, interval, rise, fall, given.get("name", ""), init_fail)


def _process_check(given: Settings) -> ProcessCheck:
    if "arguments_match" in given and "arguments" not in given:
        raise _refused("arguments_match", "has no effect without arguments")
    match = given.get("arguments_match", ArgumentsMatch.EXACT)
    selection = ProcessSelection(given["name"], given.get("arguments"), match)
    delays = given.get("up_delay", 0), given.get("down_delay", 0)
    check = ProcessCheck(selection, given.get("quorum", 1), given.get("quorum_max"), *delays)
    if check.quorum_max is not None and check.quorum_max < check.quorum:
        raise _refused("quorum_max", f"{check.quorum_max} is less than quorum, {check.quorum}")
    if check.quorum == 0 and check.quorum_max is None:
        raise _refused("quorum", "0 processes always run; give quorum_max, too")
    return check


def _refused(setting: str, why: str) -> RefusedError:
    return RefusedError([Problem(f".{setting}", why)])


def _tracked(
    fields: Reader[Settings], check_of: Callable[[Settings], Check]
) -> Reader[Tuple[Tracked, ...]]:
    """Make a reader of the tracked checks of one kind."""

    def read(value: object) -> Tracked:
        given = fields(value)
        return Tracked(check_of(given), given.get("weight", 0), given.get("reverse", False))

    return list_of(read)


TRACK_READERS: Dict[str, Reader[Tuple[Tracked, ...]]] = {
    "track_interfaces": _tracked(_interface, lambda given: InterfaceCheck(given["interface"])),
    "track_scripts": _tracked(_script, _script_check),
    "track_ping": _tracked(_ping, _target_check("ping")),
    "track_tcp": _tracked(_tcp, _target_check("tcp")),
    "track_http": _tracked(_http, _target_check("http")),
    "track_dns": _tracked(_dns, _target_check("dns")),
    "track_files": _tracked(_file, lambda given: FileCheck(given["path"])),
    "track_processes": _tracked(_process, _process_check),
}
