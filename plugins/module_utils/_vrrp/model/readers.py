# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Readers of settings: small ones, and readers made of readers.

A reader takes a JSON value and returns the legal value, or raises ValueError with a sentence that
says what is wrong; the caller adds the path. A reader of a composed value raises ``RefusedError``,
which holds the problems of all parts with their paths.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple, TypeVar

from ..base.errors import Problem

Value = TypeVar("Value")
Reader = Callable[[object], Value]
_WORD_MAX = 20
# Settings by name, each of the type that its reader returns, which a dict's type can't express.
Settings = Dict[str, Any]


class RefusedError(ValueError):
    """The problems of a composed value; paths are relative, such as ``[0].interval``."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def problems_of(path: str, error: ValueError) -> List[Problem]:
    """Return the problems that a reader at ``path`` raised."""
    if isinstance(error, RefusedError):
        return [Problem(path + one.path, one.text) for one in error.problems]
    return [Problem(path, str(error))]


def whole_number(low: int, high: int) -> Reader[int]:
    """Make a reader of whole numbers from ``low`` to ``high``."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{value!r} is not a whole number")
        if not low <= value <= high:
            raise ValueError(f"{value} is not in {low}..{high}")
        return value

    return read


def matching(pattern: str, what: str) -> Reader[str]:
    """Make a reader of strings that match a pattern as a whole."""
    compiled = re.compile(pattern)

    def read(value: object) -> str:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return read


def one_of(choices: Mapping[str, Value]) -> Reader[Value]:
    """Make a reader of one of several words, each of which stands for a value."""

    def read(value: object) -> Value:
        if not isinstance(value, str) or value not in choices:
            *others, last = choices
            raise ValueError(f"{value!r} is not {', '.join(others)} or {last}")
        return choices[value]

    return read


def list_of(reader: Reader[Value], least: int = 0) -> Reader[Tuple[Value, ...]]:
    """Make a reader of lists with at least so many entries."""

    def read(value: object) -> Tuple[Value, ...]:
        if not isinstance(value, list):
            raise ValueError(f"{value!r} is not a list")
        if len(value) < least:
            raise ValueError(f"there are {len(value)} entries, and at least {least} is needed")
        found: List[Value] = []
        problems: List[Problem] = []
        for place, entry in enumerate(value):
            try:
                found.append(reader(entry))
            except ValueError as error:
                problems.extend(problems_of(f"[{place}]", error))
        if problems:
            raise RefusedError(problems)
        return tuple(found)

    return read


def masked(reader: Reader[Value]) -> Reader[Value]:
    """Make a reader whose errors do not show a value that may be a secret at the wrong place: a
    secret is longer than a word or a number.
    """

    def read(value: object) -> Value:
        try:
            return reader(value)
        except RefusedError:
            raise
        except ValueError as error:
            shown = repr(value)
            text = str(error)
            hidden = text.replace(shown, "the value") if len(shown) > _WORD_MAX else text
            raise ValueError(hidden) from None

    return read


def record(readers: Mapping[str, Reader[Any]], required: Sequence[str]) -> Reader[Settings]:
    """Make a reader of objects with these keys and no others."""

    def read(value: object) -> Settings:
        if not isinstance(value, dict):
            raise ValueError(f"{value!r} is not an object with settings")
        problems = [Problem(f".{key}", "missing") for key in required if key not in value]
        found: Settings = {}
        for key, entry in value.items():
            if key not in readers:
                problems.append(Problem(f".{key}", "unknown setting"))
                continue
            try:
                found[key] = readers[key](entry)
            except ValueError as error:
                problems.extend(problems_of(f".{key}", error))
        if problems:
            raise RefusedError(problems)
        return found

    return read
