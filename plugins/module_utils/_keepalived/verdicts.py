# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The verdicts on the words of a configuration: none is ignored in silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import (
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Sequence,
    Tuple,
    TypeVar,
    Union,
)

from .blocks import Statement
from .lines import Fault, Place
from .shown import shown_without_secrets, without_arguments

UNKNOWN = "keepalived does not know the word either, and ignores it"


class VerdictKind(Enum):
    """The fate of a word: it has become a setting; it says what holds anyway; it does not matter
    here; or something is lost.
    """

    MAPPED = "mapped"
    EQUAL = "equal"
    DROPPED = "dropped"
    REFUSED = "refused"


class Outcome(NamedTuple):
    """A verdict with the setting, or the reason."""

    kind: VerdictKind
    text: str


@dataclass(frozen=True)
class Verdict:
    """The verdict on a statement, which is shown without secrets."""

    place: Place
    statement: str
    kind: VerdictKind
    text: str


class Verdicts:
    """All verdicts, in the order in which they were made. Mutable."""

    def __init__(self) -> None:
        # By the identity of the statement, which is kept alive.
        self._all: Dict[int, Tuple[Statement, Outcome]] = {}

    def add(self, statement: Statement, outcome: Outcome) -> None:
        """Add the outcome of a statement, or replace it: another statement has changed it."""
        self._all[id(statement)] = statement, outcome

    def add_all(self, statement: Statement, outcome: Outcome) -> None:
        """Add the same outcome for a statement and everything in its braces."""
        self.add(statement, outcome)
        for one in statement.inner:
            self.add_all(one, outcome)

    def complete(self, statements: Sequence[Statement]) -> List[Verdict]:
        """Return the verdicts on all statements, by file and line. One that nobody has read is in
        braces where keepalived expects none.
        """
        self._add_missing(statements)
        texts = shown_without_secrets(statements)
        found = [_verdict(*one, texts) for one in self._all.values()]
        return sorted(found, key=lambda one: (one.place.file, one.place.line))

    def _add_missing(self, statements: Iterable[Statement]) -> None:
        for one in statements:
            if id(one) not in self._all:
                self.add(one, dropped(UNKNOWN))
            self._add_missing(one.inner)

    def add_fault(self, fault: Fault) -> None:
        """Add something that could not be read."""
        self.add(Statement(fault.place, ""), refused(fault.text))


def _verdict(statement: Statement, outcome: Outcome, texts: Mapping[int, str]) -> Verdict:
    """Return a verdict; ``texts`` are those of statements that may hold secrets."""
    hidden = texts.get(id(statement))
    if hidden is None:
        return Verdict(statement.place, str(statement), *outcome)
    text = without_arguments(outcome.text, statement)
    return Verdict(statement.place, hidden, outcome.kind, text)


def mapped(setting: str) -> Outcome:
    """Return the outcome of a statement that has become a setting."""
    return Outcome(VerdictKind.MAPPED, setting)


def equal(why: str) -> Outcome:
    """Return the outcome of a statement that says what holds anyway."""
    return Outcome(VerdictKind.EQUAL, why)


def dropped(why: str) -> Outcome:
    """Return the outcome of a statement that does not matter here."""
    return Outcome(VerdictKind.DROPPED, why)


def refused(why: str) -> Outcome:
    """Return the outcome of a statement with which something is lost."""
    return Outcome(VerdictKind.REFUSED, why)


Subject = TypeVar("Subject")
Handler = Callable[[Subject, Statement], Outcome]
Entry = Union[Outcome, Handler[Subject]]  # The outcome of a word, whatever its arguments are.


def take(
    subject: Subject,
    statements: Iterable[Statement],
    entries: Mapping[str, Entry[Subject]],
    verdicts: Verdicts,
) -> None:
    """Let the handler of its word take each statement, and remember the outcome. A handler of a
    block takes what is in the braces itself, and raises ValueError for what it refuses.
    """
    for one in statements:
        handler = entries.get(one.word, dropped(UNKNOWN))
        if isinstance(handler, Outcome):
            verdicts.add_all(one, handler)
            continue
        try:
            verdicts.add(one, handler(subject, one))
        except ValueError as error:
            verdicts.add(one, refused(str(error)))
