# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The exceptions of the agent. What a peer sends never raises one.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Sequence


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
    """The kernel refused what we tried; ``number`` is the errno."""

    def __init__(self, number: int, attempt: str) -> None:
        super().__init__(f"{attempt}: {os.strerror(number)}")
        self.number = number


class ControlError(Exception):
    """The agent can't be asked, or refused what it was asked for; ``code`` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# Codes of it: why no other process goes on. The new one can't run, or it can but not from here.
NOT_RESTARTED, NOT_INHERITED = "not_restarted", "not_inherited"


def invariant(condition: bool, why: str) -> None:
    """Die when something that can't be is; the service manager starts us afresh."""
    if not condition:
        raise AssertionError(why)
