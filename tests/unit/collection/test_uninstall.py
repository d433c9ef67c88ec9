# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of an agent that does not stop."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import uninstall
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError

DISABLE = "timeout 330 systemctl disable --now vrrp-agent.service"
KILL = "systemctl kill --signal=KILL vrrp-agent.service"


def stopping(*statuses: int) -> tuple[Host, list[str]]:
    """A host on which the commands end with these exit statuses; returns the commands, too."""
    commands: list[str] = []
    left = list(statuses)

    def run(command: Sequence[str]) -> tuple[int, str, str]:
        commands.append(" ".join(command))
        return left.pop(0), "", "no such unit"

    return Host(run, lambda program: program, check_mode=False), commands


def test_an_agent_that_stops_is_left_to_it() -> None:
    host, commands = stopping(0)
    uninstall._stop(host)
    assert (commands, host.warnings) == ([DISABLE], [])


def test_one_that_asks_for_more_time_without_end_is_killed() -> None:
    host, commands = stopping(124, 0, 0)
    uninstall._stop(host)
    assert commands == [DISABLE, KILL, DISABLE]
    assert host.warnings == ["the agent did not stop within 330 s, and was killed"]


def test_a_failure_to_stop_is_an_error() -> None:
    host, _commands = stopping(1)
    with pytest.raises(HostError, match="stop the service: no such unit"):
        uninstall._stop(host)
