# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that the helper runs: real ones."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from _vrrp.model.command import Command, CommandResult
from _vrrp.runtime import clock
from _vrrp.runtime.helper.processes import ProcessRunner
from _vrrp.runtime.loop import Loop

S = 1_000_000_000


class Runner:
    """A runner, its loop, and the results."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.ended: dict[int, CommandResult] = {}
        self.processes = ProcessRunner(self.loop, self.ended.__setitem__)

    def run(self, script: str, leaves_jobs: bool = False, timeout: int = 10 * S) -> CommandResult:
        """Return the result of a shell script."""
        command = Command(("/bin/sh", "-c", script), "", timeout)
        self.processes.start(1, command, {}, leaves_jobs, clock.now())
        deadline = clock.now() + 20 * S
        while 1 not in self.ended:
            assert clock.now() < deadline
            self.loop.run_once(clock.now() + S // 100)
            self.processes.reap(clock.now())
        return self.ended[1]


@pytest.fixture
def runner() -> Iterator[Runner]:
    made = Runner()
    yield made
    made.processes.kill()
    made.loop.close()


@pytest.mark.finding("C7")
def test_a_program_may_write_as_much_as_it_likes(runner: Runner) -> None:
    result = runner.run("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo the end")
    assert (result.status, result.output) == (0, "the end")


def test_a_program_that_closes_its_output_runs_on(runner: Runner) -> None:
    result = runner.run("exec >&- 2>&-; sleep 0.2; exit 3")
    assert result.status == 3


@pytest.mark.finding("C8")
@pytest.mark.parametrize("leaves_jobs", [True, False])
def test_what_a_hook_leaves_in_the_background_goes_on(
    runner: Runner, tmp_path: Path, leaves_jobs: bool
) -> None:
    done, pid = tmp_path / "done", tmp_path / "pid"
    job = f"(echo $$ > {pid}; sleep 0.5; touch {done}) >/dev/null 2>&1 &"
    assert runner.run(job, leaves_jobs).succeeded
    deadline = time.monotonic() + (5 if leaves_jobs else 1)
    while not done.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert done.exists() == leaves_jobs


def test_a_hook_that_takes_too_long_is_killed_with_its_jobs(runner: Runner, tmp_path: Path) -> None:
    done = tmp_path / "done"
    result = runner.run(f"(sleep 1; touch {done}) & sleep 10", True, timeout=S // 5)
    assert result.error == "killed after 0.20 s"
    time.sleep(1.2)
    assert not done.exists()


@pytest.mark.parametrize("leaves_jobs", [True, False])
def test_what_is_killed_goes_with_the_jobs_of_its_shell(
    runner: Runner, tmp_path: Path, leaves_jobs: bool
) -> None:
    # With job control a shell puts each job into a process group of its own.
    jobs = f"set -m; sleep 600 & echo $! >{tmp_path}/job; sleep 600"
    assert runner.run(jobs, leaves_jobs, timeout=S // 2).status is None
    job = int((tmp_path / "job").read_text())
    deadline = clock.now() + 5 * S
    while Path(f"/proc/{job}/stat").exists() and " Z " not in Path(f"/proc/{job}/stat").read_text():
        assert clock.now() < deadline
        time.sleep(0.01)


def test_no_descriptor_is_left(runner: Runner) -> None:
    runner.run("true")
    runner.ended.clear()
    before = len(os.listdir("/proc/self/fd"))
    runner.run("true")
    assert len(os.listdir("/proc/self/fd")) == before
