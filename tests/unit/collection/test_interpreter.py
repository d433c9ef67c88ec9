# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python interpreter of the agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import interpreter
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host


def host(versions: dict[str, bool]) -> Host:
    """A host whose Pythons are new enough or not, by their paths."""

    def run(command: Any) -> tuple[int, str, str]:
        return (0 if versions.get(command[0]) else 1, "", "")

    return Host(run, lambda name: name, check_mode=False)


@pytest.fixture
def candidates(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Pythons of the host, beside that of Ansible; all can be run by everybody."""
    found = ["/usr/bin/python3", "/usr/bin/python3.11"]
    monkeypatch.setattr(interpreter, "_candidates", lambda own: iter([own, *found]))
    monkeypatch.setattr(
        interpreter, "is_executable_by_all", lambda path: not path.startswith("/root/")
    )
    return found


@pytest.mark.usefixtures("candidates")
def test_the_python_of_ansible_comes_first_if_all_users_can_run_it() -> None:
    all_new = {"/opt/bin/python": True, "/usr/bin/python3": True}
    found = list(interpreter.find_pythons(host(all_new), "/opt/bin/python"))
    assert found == ["/opt/bin/python", "/usr/bin/python3"]
    assert list(interpreter.find_pythons(host(all_new), "/root/bin/python")) == ["/usr/bin/python3"]


@pytest.mark.usefixtures("candidates")
def test_a_python_that_is_too_old_is_passed_over() -> None:
    versions = {"/usr/bin/python3": False, "/usr/bin/python3.11": True}
    found = list(interpreter.find_pythons(host(versions), "/root/bin/python"))
    assert found == ["/usr/bin/python3.11"]


@pytest.mark.finding("E5")
@pytest.mark.usefixtures("candidates")
def test_a_python_that_is_named_is_the_only_one() -> None:
    new = {"/opt/bin/python": True, "/usr/bin/python3": True}
    assert list(interpreter.find_pythons(host(new), "/usr/bin/python3", "/opt/bin/python")) == [
        "/opt/bin/python"
    ]
    assert list(interpreter.find_pythons(host(new), "/usr/bin/python3", "/root/bin/python")) == []


def test_a_program_in_a_closed_directory_can_not_be_run(tmp_path: Path) -> None:
    assert interpreter.is_executable_by_all("/usr/bin/env")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "python").symlink_to("/usr/bin/env")
    assert not interpreter.is_executable_by_all(str(closed / "python"))
    assert not interpreter.is_executable_by_all("/root/venv/bin/python")
    assert not interpreter.is_executable_by_all("/nonexistent/python")


@pytest.mark.parametrize("name", ["/opt/my python/bin/python", "/opt/" + "x" * 120, "python3"])
def test_a_program_that_no_first_line_can_name_can_not_be_run(name: str) -> None:
    assert not interpreter.is_executable_by_all(name)
