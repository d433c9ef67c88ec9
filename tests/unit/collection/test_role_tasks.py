# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of the role that configure a host give the module the same settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from support.examples import ROOT

MODULE = "failover.vrrp.vrrp_agent"
# Of a single task: whether the host is to have an agent, and when it changes its packets.
OF_ONE_TASK = {"state", "hold_back", "apply_at"}


def configuring() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the file and the settings of each task that brings a configuration to a host."""
    for path in sorted((ROOT / "roles" / "vrrp" / "tasks").glob("*.yml")):
        for task in yaml.safe_load(path.read_text()):
            settings = task.get(MODULE, {})
            if "config" in settings:
                common = {key: value for key, value in settings.items() if key not in OF_ONE_TASK}
                common.pop("config")
                yield f"{path.name}: {task['name']}", common


def test_no_task_that_configures_a_host_leaves_a_setting_out() -> None:
    (first, wanted), *others = sorted(configuring())
    assert first.startswith("install.yml")
    assert len(others) == 2
    assert {name: settings for name, settings in others if settings != wanted} == {}
