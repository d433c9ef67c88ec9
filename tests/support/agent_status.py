# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status of an agent that has no process."""

from __future__ import annotations

from _vrrp.model.status import AgentStatus

ABOUT: AgentStatus = {
    "version": "1", "bundle": None, "unit": None, "pid": 7, "started": "2026-01-01T00:00:00+00:00",
    "config": "c", "config_loaded": "2026-01-01T00:00:10+00:00", "config_problem": None,
    "scheduled_config": None, "intent": "auto", "intent_forced": False, "intent_since": None,
    "intent_by": None, "unsaved_intents": None, "unsaved_sequence_numbers": None,
    "late_wakeups": 2, "longest_lateness": 0.25, "other_vrrp": False,
}  # fmt: skip
