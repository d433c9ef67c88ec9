# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rights of a process that root has started."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.segment import ENVIRONMENT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")

NOBODY = 65534


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that belongs to an unprivileged user."""
    with tempfile.TemporaryDirectory() as made:
        os.chown(made, NOBODY, -1)
        yield Path(made)


def run(code: str) -> str:
    """Run Python code that begins with the imports of all tests; returns what it prints."""
    imports = "import os; from _vrrp.linux import privileges; "
    command = [sys.executable, "-c", imports + code]
    return subprocess.run(
        command, env=ENVIRONMENT, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.finding("E3")
def test_root_becomes_the_owner_of_a_directory_with_two_capabilities(directory: Path) -> None:
    code = (
        f"privileges.become_owner_of({str(directory)!r}); "
        "status = dict(one.split(':', 1) for one in open('/proc/self/status')); "
        "print(os.getresuid(), *(int(status[one], 16) for one in ('CapPrm', 'CapEff', 'CapAmb')))"
    )
    # CAP_NET_ADMIN is 12 and CAP_NET_RAW is 13 (capabilities(7)).
    rights = 2**12 + 2**13
    assert run(code).split() == ["(65534,", "65534,", "65534)", str(rights), str(rights), "0"]


def test_root_stays_root_where_the_directory_is_its_own_or_missing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        assert run(f"privileges.become_owner_of({str(path)!r}); print(os.geteuid())") == "0\n"


def test_a_process_can_refuse_to_be_traced() -> None:
    code = "privileges.refuse_tracing(); print(os.stat('/proc/self/mem').st_uid)"
    # Its files in /proc belong to root (proc(5)), so another process of its user can't open them.
    assert run(f"os.setresuid({NOBODY}, {NOBODY}, {NOBODY}); {code}") == "0\n"


def test_memory_that_was_opened_before_shows_nothing_of_the_child() -> None:
    # What another process of the user has opened while this one could be traced.
    code = (
        "memory = os.open('/proc/self/mem', os.O_RDONLY)\n"
        "privileges.refuse_tracing()\n"
        "if not privileges.go_on_in_child(lambda child: os.waitpid(child, 0)): raise SystemExit\n"
        "secret = os.urandom(64)\n"
        "at = id(secret) + secret.__sizeof__() - len(secret) - 1\n"
        "own = os.open('/proc/self/mem', os.O_RDONLY)\n"
        "print(os.pread(own, 64, at) == secret)\n"
        "try: print(os.pread(memory, 64, at) == secret)\n"
        "except OSError: print(False)"
    )
    assert run(code) == "True\nFalse\n"


def test_a_process_that_is_traced_does_not_go_on() -> None:
    code = (
        "import ctypes\n"
        "ctypes.CDLL(None).ptrace(0, 0, 0, 0)\n"  # PTRACE_TRACEME: its parent traces it.
        "try: privileges.go_on_in_child(print)\n"
        "except privileges.KernelError as error: print(error)"
    )
    assert "while another process traces this one" in run(code)
