# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conventions that no common linter knows: names, docstrings, import circles, sizes.

``script/lint`` runs it.

- No identifier and no file's name holds a retired word: a metaphor of this project that stood for
  a term of the field. Fields of a TypedDict are exempt: they are keys of JSON.
- No docstring begins with a relative word: it is a sentence in the third person or a noun phrase.
  "Whether" is fine for a function that returns a bool.
- No import circle, also none of imports for type checkers.
- No function over 50 lines, no file over 400.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Set

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400
RELATIVE_WORDS = frozenset(
    ["What", "Who", "Whom", "Whose", "Those", "How", "When", "Where", "Which", "Whether", "So"]
)
_RETIRED_WORDS = Path(__file__).with_name("retired_words.txt")
_WORD = re.compile(r"[A-Za-z]+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def read_retired_words(text: str) -> Dict[str, str]:
    """The term that is used now, by retired word."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return dict(line.split(" ", 1) for line in lines)


RETIRED = read_retired_words(_RETIRED_WORDS.read_text())


def retired_words(name: str) -> List[str]:
    """The retired words that an identifier or a file's name is made of."""
    return [word for word in map(str.lower, _WORDS.findall(name)) if word in RETIRED]


# --- Names ---------------------------------------------------------------------------------------


def identifiers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, name) of every name that a source uses, but for the fields of a TypedDict."""
    exempt = set(_typed_dict_fields(tree))
    for node in ast.walk(tree):
        if node not in exempt:
            for name in _names_in(node):
                yield getattr(node, "lineno", 1), name


def _typed_dict_fields(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and "TypedDict" in map(ast.unparse, node.bases):
            yield from (one.target for one in node.body if isinstance(one, ast.AnnAssign))


def _names_in(node: ast.AST) -> Iterator[str]:
    for field in ("name", "id", "attr", "arg", "asname"):
        value = getattr(node, field, None)
        if isinstance(value, str):
            yield value


def check_names(path: Path, tree: ast.Module) -> Iterator[str]:
    """Problems with the name of a file and with the names in it."""
    for word in retired_words(path.stem):
        yield f"{path}: the file's name holds the retired word {word!r}: {RETIRED[word]}"
    for line, name in sorted(set(identifiers(tree))):
        for word in retired_words(name):
            yield f"{path}:{line}: {name} holds the retired word {word!r}: {RETIRED[word]}"


# --- Docstrings ----------------------------------------------------------------------------------


def check_docstrings(path: Path, tree: ast.Module) -> Iterator[str]:
    """Problems with the first words of docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            word = _first_word(ast.get_docstring(node) or "")
            if word in RELATIVE_WORDS and not (word == "Whether" and _returns_bool(node)):
                line = getattr(node, "lineno", 1)
                yield f"{path}:{line}: the docstring begins with {word!r}; name its subject"


def _first_word(docstring: str) -> str:
    found = _WORD.match(docstring)
    return found.group() if found else ""


def _returns_bool(node: ast.AST) -> bool:
    returns = getattr(node, "returns", None)
    return returns is not None and ast.unparse(returns) == "bool"


# --- Sizes ---------------------------------------------------------------------------------------


def check_sizes(path: Path, tree: ast.Module, text: str) -> Iterator[str]:
    """Problems with the length of a file and of its functions."""
    lines = len(text.splitlines())
    if lines > FILE_LINES_MAX:
        yield f"{path}: {lines} lines, at most {FILE_LINES_MAX} are allowed"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield (
                    f"{path}:{node.lineno}: {node.name} has {length} lines, "
                    f"at most {FUNCTION_LINES_MAX} are allowed"
                )


# --- Import circles ------------------------------------------------------------------------------


def imported_modules(module: str, tree: ast.Module, known: Set[str]) -> Iterator[str]:
    """The modules among ``known`` that a module imports anywhere, be it for type checkers only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            for name in (f"{base}.{alias.name}" for alias in node.names):
                yield from {name, base} & known
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & known


def _absolute(module: str, node: ast.ImportFrom) -> str:
    package = module.split(".")[: -node.level] if node.level else []
    return ".".join([*package, *([node.module] if node.module else [])])


def find_circle(imports: Dict[str, Set[str]]) -> List[str]:
    """The modules of one import circle, in order; none when there is no circle."""
    done: Set[str] = set()

    def visit(module: str, trail: List[str]) -> List[str]:
        if module in trail:
            return trail[trail.index(module) :]
        if module in done:
            return []
        for imported in sorted(imports.get(module, ())):
            circle = visit(imported, [*trail, module])
            if circle:
                return circle
        done.add(module)
        return []

    return next(filter(None, (visit(module, []) for module in sorted(imports))), [])


def module_name(path: Path) -> str:
    """The dotted name by which other files of the repository import a file."""
    parts = path.with_suffix("").parts
    if parts[0] == "plugins":
        return ".".join(("ansible_collections", "failover", "vrrp", *parts))
    return parts[-1]  # Tests and scripts import each other by the bare name.


def check_circles(trees: Dict[Path, ast.Module]) -> Iterator[str]:
    """The first import circle among these files, if there is one."""
    modules = {module_name(path): tree for path, tree in trees.items()}
    known = set(modules)
    imports = {
        name: {one for one in imported_modules(name, tree, known) if one != name}
        for name, tree in modules.items()
    }
    circle = find_circle(imports)
    if circle:
        yield f"import circle: {' -> '.join([*circle, circle[0]])}"


# -------------------------------------------------------------------------------------------------


def check(paths: List[Path]) -> List[str]:
    """All problems of these files."""
    texts = {path: path.read_text() for path in paths}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    problems: List[str] = []
    for path, tree in trees.items():
        problems.extend(check_names(path, tree))
        problems.extend(check_docstrings(path, tree))
        problems.extend(check_sizes(path, tree, texts[path]))
    return [*problems, *check_circles(trees)]


def main() -> int:
    """Check all Python files that git does not ignore; print the problems."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    problems = check([path for path in map(Path, listed.stdout.split()) if path.exists()])
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
