# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Checks that an instance depends on besides its own interface, and their weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, Dict, Tuple, Union

from ..base.constants import TRACK_WEIGHT_MAX
from ..base.units import Nanoseconds, seconds
from .command import Command, read_arguments
from .fields import read_interface, read_name, read_path, read_period, read_user
from .readers import Reader, Settings, list_of, matching, record, whole_number

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
    """Up after ``rise`` successes in a row, down after ``fall`` failures in a row. The status shows
    its ``name``, or its program where it has none.
    """

    command: Command
    interval: Nanoseconds
    rise: int
    fall: int
    name: str = ""

    def __str__(self) -> str:
        return f"script {self.name or self.command}"


@dataclass(frozen=True)
class FileCheck:
    """Up while the file holds a whole number, which multiplies the weight."""

    path: str

    def __str__(self) -> str:
        return f"file {self.path}"


@dataclass(frozen=True)
class ProcessCheck:
    """Up while at least ``quorum`` processes of that name run."""

    name: str
    quorum: int

    def __str__(self) -> str:
        return f"process {self.name}"


Check = Union[InterfaceCheck, ScriptCheck, FileCheck, ProcessCheck]


@dataclass(frozen=True)
class Tracked:
    """A check and its weight for an instance.

    Weight 0: the instance takes no part while the check is down, or a file holds another number
    than 0. A negative weight is added to the priority while the check is down, a positive one while
    it is up; for a file, the number times the weight is added while it is up.
    """

    check: Check
    weight: int = 0

    def delayed(self, delays: LinkDelays) -> Tracked:
        """Return the check with the delays of its instance, which are for interfaces."""
        if not isinstance(self.check, InterfaceCheck):
            return self
        return replace(self, check=replace(self.check, delays=delays))


_read_weight = whole_number(-TRACK_WEIGHT_MAX, TRACK_WEIGHT_MAX)
_read_process = matching(r"[^\s/]{1,64}", "the name of a program without its directory")
_interface = record({"interface": read_interface, "weight": _read_weight}, ["interface"])
_script = record(
    {
        "name": read_name,
        "command": read_arguments,
        "interval": read_period,
        "timeout": read_period,
        "rise": whole_number(1, 100),
        "fall": whole_number(1, 100),
        "user": read_user,
        "weight": _read_weight,
    },
    ["command"],
)
_file = record({"path": read_path, "weight": _read_weight}, ["path"])
_process = record(
    {"name": _read_process, "quorum": whole_number(1, 10_000), "weight": _read_weight}, ["name"]
)


def _script_check(given: Settings) -> ScriptCheck:
    interval: Nanoseconds = given.get("interval", _SCRIPT_INTERVAL_DEFAULT)
    timeout: Nanoseconds = given.get("timeout", interval)
    command = Command(given["command"], given.get("user", ""), timeout)
    rise, fall = given.get("rise", 1), given.get("fall", 1)
    return ScriptCheck(command, interval, rise, fall, given.get("name", ""))


def _tracked(
    fields: Reader[Settings], check_of: Callable[[Settings], Check]
) -> Reader[Tuple[Tracked, ...]]:
    """Make a reader of the tracked checks of one kind."""

    def read(value: object) -> Tracked:
        given = fields(value)
        return Tracked(check_of(given), given.get("weight", 0))

    return list_of(read)


TRACK_READERS: Dict[str, Reader[Tuple[Tracked, ...]]] = {
    "track_interfaces": _tracked(_interface, lambda given: InterfaceCheck(given["interface"])),
    "track_scripts": _tracked(_script, _script_check),
    "track_files": _tracked(_file, lambda given: FileCheck(given["path"])),
    "track_processes": _tracked(
        _process, lambda given: ProcessCheck(given["name"], given.get("quorum", 1))
    ),
}
