# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of modules, and facts that would count before the inventory."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.filter.vrrp_plan import vrrp_plan
from ansible_collections.failover.vrrp.plugins.plugin_utils._module_action import (
    notice_dead_host,
    without_orders,
)

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}


def test_a_result_changes_no_variables_hosts_or_groups() -> None:
    orders = {"ansible_facts": {"vrrp_output": "/x"}, "add_host": {}, "add_group": "vrrp"}
    assert without_orders({"changed": False, "instances": [], **orders}) == {
        "changed": False,
        "instances": [],
    }


class Connection:
    """A connection plugin, whose options have all the same value at first."""

    def __init__(self, transport: str, arguments: str | None) -> None:
        self.transport = transport
        names = ("ssh_extra_args", "sftp_extra_args", "scp_extra_args")
        self.options = dict.fromkeys(names, arguments)

    def get_option(self, name: str) -> str | None:
        return self.options[name]

    def set_option(self, name: str, value: str) -> None:
        self.options[name] = value


@pytest.mark.parametrize(
    ("transport", "before", "after"),
    [
        ("ssh", None, "-o ServerAliveInterval=5 -o ServerAliveCountMax=3"),
        ("ssh", "-4", "-4 -o ServerAliveInterval=5 -o ServerAliveCountMax=3"),
        ("local", None, None),
    ],
)
def test_a_connection_by_ssh_ends_when_its_host_is_dead(
    transport: str, before: str | None, after: str | None
) -> None:
    connection = Connection(transport, before)
    for _try in range(2):
        notice_dead_host(connection)
    assert set(connection.options.values()) == {after}


def test_settings_that_a_host_has_returned_as_facts_are_a_problem() -> None:
    hostvars: dict[str, dict[str, Any]] = {
        "lb1": {"vrrp_instances": [WEB], "ansible_facts": {"hostname": "lb1"}},
        "lb2": {"vrrp_instances": [], "ansible_facts": {"vrrp_instances": []}},
    }
    # Its absence would change the priorities of the others.
    problems = vrrp_plan(hostvars, ["lb1"], ["lb1", "lb2"])["lb1"]["problems"]
    assert len(problems) == 1
    assert problems[0].startswith(
        "lb2: vrrp_instances: the host has returned it as a fact, which would count before"
    )
    del hostvars["lb2"]["ansible_facts"]
    assert vrrp_plan(hostvars, ["lb1"], ["lb1", "lb2"])["lb1"]["problems"] == []
