# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulation itself: equal seeds do the same, and planted bugs are found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from simulation.mutations import MUTATIONS, Mutation
from simulation.simulate import run

TESTS = Path(__file__).resolve().parents[1]
AGENT = TESTS.parent / "plugins" / "module_utils" / "_vrrp"
SEEDS_MAX = 2000


@pytest.mark.parametrize("seed", range(20))
def test_equal_seeds_have_equal_digests(seed: int) -> None:
    first, second = run(seed), run(seed, keep_lines=True)
    assert first.error == ""
    assert first.digest == second.digest
    assert second.lines


def test_different_seeds_have_different_digests() -> None:
    assert len({run(seed).digest for seed in range(20)}) == 20


def test_there_are_enough_mutations_of_different_things() -> None:
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS) >= 30
    assert len({one.file for one in MUTATIONS}) >= 8


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_planted_bug_is_found(mutation: Mutation, tmp_path: Path) -> None:
    copy = tmp_path / "_vrrp"
    shutil.copytree(AGENT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    mutated = copy / mutation.file
    source = mutated.read_text()
    assert source.count(mutation.right) == 1, f"{mutation.file} does not say that just once"
    mutated.write_text(source.replace(mutation.right, mutation.wrong))
    command = [
        sys.executable,
        "-m",
        "simulation.simulate",
        "--stop",
        "--processes",
        "1",
        "--seeds",
        str(SEEDS_MAX),
        "--first",
        str(mutation.first),
    ]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{TESTS}"}
    # Less than a test may take, so that the program ends with it.
    found = subprocess.run(
        command,
        check=False,
        cwd=TESTS,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert found.returncode == 1, f"not found by {SEEDS_MAX} seeds"
    assert "Error" not in found.stderr, found.stderr
