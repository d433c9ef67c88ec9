# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The status of the agent itself."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..base.units import Nanoseconds, to_seconds, to_wall_time
from ..control.protocol import digest
from ..engine.engine import Engine
from ..engine.status import intent_status
from ..model.status import AgentStatus
from ..runtime import clock
from ..runtime.host_watcher import HostWatcher
from ..runtime.intent_file import IntentFile
from ..runtime.lateness import Lateness
from ..runtime.sequence_file import SequenceFile
from .reload import Reload
from .version import VERSION, bundle, unit


class AgentSources(NamedTuple):
    """The objects that know the state of the agent."""

    engine: Engine
    configuration: Reload
    intent_file: IntentFile
    sequence_file: SequenceFile
    host_watcher: HostWatcher
    lateness: Lateness


class About:
    """The status of the agent, which has started now."""

    def __init__(self, sources: AgentSources) -> None:
        self._sources = sources
        self._wall = clock.WallClock()
        self._started_at = clock.now()
        # The link to the installed version may point to another version later.
        self._bundle = bundle()

    def status(self) -> AgentStatus:
        """Return the status of the agent as it is now."""
        sources, configuration = self._sources, self._sources.configuration
        return {
            "version": VERSION,
            "bundle": self._bundle,
            "unit": unit(),
            "pid": os.getpid(),
            "started": self._wall_time(self._started_at),
            "config": digest(configuration.text),
            "config_loaded": self._wall_time(configuration.loaded_at),
            "config_problem": configuration.problem,
            "scheduled_config": configuration.scheduled_digest,
            **intent_status(sources.engine.report.host_intent),
            "unsaved_intents": sources.intent_file.problem,
            "unsaved_sequence_numbers": sources.sequence_file.problem,
            "late_wakeups": sources.lateness.count,
            "other_vrrp": sources.host_watcher.has_other_vrrp,
            "longest_lateness": to_seconds(sources.lateness.longest),
        }

    def _wall_time(self, at: Nanoseconds) -> str:
        now = clock.now()
        return to_wall_time(at, now, self._wall.at(now))
