# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments that keepalived gives to its notify scripts."""

from __future__ import annotations

import pytest
from _vrrp.model.command import Command
from _vrrp.model.commands import commands_of
from _vrrp.model.config import build_config


@pytest.mark.parametrize(
    ("kind", "sync_group", "expected"),
    [
        ("instance", "G1", ("INSTANCE", "web", "MASTER", "120")),
        ("group", "G1", ("GROUP", "G1", "MASTER", "0")),  # A group has no priority.
        ("group", "", ("INSTANCE", "web", "MASTER", "120")),
    ],
)
def test_a_hook_has_the_arguments_of_a_notify_script(
    kind: str, sync_group: str, expected: tuple[str, ...]
) -> None:
    hook = {"event": "master", "command": "/bin/notify x", "notify_arguments": kind}
    group = {"sync_group": sync_group} if sync_group else {}
    entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.9/24"]}
    config = build_config({"instances": [{**entry, **group, "hooks": [hook]}]})
    (numbered,) = commands_of(config)
    states = {"VRRP_OLD_STATE": "BACKUP", "VRRP_STATE": "MASTER", "VRRP_PRIORITY": 120}
    command = numbered.command_for(numbered.environment(states))
    assert isinstance(command, Command)
    assert command.arguments == ("/bin/notify", "x", *expected)
