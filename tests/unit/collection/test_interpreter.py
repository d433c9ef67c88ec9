# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python interpreter of the agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import interpreter
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError


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
    monkeypatch.setattr(interpreter, "_can_be_run", lambda path: not path.startswith("/root/"))
    return found


@pytest.mark.usefixtures("candidates")
def test_the_agent_runs_by_the_python_of_ansible_if_its_user_can_run_it() -> None:
    all_new = {"/opt/bin/python": True, "/usr/bin/python3": True}
    assert interpreter.find_python(host(all_new), "/opt/bin/python") == "/opt/bin/python"
    assert interpreter.find_python(host(all_new), "/root/bin/python") == "/usr/bin/python3"


@pytest.mark.usefixtures("candidates")
def test_a_python_that_is_too_old_is_passed_over() -> None:
    versions = {"/usr/bin/python3": False, "/usr/bin/python3.11": True}
    assert interpreter.find_python(host(versions), "/root/bin/python") == "/usr/bin/python3.11"
    with pytest.raises(HostError, match="can't run /root/bin/python, and the host has no other"):
        interpreter.find_python(host({}), "/root/bin/python")


def test_a_program_in_a_closed_directory_can_not_be_run(tmp_path: Path) -> None:
    assert interpreter._can_be_run("/usr/bin/env")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "python").symlink_to("/usr/bin/env")
    assert not interpreter._can_be_run(str(closed / "python"))
    assert not interpreter._can_be_run("/root/venv/bin/python")
    assert not interpreter._can_be_run("/nonexistent/python")
