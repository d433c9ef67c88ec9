# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Metrics of the agent itself."""

from __future__ import annotations

from typing import Mapping

from ..base.units import seconds_since_1970
from ..model.status import AgentStatus
from .sample import Sample, Samples, chosen, counter, gauge, info, state_set

UP = gauge("vrrp_up", "Whether the agent of the host answers.")
BUILD = info("vrrp_build_info", "The version of the agent, and the installed bundle that runs.")
START = gauge("vrrp_start_time_seconds", "The time at which the agent's process was started.")
CONFIG_LOADED = gauge(
    "vrrp_config_last_reload_success_timestamp_seconds",
    "The time at which the agent last read its configuration file, and accepted it.",
)
CONFIG_SUCCESSFUL = gauge(
    "vrrp_config_last_reload_successful",
    "Whether the agent has taken the configuration file when it last read it.",
)
CONFIG_SCHEDULED = gauge(
    "vrrp_config_scheduled", "Whether a configuration is to be applied at a later moment."
)
HOST_INTENT = state_set(
    "vrrp_host_intent", "The operator's intent for the host as a whole: backup while it is drained."
)
HOST_INTENT_SINCE = gauge(
    "vrrp_host_intent_since_timestamp_seconds",
    "The time at which the intent for the host was set; absent if no operator has set it.",
)
INTENTS_SAVED = gauge(
    "vrrp_intents_saved", "Whether the operators' intents would survive a restart."
)
SEQUENCE_NUMBERS_SAVED = gauge(
    "vrrp_sequence_numbers_saved",
    "Whether the sequence numbers of signatures that need no clock would survive a restart.",
)
OTHER_VRRP = gauge("vrrp_other_daemon", "Whether another program of the host speaks VRRP.")
LATE_WAKEUPS = counter(
    "vrrp_late_wakeups_total",
    "How often something due had to wait for longer than the agent's other work may take.",
)
LONGEST_LATENESS = gauge(
    "vrrp_longest_lateness_seconds", "The longest time that something due had to wait."
)
UNMATCHED = counter(
    "vrrp_unmatched_packets_total", "Packets that belong to no instance of the host.", "reason"
)

METRICS = (
    UP, BUILD, START, CONFIG_LOADED, CONFIG_SUCCESSFUL, CONFIG_SCHEDULED, HOST_INTENT,
    HOST_INTENT_SINCE, INTENTS_SAVED, SEQUENCE_NUMBERS_SAVED, OTHER_VRRP, LATE_WAKEUPS,
    LONGEST_LATENESS, UNMATCHED,
)  # fmt: skip
_HOST_INTENTS = ("auto", "backup")


def agent_samples(agent: AgentStatus, counters: Mapping[str, int]) -> Samples:
    """Yield the samples of an agent that answers, with the counters of packets that belong to no
    instance.
    """
    yield Sample(UP, (), 1)
    yield Sample(BUILD, (), {"version": agent["version"], "bundle": agent["bundle"] or ""})
    yield from _times(agent)
    yield Sample(CONFIG_SCHEDULED, (), agent["scheduled_config"] is not None)
    yield Sample(HOST_INTENT, (), chosen(agent["intent"], _HOST_INTENTS))
    yield Sample(INTENTS_SAVED, (), agent["unsaved_intents"] is None)
    yield Sample(SEQUENCE_NUMBERS_SAVED, (), agent["unsaved_sequence_numbers"] is None)
    yield Sample(OTHER_VRRP, (), agent["other_vrrp"])
    yield Sample(LATE_WAKEUPS, (), agent["late_wakeups"])
    yield Sample(LONGEST_LATENESS, (), agent["longest_lateness"])
    for reason, count in counters.items():
        yield Sample(UNMATCHED, (reason,), count)


def _times(agent: AgentStatus) -> Samples:
    """Yield what an agent knows of the past; one of a version before 1.0 knows less."""
    times = {
        START: agent.get("started"),
        CONFIG_LOADED: agent.get("config_loaded"),
        HOST_INTENT_SINCE: agent["intent_since"],
    }
    for metric, at in times.items():
        if at is not None:
            yield Sample(metric, (), seconds_since_1970(at))
    if "config_problem" in agent:
        yield Sample(CONFIG_SUCCESSFUL, (), agent["config_problem"] is None)
