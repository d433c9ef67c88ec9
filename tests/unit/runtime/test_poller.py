# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files and processes as the helper sees them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from _vrrp.model.tracking import ArgumentsMatch, ProcessSelection
from _vrrp.runtime.helper import poller
from _vrrp.runtime.helper.poller import count_processes, read_content
from support.segment import eventually


def started(command: list[Path | str]) -> subprocess.Popen[bytes]:
    """A process whose command line the kernel shows: it does a little after the start."""
    process = subprocess.Popen(command)
    eventually(Path(f"/proc/{process.pid}/cmdline").read_bytes)
    return process


def test_the_beginning_of_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "load").write_text("7\n" + "x" * 1000)
    found = read_content(str(tmp_path / "load"))
    assert found is not None
    assert found.startswith("7\n")
    assert len(found) == poller._CONTENT_MAX
    assert read_content(str(tmp_path / "missing")) is None


@pytest.mark.finding("C6")
def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert read_content(str(tmp_path / "fifo")) is None
    assert read_content("/dev/zero") is None
    assert read_content(str(tmp_path)) is None


@pytest.mark.finding("C9")
def test_a_process_that_has_ended_does_not_count(tmp_path: Path) -> None:
    program = tmp_path / "a (strange) one"
    program.symlink_to("/bin/sleep")
    process = started([program, "10"])
    selection = ProcessSelection("a (strange) one")
    assert count_processes([selection]) == {"a (strange) one": 1}
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert count_processes([selection]) == {"a (strange) one": 0}
    process.wait()


@pytest.mark.parametrize(
    ("arguments", "match", "counts"),
    [
        (None, "exact", True),
        (("10", "20"), "exact", True),
        (("10",), "exact", False),
        ((), "exact", False),
        (("10",), "partial", True),
        (("10", "20", "30"), "partial", False),
        (("10", "2"), "initial", True),
        (("10", "3"), "initial", False),
        (("1",), "initial", False),
    ],
)
@pytest.mark.parametrize("by_path", [False, True])
def test_processes_are_selected_by_their_arguments(
    tmp_path: Path,
    arguments: tuple[str, ...] | None,
    match: str,
    counts: bool,
    by_path: bool,
) -> None:
    program = tmp_path / f"vrp{os.getpid()}"
    program.symlink_to("/bin/sleep")
    name = str(program) if by_path else program.name
    selection = ProcessSelection(name, arguments, ArgumentsMatch(match))
    process = started([program, "10", "20"])
    try:
        assert count_processes([selection]) == {selection.key: int(counts)}
    finally:
        process.kill()
        process.wait()


def test_a_path_is_compared_with_the_command_line_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "nap").symlink_to("/bin/sleep")
    with subprocess.Popen(["./nap", "10"], cwd=tmp_path) as process:
        selection = ProcessSelection(str(tmp_path / "nap"))
        assert count_processes([selection]) == {selection.key: 0}
        process.kill()
