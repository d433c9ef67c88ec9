# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The house: layers import only what stands before them, and the core touches no world."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Iterator

import pytest
from simulation.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "plugins" / "module_utils" / "_vrrp"
LAYERS = (
    "base",
    "model",
    "wire",
    "fsm",
    "engine",
    "planner",
    "control",
    "linux",
    "runtime",
    "metrics",
    "agent",
)
# control is for modules, which must not bring the engine along.
NOT_FOR_CONTROL = {"wire", "fsm", "engine", "planner"}
PURE = LAYERS[: LAYERS.index("control")]
# What a module without a clock, a socket, a file, a thread or a random number may import.
PURE_IMPORTS = {
    "__future__", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "functools",
    "hashlib", "heapq", "hmac", "ipaddress", "itertools", "json", "os", "re", "shlex",
    "struct", "typing",
}  # fmt: skip
PURE_PARTS = {"urllib.parse"}
PURE_OS = {"strerror"}
SOURCES = sorted(PACKAGE.rglob("*.py"))
SHIPPED = sorted((ROOT / "plugins").rglob("*.py"))
STARTS_PROCESS = ("subprocess.", "os.posix_spawn", "os.spawn", "os.fork", "os.exec", "pty.")
MAY_START_PROCESSES = {
    "processes.py": {"subprocess.Popen"},  # Commands, in the helper.
    "checker.py": {"subprocess.Popen"},  # The process of the built-in checks.
    "launch.py": {"os.posix_spawn"},  # The helper of an agent that runs from a checkout.
    "diagnose.py": {"subprocess.Popen"},  # Commands that show the host, in vrrpctl.
    "new_process.py": {"os.posix_spawnp"},  # The next process at a restart.
    "old_process.py": {"os.fork"},  # That process, which must be nobody's child.
    "privileges.py": {"os.fork"},  # The helper, whose memory nobody may have open.
}
BANNED_CALLS = {"print", "sys.exit", "os.system", "os.popen", "eval", "exec"}


def imports(path: Path) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """The imports of a file as (level, module, names)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield 0, alias.name, ()


def layer_of(path: Path) -> str:
    """The layer a source belongs to."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else "agent"


def imported_layers(path: Path) -> Iterator[str]:
    """The layers that a source imports by relative imports."""
    depth = len(path.relative_to(PACKAGE).parts)
    for level, module, _names in imports(path):
        if level == depth:
            yield module.partition(".")[0]
        elif level:
            yield layer_of(path)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_layer_imports_only_layers_before_it(path: Path) -> None:
    allowed = set(LAYERS[: LAYERS.index(layer_of(path)) + 1])
    if layer_of(path) == "control":
        allowed -= NOT_FOR_CONTROL
    assert set(imported_layers(path)) <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_agent_does_not_import_ansible_and_one_package_imports_each_library(path: Path) -> None:
    roots = {module.partition(".")[0] for level, module, _names in imports(path) if not level}
    assert not {root for root in roots if root.startswith("ansible")}
    assert "pyroute2" not in roots or layer_of(path) == "linux"
    assert "prometheus_client" not in roots or layer_of(path) == "metrics"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_core_is_pure(path: Path) -> None:
    if layer_of(path) not in PURE:
        return
    for level, module, names in imports(path):
        if level == 0:
            is_pure = module in PURE_PARTS or module.partition(".")[0] in PURE_IMPORTS
            assert is_pure, f"{path.name} imports {module}"
            assert module != "datetime" or "time" not in names
    tree = ast.parse(path.read_text())
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    for node in attributes:
        if isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr in PURE_OS, f"{path.name} uses os.{node.attr}"
        assert node.attr not in ("now", "utcnow", "today"), f"{path.name} reads a clock"
    names_called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "open" not in names_called


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_files_are_python_3_9_and_call_nothing_banned(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & BANNED_CALLS
    starts = {name for name in called if name.startswith(STARTS_PROCESS)}
    assert starts <= MAY_START_PROCESSES.get(path.name, set())


def test_only_the_named_files_start_processes() -> None:
    found = {
        path.name
        for path in SHIPPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(STARTS_PROCESS)
    }
    assert found == set(MAY_START_PROCESSES)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_text_of_a_planted_bug_stands_once(mutation: Mutation) -> None:
    # Whether the simulation finds it takes minutes.
    assert (PACKAGE / mutation.file).read_text().count(mutation.right) == 1
