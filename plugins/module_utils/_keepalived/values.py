# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The arguments of a statement, as keepalived reads them; each reader raises ValueError."""

from __future__ import annotations

import re
from typing import Tuple

from .blocks import Statement

_TRUE, _FALSE = ("on", "true", "yes"), ("off", "false", "no")
_WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,9}(\.\d{0,9})?|\.\d{1,9}", re.ASCII)


def first(statement: Statement) -> str:
    """Return the first argument."""
    if not statement.arguments:
        raise ValueError(f"{statement.word} has no value: keepalived ignores it")
    return statement.arguments[0]


def whole(text: str, low: int, high: int) -> int:
    """Read a whole number within limits."""
    if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
        raise ValueError(f"{text!r} is no whole number in {low}..{high}: keepalived rejects it")
    return int(text)


def decimal(text: str, low: float, high: float) -> float:
    """Read a number within limits; a whole one is an int."""
    if not _DECIMAL.fullmatch(text) or not low <= float(text) <= high:
        raise ValueError(f"{text!r} is no number in {low:g}..{high:g}: keepalived rejects it")
    number = float(text)
    return int(number) if number.is_integer() else number


def flag(statement: Statement) -> bool:
    """Read a flag, which is set where it has no argument."""
    if not statement.arguments:
        return True
    word = statement.arguments[0].lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(f"{statement.arguments[0]!r} is not on or off: keepalived ignores it")
    return word in _TRUE


def legal_name(text: str) -> str:
    """Return a name of keepalived as one that an instance or a group may have here."""
    name = re.sub(r"[^A-Za-z0-9_.:-]", "_", text)[:64]
    return name if re.match(r"[A-Za-z0-9_]", name) else f"vrrp{name}"


def names(statement: Statement) -> Tuple[str, ...]:
    """Return the words in the braces of a statement, several of which may be on one line."""
    return tuple(word for one in statement.inner for word in (one.word, *one.arguments))
