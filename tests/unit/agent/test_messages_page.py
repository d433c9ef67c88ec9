# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on messages has every reason, every problem and every line of the log."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from _vrrp.engine.coordination.demultiplexer import Demultiplexer
from _vrrp.engine.coordination.reconciler import _COUNTERS as RESTORED
from _vrrp.engine.router.receive_stats import _ANOMALIES as ANOMALIES
from _vrrp.model.instance import ChecksumForm
from _vrrp.wire.datagram import DropReason
from support.examples import ROOT

PACKAGE = ROOT / "plugins" / "module_utils" / "_vrrp"
PAGE = (ROOT / "docs" / "messages.md").read_text()
# The state machine and the engine have no other texts than those that people read.
PURE = sorted(path for part in ("fsm", "engine") for path in (PACKAGE / part).rglob("*.py"))
# The names of resources, of which a message is made.
PARTS = {"macvlan …", "interface …", "the macvlan of ….… on …"}


def text_of(node: ast.AST) -> str | None:
    """Return the text of a string, with a sign for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%(\.\d)?[sdf]", "…", node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (text_of(one) if isinstance(one, ast.Constant) else "…" for one in node.values)
        return "".join(part or "" for part in parts)
    return None


def documentation(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the docstrings, and the parts of formatted strings, which are no texts of their own."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            if node.body and isinstance(node.body[0], ast.Expr):
                yield node.body[0].value
        elif isinstance(node, ast.JoinedStr):
            yield from (one for one in ast.walk(node) if one is not node)


def messages(path: Path) -> Iterator[str]:
    """Yield the texts of several words in a file."""
    tree = ast.parse(path.read_text())
    left_out = set(documentation(tree))
    for node in ast.walk(tree):
        found = None if node in left_out else text_of(node)
        if found and " " in found.strip() and re.search("[a-z]{3}", found):
            yield found


def log_lines(path: Path) -> Iterator[str]:
    """Yield the texts of a file's calls of the logger."""
    for node in ast.walk(ast.parse(path.read_text())):
        is_call = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("LOGGER.")
        found = text_of(node.args[0]) if is_call and isinstance(node, ast.Call) else None
        if found and re.search("[a-z]{3}", found):
            yield found


def sentences() -> list[str]:
    """Return all texts, without what joins them to others."""
    found = [one for path in PURE for one in messages(path)]
    found += [one for path in sorted(PACKAGE.rglob("*.py")) for one in log_lines(path)]
    return sorted({one.strip(" ,;") for one in found} - PARTS)


@pytest.mark.parametrize("sentence", sentences())
def test_a_message_is_on_the_page(sentence: str) -> None:
    assert sentence.removesuffix("…").rstrip() in PAGE


def counters() -> Iterator[str]:
    """Yield the names of all counters of the status."""
    yield from (one.value for one in DropReason)
    yield from (f"checksum_{one.value}" for one in ChecksumForm)
    yield from ANOMALIES
    yield from RESTORED.values()
    yield from Demultiplexer().counters
    yield from ("advertisements_sent", "advertisements_received")
    yield from ("priority_zero_sent", "priority_zero_received")


@pytest.mark.parametrize("name", sorted(set(counters())))
def test_a_counter_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE.partition("## Counters")[2]
