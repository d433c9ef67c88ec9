# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.


"""The action of a module of this collection: it runs the module, and distrusts what comes back.

Whoever is root on a managed host decides what a module returns. Ansible takes facts, hosts and
groups out of any result, and facts come before the variables of the inventory.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as NormalAction

# What Ansible would act upon, and no module of this collection returns.
_ACTED_UPON = ("ansible_facts", "add_host", "add_group", "ansible_stats")


def without_orders(result: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the result of a module without what would change variables, hosts or groups."""
    return {key: value for key, value in result.items() if key not in _ACTED_UPON}


class ModuleAction(NormalAction):  # type: ignore[misc]
    """Runs the module of the task on the host, as Ansible does by itself."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> t.Any:
        """Run the module; returns its result."""
        return without_orders(super().run(tmp, task_vars))
