# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.


"""The action of a module of this collection: it runs the module, and distrusts what comes back.

Whoever is root on a managed host decides what a module returns. Ansible takes facts, hosts and
groups out of any result, and facts come before the variables of the inventory.

Ansible keeps connections open for the next run. One to a host that has lost its power keeps a task
waiting for a quarter of an hour, until the kernel gives the connection up.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as NormalAction

# What Ansible would act upon, and no module of this collection returns.
_ACTED_UPON = ("ansible_facts", "add_host", "add_group", "ansible_stats")
# The first value of an option counts for ssh, so those in the user's ssh_args come before these.
_ALIVE = "-o ServerAliveInterval=5 -o ServerAliveCountMax=3"
_ARGUMENTS = ("ssh_extra_args", "sftp_extra_args", "scp_extra_args")


def without_orders(result: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the result of a module without what would change variables, hosts or groups."""
    return {key: value for key, value in result.items() if key not in _ACTED_UPON}


def notice_dead_host(connection: t.Any) -> None:
    """Let a connection by ssh end some 20 seconds after its host was last heard, unless another
    task has opened it.
    """
    if connection.transport != "ssh":
        return
    for name in _ARGUMENTS:
        given = connection.get_option(name) or ""
        if _ALIVE not in given:  # A task that is tried again has the same connection.
            connection.set_option(name, f"{given} {_ALIVE}".strip())


class ModuleAction(NormalAction):  # type: ignore[misc]
    """Runs the module of the task on the host, as Ansible does by itself."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> t.Any:
        """Run the module; returns its result."""
        notice_dead_host(self._connection)
        return without_orders(super().run(tmp, task_vars))
