# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test of a new version in the sandboxes of the units, before anything is switched."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Sequence

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import (
    paths,
    sandbox_check,
    versions,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.bundle import (
    name_of,
    pack,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install.scheduling import (
    DEFAULT,
    Scheduling,
    read_scheduling,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.templates import (
    HELPER_SANDBOX,
    SANDBOX,
    agent_unit,
    check_unit,
    helper_unit,
    program,
)

SOURCES = [("_vrrp/__init__.py", b"")]
BUNDLE = name_of("0.1.0", SOURCES)


class Systemd:
    """A systemd that can start units by some interpreters alone; the units that it has started."""

    def __init__(self, working: set[str]) -> None:
        self.working = working
        self.started: list[str] = []

    def __call__(self, command: Sequence[str]) -> tuple[int, str, str]:
        if command[:2] == ("systemctl", "start"):
            text = Path(sandbox_check._UNITS, command[2]).read_text()
            self.started.append(text)
            works = any(f"ExecStart={one} " in text for one in self.working)
            return (0 if works else 1), "", "" if works else "see the journal"
        return 0, "203\n" if "--value" in command else "", ""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A host without an agent, in a directory that every user can enter."""
    with tempfile.TemporaryDirectory() as made:
        tmp_path = Path(made)
        tmp_path.chmod(0o755)
        _redirect(monkeypatch, tmp_path)
        yield tmp_path


def _redirect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the paths of the agent be below a directory."""
    monkeypatch.setattr(paths, "LIBRARY", str(tmp_path / "library"))
    monkeypatch.setattr(paths, "VERSIONS", str(tmp_path / "library" / "versions"))
    for name in ("CURRENT", "DAEMON", "CONTROL", "UNIT"):
        monkeypatch.setattr(paths, name, str(tmp_path / name))
    monkeypatch.setattr(sandbox_check, "_UNITS", str(tmp_path / "units"))


def ensure(library: Path, systemd: Systemd, *pythons: str, scheduling: Scheduling = DEFAULT) -> str:
    """Have the version on the host; returns the interpreter."""
    archive = library / "bundle.zip"
    archive.write_bytes(pack(SOURCES))
    host = Host(systemd, lambda name: name, check_mode=False)
    return versions.ensure_version(host, BUNDLE, str(archive), pythons, scheduling)


@pytest.mark.finding("E5")
def test_the_first_interpreter_that_both_units_can_run_is_used(library: Path) -> None:
    systemd = Systemd({"/usr/bin/python3"})
    assert ensure(library, systemd, "/opt/python", "/usr/bin/python3") == "/usr/bin/python3"
    assert [SANDBOX in one for one in systemd.started] == [True, True, False]
    assert HELPER_SANDBOX in systemd.started[2]
    assert list((library / "units").iterdir()) == []


@pytest.mark.finding("E5")
def test_a_version_that_no_interpreter_can_run_is_removed_and_an_error(library: Path) -> None:
    with pytest.raises(HostError, match=r"/opt/python: the unit .* can't execute it"):
        ensure(library, Systemd(set()), "/opt/python")
    assert list((library / "library" / "versions").iterdir()) == []
    with pytest.raises(HostError, match="none is there that all users can run"):
        ensure(library, Systemd(set()))


def test_what_is_in_use_already_is_not_tested_again(library: Path) -> None:
    systemd = Systemd({"/usr/bin/python3"})
    ensure(library, systemd, "/usr/bin/python3")
    (library / "CURRENT").symlink_to(f"versions/{BUNDLE}")
    (library / "DAEMON").write_text(program("/usr/bin/python3", "main"))
    (library / "UNIT").write_text(agent_unit())
    systemd.started.clear()
    ensure(library, systemd, "/usr/bin/python3")
    assert systemd.started == []
    ensure(library, Systemd({"/opt/python"}), "/opt/python")


@pytest.mark.finding("E4")
def test_directories_are_readable_whatever_they_were(library: Path) -> None:
    made = library / "library" / "versions"
    made.mkdir(parents=True)
    for directory in (made.parent, made):
        directory.chmod(0o700)
    ensure(library, Systemd({"/usr/bin/python3"}), "/usr/bin/python3")
    assert made.stat().st_mode & 0o777 == made.parent.stat().st_mode & 0o777 == 0o755


@pytest.mark.finding("E4")
def test_a_directory_that_the_agent_can_not_enter_is_named(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = library / "sbin"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(paths, "DAEMON", str(closed / "vrrp-agent"))
    with pytest.raises(HostError, match=rf"can't enter {closed}: let others do so"):
        ensure(library, Systemd({"/usr/bin/python3"}), "/usr/bin/python3")


def test_another_scheduling_is_tested_in_the_sandbox_and_is_another_unit(library: Path) -> None:
    systemd = Systemd({"/usr/bin/python3"})
    scheduling = read_scheduling(
        {"nice": -5, "realtime_priority": 10, "cpu_affinity": "0 2-3", "no_swap": True}
    )
    ensure(library, systemd, "/usr/bin/python3", scheduling=scheduling)
    unit = agent_unit(scheduling)
    for line in ("Nice=-5", "CPUSchedulingPriority=10", "CPUAffinity=0 2-3", "MemorySwapMax=0"):
        assert f"{line}\n" in systemd.started[0]
        assert f"{line}\n" in unit
    assert "CPUSchedulingPolicy" not in systemd.started[1]
    digests = {re.findall(r"VRRP_AGENT_UNIT=(\w+)", one)[0] for one in (unit, agent_unit())}
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"nice": 20}, "scheduling.nice: 20 is not in -20..19"),
        ({"realtime_priority": 0}, "scheduling.realtime_priority: 0 is not in 1..99"),
        ({"cpu_affinity": "0\nUser=root"}, "scheduling.cpu_affinity: '0.*' is no list such as"),
    ],
)
def test_a_wrong_scheduling_is_refused(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(HostError, match=problem):
        read_scheduling(given)


def test_code_is_quoted_for_a_unit() -> None:
    unit = check_unit("User=x\n", "/usr/bin/python3", "print('100%', \"$HOME\\n\")", "/run/errors")
    # A percent sign and a dollar sign are doubled (systemd.service(5), systemd.unit(5)).
    assert """ExecStart=/usr/bin/python3 -IS -c "print('100%%', \\"$$HOME\\\\n\\")"\n""" in unit


@pytest.mark.finding("E8")
def test_the_helper_has_a_sandbox_unless_it_has_to_be_root() -> None:
    assert "User=vrrp-script\n" in helper_unit(as_root=False)
    assert "User=" not in helper_unit(as_root=True)
    assert all("StartLimitIntervalSec=0" in helper_unit(one) for one in (False, True))
