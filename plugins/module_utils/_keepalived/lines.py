# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The lines of keepalived.conf, after all that multiplies lines or leaves them out.

These are included files, conditions, definitions, sequences and lists: see keepalived.conf(5),
advanced configuration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from .words import without_comment

LINES_MAX = 200_000
_TEXT_MAX = 1 << 20  # Characters that a line stands for.
_DEPTH_MAX = 32  # Of files in files, and of definitions in definitions.
_VALUES_MAX = 10_000  # Of a sequence.
_CONDITION = re.compile(r"@(\^?)(\S+)\s*(.*)", re.DOTALL)
_DEFINITION = re.compile(r"\$([A-Za-z_]\w*)=(.*)", re.DOTALL | re.ASCII)
_PARAMETER = re.compile(r"\$\{([A-Za-z_]\w*)(?: ([^}]*))?\}|\$([A-Za-z_]\w*)(?=\s|$)", re.ASCII)
_SEQUENCE = re.compile(r"~SEQ(x?)\(([^()]*)\)\s*(.*)", re.DOTALL)
_LIST = re.compile(r"~LST\(([^()]*)\)\s*(.*)", re.DOTALL)
_INCLUDE = re.compile(r"include[rmwba]?\s+(\S.*)")
_GROUP = re.compile(r"\{([^{}]*)\}|([^,{}]+)")


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Line:
    """A line without its comment, where keepalived would read it."""

    place: Place
    text: str


@dataclass(frozen=True)
class Fault:
    """Something that could not be read as it was meant, such as a missing file."""

    place: Place
    text: str


@dataclass(frozen=True)
class Files:
    """The way to files: ``read`` returns the text of one, and None for one that can't be read;
    ``match`` returns the paths for a pattern, relative to a directory.
    """

    read: Callable[[str], Optional[str]]
    match: Callable[[str, str], Sequence[str]]


class TooLongError(Exception):
    """The configuration has more lines than anyone has written by hand."""


@dataclass
class Expander:
    """Reads a file and all that it includes. Conditions compare with ``config_id``, and ``_ENV``
    stands for a value of the ``environment``. ``faults`` are filled as lines are read. Mutable.
    """

    files: Files
    config_id: str
    environment: Mapping[str, str] = field(default_factory=dict)
    faults: List[Fault] = field(default_factory=list)
    _values: Dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def lines(self, path: str, depth: int = 0) -> Iterator[Line]:
        """Yield the lines of a file; raises TooLongError."""
        text = self.files.read(path)
        if text is None:
            self.faults.append(Fault(Place(path, 0), "the file can't be read"))
            return
        for number, line in _joined(text.split("\n")):
            yield from self._expand(Place(path, number), line, depth)

    def _expand(self, place: Place, text: str, depth: int) -> Iterator[Line]:
        """Yield the lines that a line stands for: several, where a definition has as many."""
        self._count += 1
        if self._count > LINES_MAX:
            raise TooLongError(
                f"{place}: this and what it stands for are more than {LINES_MAX} lines"
            )
        if depth > _DEPTH_MAX:
            self.faults.append(Fault(place, "files or definitions are nested too deeply"))
            return
        text = text.strip()
        included = _INCLUDE.fullmatch(text)
        definition = _DEFINITION.fullmatch(text)
        if included:
            yield from self._include(place, included[1], depth)
        elif definition:
            self._values[definition[1]] = definition[2].strip("\n")
        elif text[:1] == "@":
            yield from self._conditional(place, text, depth)
        elif text[:5] in ("~SEQ(", "~SEQx", "~LST("):
            yield from self._repeat(place, text, depth)
        else:
            yield from self._replace(place, text, depth)

    def _include(self, place: Place, pattern: str, depth: int) -> Iterator[Line]:
        directory = place.file.rpartition("/")[0]
        paths = self.files.match(directory, pattern.strip("\"' "))
        if not paths:
            self.faults.append(Fault(place, f"no file matches {pattern}"))
        for path in paths:
            yield from self.lines(path, depth + 1)

    def _conditional(self, place: Place, text: str, depth: int) -> Iterator[Line]:
        found = _CONDITION.fullmatch(text)
        if found and (found[2] == self.config_id) is not bool(found[1]):
            yield from self._expand(place, found[3], depth)

    def _repeat(self, place: Place, text: str, depth: int) -> Iterator[Line]:
        names, rows, rest = _repetition(text)
        if not rows:
            self.faults.append(
                Fault(place, f"{text.partition(')')[0]}) is no sequence and no list")
            )
        for row in rows:
            self._values.update(zip(names, row))
            yield from self._expand(place, rest, depth)

    def _replace(self, place: Place, text: str, depth: int) -> Iterator[Line]:
        """Replace parameters, once at a time: the value may be a line of another kind."""
        replaced = _PARAMETER.sub(lambda found: self._value(place, found), text)
        if len(replaced) > _TEXT_MAX:
            raise TooLongError(
                f"{place}: its parameters stand for more than {_TEXT_MAX} characters"
            )
        if replaced != text:
            for part in replaced.split("\n"):
                yield from self._expand(place, part, depth + 1)
        elif text:
            yield Line(place, text)

    def _value(self, place: Place, found: re.Match[str]) -> str:
        """Return the value of a parameter; the parameter as it is when there is none."""
        name, argument = found[1] or found[3], found[2]
        if name == "_ENV" and argument is not None:
            return self.environment.get(argument.strip(), "")
        predefined = {"_PWD": place.file.rpartition("/")[0], "_INSTANCE": self.config_id}
        return self._values.get(name, predefined.get(name, found[0]))


