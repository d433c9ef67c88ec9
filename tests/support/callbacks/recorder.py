# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Callback plugin: records the plans and the failures of a run in the file RECORDER_FILE."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: notification
short_description: Records the plans and the failures of a run
description: Writes a JSON document with the plan, the failures and the changes of each host.
requirements: []
"""


class CallbackModule(CallbackBase):
    """The recorder; a plan is that of the host which it is for, a failure its message."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.plans: dict[str, Any] = {}
        self.failures: dict[str, list[str]] = {}
        self.unreachable: list[str] = []
        self.changed: list[str] = []

    def v2_runner_on_ok(self, result: Any) -> None:
        """Record the plans that a task has computed, and the host that it changed."""
        host, found = _of(result)
        self.plans.update(found.get("ansible_facts", {}).get("__vrrp_plan", {}))
        if found.get("changed") and host not in self.changed:
            self.changed.append(host)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Record why a task failed."""
        host, found = _of(result)
        if not ignore_errors:
            self.failures.setdefault(host, []).extend(str(found.get("msg")).splitlines())

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Record a host that can't be reached."""
        self.unreachable.append(_of(result)[0])

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write the document at the end of the run."""
        document = {
            "plans": self.plans,
            "failures": self.failures,
            "unreachable": self.unreachable,
            "changed": sorted(self.changed),
        }
        with open(os.environ["RECORDER_FILE"], "w", encoding="utf-8") as file:
            json.dump(document, file, default=str)


def _of(result: Any) -> tuple[str, dict[str, Any]]:
    """Return the host and the values of a result, of any version of ansible-core."""
    host = getattr(result, "host", None) or result._host
    values = getattr(result, "result", None) or result._result
    return host.get_name(), dict(values)
