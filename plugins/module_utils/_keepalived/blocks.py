# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The blocks of keepalived.conf: statements, some of which hold others in braces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable, Iterator, List, Tuple

from .lines import Fault, Line, Place
from .words import CLOSE, OPEN, split

_DEPTH_MAX = 16


@dataclass
class Statement:
    """A word with its arguments, and the statements in its braces; ``is_block`` when it has any
    braces.
    """

    place: Place
    word: str
    arguments: Tuple[str, ...] = ()
    is_block: bool = False
    inner: List[Statement] = field(default_factory=list)

    def named(self, *words: str) -> Iterator[Statement]:
        """Yield the statements in its braces with one of these words."""
        return (one for one in self.inner if one.word in words)

    def __str__(self) -> str:
        return " ".join((self.word, *self.arguments))


def parse_blocks(lines: Iterable[Line]) -> Tuple[List[Statement], List[Fault]]:
    """Return the statements outside of all braces, and what is wrong with the braces.

    A brace may be on the line of its statement, glued to it, or on a line of its own.
    """
    top = Statement(Place("", 0), "", is_block=True)
    open_blocks = [top]
    faults: List[Fault] = []
    for line in lines:
        for words in _statements(split(line.text)):
            faults.extend(_take(words, line.place, open_blocks))
    faults.extend(
        Fault(one.place, f"the block {one.word} is not closed") for one in open_blocks[1:]
    )
    return top.inner, faults


def _statements(words: List[str]) -> Iterator[List[str]]:
    """Yield the words of each statement of a line: a brace ends one, and is one."""
    found: List[str] = []
    for word in words:
        if word not in (OPEN, CLOSE):
            found.append(word)
            continue
        if found:
            yield found
        yield [word]
        found = []
    if found:
        yield found


def _take(words: List[str], place: Place, open_blocks: List[Statement]) -> Iterator[Fault]:
    inside = open_blocks[-1]
    if words == [OPEN] and len(open_blocks) > _DEPTH_MAX:
        yield Fault(place, "blocks are nested too deeply")
        open_blocks.append(inside)  # What follows is still read, as a part of this one.
    elif words == [OPEN]:
        last = inside.inner[-1] if inside.inner else None
        if last is None or last.is_block:
            yield Fault(place, "a brace opens no block")
            last = Statement(place, "")
            inside.inner.append(last)
        last.is_block = True
        open_blocks.append(last)
    elif words == [CLOSE]:
        if len(open_blocks) == 1:
            yield Fault(place, "a brace closes no block")
        else:
            open_blocks.pop()
    else:
        inside.inner.append(Statement(place, words[0], tuple(words[1:])))
