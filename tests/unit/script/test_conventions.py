# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conventions that script/lint checks: each on a source that breaks it, and all on our own."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import conventions
import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCE = Path("plugins/module_utils/_vrrp/engine/engine.py")


def names(source: str) -> list[str]:
    """The problems with the names of a source."""
    return list(conventions.check_names(SOURCE, ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "class Crew: pass",
        "def rehearse_takeover(): pass",
        "the_heir = 1",
        "router.rhythm = None",
        "def step(estate): pass",
        "call(farewell=1)",
        "from engine import Premises",
        "import numbers as errands",
    ],
)
def test_a_retired_word_is_found_in_every_kind_of_identifier(source: str) -> None:
    (problem,) = names(source)
    assert "engine.py:1" in problem
    assert "holds the retired word" in problem


def test_a_problem_with_a_name_has_the_current_term() -> None:
    (problem,) = names("class Crew: pass")
    assert problem.endswith("engine.py:1: Crew holds the retired word 'crew': router set")


@pytest.mark.parametrize(
    "source", ["Router = 1", "earliest = 1", "heard_at = 1", "forward = 1", "x = 'crew'"]
)
def test_other_words_and_strings_are_accepted(source: str) -> None:
    assert names(source) == []


def test_a_field_of_a_typed_dict_is_a_key_of_json_and_exempt() -> None:
    assert names("class State(TypedDict):\n    native: int") == []
    assert len(names("class State:\n    native: int")) == 1


def test_a_retired_word_is_found_in_the_name_of_a_file() -> None:
    (problem,) = conventions.check_names(Path("engine/crew.py"), ast.parse(""))
    assert problem == "engine/crew.py: the file's name holds the retired word 'crew': router set"


def docstrings(source: str) -> list[str]:
    """The problems with the docstrings of a source."""
    return list(conventions.check_docstrings(SOURCE, ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        '"""What an agent is."""',
        'class Agent:\n    """Who serves."""',
        'def start():\n    """How to begin."""',
        'def names() -> list[str]:\n    """Those that are known."""',
        'async def run():\n    """So long as it lasts."""',
        'def find() -> Router | None:\n    """Whether there is one."""',
        'class Flag:\n    """Whether it is set."""',
    ],
)
def test_a_docstring_that_begins_with_a_relative_word_is_found(source: str) -> None:
    (problem,) = docstrings(source)
    assert problem.endswith("; name its subject")


@pytest.mark.parametrize(
    "source",
    [
        'def serves() -> bool:\n    """Whether it serves."""',
        'class Sockets:\n    """Sockets of a router."""',
        '"""Whoever."""',
        "def undocumented(): pass",
    ],
)
def test_other_docstrings_are_accepted(source: str) -> None:
    assert docstrings(source) == []


def sizes(source: str) -> list[str]:
    """The problems with the sizes of a source."""
    return list(conventions.check_sizes(SOURCE, ast.parse(source), source))


def test_a_function_of_50_lines_is_accepted_and_one_of_51_is_not() -> None:
    fifty = "def long():\n" + "    x = 1\n" * 49
    assert sizes(fifty) == []
    (problem,) = sizes(fifty + "    x = 1\n")
    assert problem.endswith("engine.py:1: long has 51 lines, at most 50 are allowed")


def test_a_file_of_400_lines_is_accepted_and_one_of_401_is_not() -> None:
    assert sizes("x = 1\n" * 400) == []
    (problem,) = sizes("x = 1\n" * 401)
    assert problem.endswith("engine.py: 401 lines, at most 400 are allowed")


def circles(**sources: str) -> list[str]:
    """The import circles among modules of one package."""
    package = Path("plugins/module_utils/_vrrp/engine")
    return list(
        conventions.check_circles(
            {package / f"{name}.py": ast.parse(source) for name, source in sources.items()}
        )
    )


def test_an_import_circle_is_found() -> None:
    (problem,) = circles(
        one="from .two import x", two="from . import three", three="from .one import y"
    )
    assert [name.rpartition(".")[2] for name in problem.partition(": ")[2].split(" -> ")] == [
        "one", "two", "three", "one",
    ]  # fmt: skip


def test_an_import_circle_for_type_checkers_is_found() -> None:
    lazy = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .one import y"
    assert len(circles(one="from .two import x", two=lazy)) == 1


def test_an_import_circle_through_parent_packages_is_found() -> None:
    assert len(circles(one="from ..engine.two import x", two="from .one import y")) == 1


def test_imports_in_one_direction_are_accepted() -> None:
    assert circles(one="from .two import x\nfrom .three import y", two="from .three import y") == []


def test_our_own_sources_keep_the_conventions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    listed = subprocess.run(["git", "ls-files", "*.py"], check=True, capture_output=True, text=True)
    paths = [path for path in map(Path, listed.stdout.split()) if path.exists()]
    assert len(paths) > 200
    assert conventions.check(paths) == []
