# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A program that is run for an instance: a tracked script or a hook."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Tuple

from ..base.units import Nanoseconds

INSTANCE, GROUP = "instance", "group"


@dataclass(frozen=True)
class Command:
    """``arguments`` begin with the absolute path of the program; no shell is involved.

    ``user`` is empty for the user of commands that name none. After ``timeout`` it is killed.
    ``notifies`` asks for the four arguments that keepalived gives to a notify script: about the
    ``instance``, or its sync ``group``; empty for none.
    As text, a command is its program alone: arguments may be secrets, and the status, which
    everybody may read, shows commands.
    """

    arguments: Tuple[str, ...]
    user: str
    timeout: Nanoseconds
    notifies: str = field(default="", repr=False)  # An older version keeps results by the rest.

    def __str__(self) -> str:
        program = shlex.quote(self.arguments[0])
        return f"{program} ..." if len(self.arguments) > 1 else program


@dataclass(frozen=True)
class CommandResult:
    """``status`` is the exit status; None when there is none, and ``error`` says why.

    ``output`` is the last line of its output, for people. ``is_lost``: the command may have ended
    in any way, or may not have run at all.
    """

    status: int | None
    error: str = ""
    output: str = ""
    is_lost: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the exit status was 0."""
        return self.status == 0

    def __str__(self) -> str:
        what = self.error if self.status is None else f"exit status {self.status}"
        return f"{what} ({self.output})" if self.output else what


def read_arguments(value: object) -> Tuple[str, ...]:
    """Split a command line by the quoting rules of a shell; raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a command line")
    try:
        arguments = tuple(shlex.split(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a command line: {error}") from None
    if not arguments or not arguments[0].startswith("/"):
        raise ValueError(f"{value!r} does not begin with the absolute path of a program")
    return arguments