def _joined(lines: Sequence[str]) -> Iterator[Tuple[int, str]]:
    """Yield lines with their numbers. One that ends with a backslash goes on: a definition keeps
    its lines apart, and nothing else does.
    """
    parts: List[str] = []
    first = 1
    for number, raw in enumerate(lines, 1):
        text = without_comment(raw).rstrip()
        first = first if parts else number
        goes_on = text.endswith("\\")
        parts.append(text[:-1] if goes_on else text)
        if not goes_on:
            yield first, _join(parts)
            parts = []
    if parts:
        yield first, _join(parts)


def _join(parts: Sequence[str]) -> str:
    is_definition = _DEFINITION.match(parts[0].strip()) is not None
    return ("\n" if is_definition else " ").join(parts)


def _repetition(text: str) -> Tuple[List[str], List[Sequence[str]], str]:
    """Return the names, the values for each round, and the rest of the line; no values for a line
    that is malformed.
    """
    found = _LIST.fullmatch(text)
    if found:
        groups = [_group(one) for one in _GROUP.finditer(found[1])]
        names, rows = groups[0] if groups else [], groups[1:]
        return names, [one for one in rows if len(one) == len(names)], found[2]
    found = _SEQUENCE.fullmatch(text)
    if not found:
        return [], [], ""
    name, *limits = (one.strip() for one in found[2].split(","))
    numbers = _numbers(limits)
    written = "{:x}" if found[1] else "{}"
    return [name], [[written.format(one)] for one in numbers], found[3]


def _group(found: re.Match[str]) -> List[str]:
    return [one.strip() for one in (found[1] if found[1] is not None else found[2]).split(",")]


def _numbers(limits: Sequence[str]) -> Sequence[int]:
    """Return the numbers of a sequence by [start, [step,]] end."""
    try:
        values = [int(one, 0) for one in limits]
    except ValueError:
        return ()
    if not 1 <= len(values) <= 3:
        return ()
    end = values[-1]
    start = values[0] if len(values) > 1 else (1 if end > 0 else -1)
    step = values[1] if len(values) == 3 else (1 if end >= start else -1)
    if step == 0:
        return ()
    return range(start, end + (1 if step > 0 else -1), step)[:_VALUES_MAX]
