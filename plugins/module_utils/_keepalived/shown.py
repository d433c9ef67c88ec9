# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Statements as people may see them: without secrets."""

from __future__ import annotations

import re
from typing import Dict, Iterable, Iterator, Set, Tuple

from .blocks import Statement
from .lines import Place

_SECRET = re.compile(r"auth|pass|secret|hmac|^key$", re.IGNORECASE)
_HARMLESS = ("key", "active_key", "mode", "anti_replay", "time_window")
_HIDDEN = "..."


# Checks of real servers may have passwords in the arguments of scripts, and in URLs.
_OF_SERVERS = ("virtual_server", "virtual_server_group", "SSL")


def shown_without_secrets(statements: Iterable[Statement]) -> Dict[int, str]:
    """Return the text of each statement that may hold a part of a secret, by its identity: it has
    a word such as auth_pass, is in the braces of one, or follows one on its line, as a password
    may have a brace.
    """
    texts: Dict[int, str] = {}
    places: Set[Place] = set()
    for one, is_inside in _walk(statements, False):
        if is_inside or one.place in places or _may_be_secret(one):
            places.add(one.place)
            texts[id(one)] = _shown(one)
    return texts


def without_arguments(text: str, statement: Statement) -> str:
    """Return a text without the arguments of a statement that it quotes."""
    for one in statement.arguments:
        text = text.replace(repr(one), _HIDDEN)
    return text


def _walk(statements: Iterable[Statement], is_inside: bool) -> Iterator[Tuple[Statement, bool]]:
    """Yield all statements in their order, and whether each is in the braces of a secret one."""
    for one in statements:
        yield one, is_inside
        is_block = one.word in _OF_SERVERS or _may_be_secret(one)
        yield from _walk(one.inner, is_inside or is_block)


def _may_be_secret(statement: Statement) -> bool:
    return bool(_SECRET.search(statement.word))


def _shown(statement: Statement) -> str:
    if statement.word not in _HARMLESS and not statement.word.startswith("auth"):
        return _HIDDEN
    return f"{statement.word} {_HIDDEN}" if statement.arguments else statement.word
