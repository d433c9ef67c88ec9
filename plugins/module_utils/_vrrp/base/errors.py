# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The exceptions of the agent. No packet of a peer raises one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Sequence

_NAMES_SHOWN = 10  # In one message.


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a configuration: ``path`` names the place, ``text`` what is wrong."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class ConfigError(Exception):
    """A configuration that can't be used, with every problem found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class KernelError(Exception):
    """The kernel refused an operation; ``number`` is the errno."""

    def __init__(self, number: int, attempt: str) -> None:
        super().__init__(f"{attempt}: {os.strerror(number)}")
        self.number = number


class ControlError(Exception):
    """The agent can't be reached, or refused a request; ``code`` identifies the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# Codes for a failed restart: the new process can't run, or can't take over from the old one.
NOT_RESTARTED, NOT_INHERITED = "not_restarted", "not_inherited"


def unknown_instance(missing: Sequence[str], known: Sequence[str]) -> ControlError:
    """Return the error for names of instances that the host does not have."""
    names = f"this host has {_listed(known)}" if known else "this host has none"
    return ControlError("unknown_instance", f"there is no instance {_listed(missing)}; {names}")


def _listed(names: Sequence[str]) -> str:
    """Return the names, or the first of them where they are many."""
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def invariant(condition: bool, why: str) -> None:
    """Raise AssertionError unless a condition holds that always has to; the agent exits, and the
    service manager starts it again.
    """
    if not condition:
        raise AssertionError(why)
