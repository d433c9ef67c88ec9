# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends ansible-playbook at the beginning of a task, as SIGKILL does: INTERRUPT_AT counts from 1."""

from __future__ import annotations

import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: interrupter
type: notification
short_description: Ends a run at a task
description: Counts the tasks, and ends the process at one of them.
"""


# Tasks of the controller alone: to be killed at one is to be killed before the next.
_LOCAL = {
    "add_host", "assert", "debug", "fail", "group_by", "import_role", "import_tasks",
    "include_role", "include_tasks", "meta", "set_fact", "validate_argument_spec",
}  # fmt: skip


class CallbackModule(CallbackBase):
    """Counts tasks that reach a host."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "interrupter"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._left = int(os.environ["INTERRUPT_AT"])

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """End the process when it is the turn of this task."""
        if task.action.rpartition(".")[2] in _LOCAL:
            return
        self._left -= 1
        if self._left == 0:
            os._exit(137)
