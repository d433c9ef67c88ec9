# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A restart without a gap, as the new process sees it.

The new process prepares everything that an agent needs before it takes part, with the configuration
of the old one. It serves once the old process has handed its state over, and applies the current
configuration file once the old process has exited. ``restart.py`` has the other side.
"""

from __future__ import annotations

from ..base.errors import NOT_INHERITED, ConfigError, ControlError
from ..runtime.agent_lock import AgentLock
from ..runtime.handover.messages import HandoverState
from ..runtime.handover.old_process import OldProcess
from ..runtime.log import LOGGER
from .agent import Agent
from .config_file import parse, read
from .paths import Paths


class StandbyAgent:
    """An agent in standby. Raises ConfigError for an invalid configuration file, ControlError when
    this version can't take over from the old process.
    """

    def __init__(self, paths: Paths, old_process: OldProcess) -> None:
        parse(read(paths.config))
        self._old_process = old_process
        try:
            self._agent = Agent(paths, old_process.config, old_process.control)
        except ConfigError as error:
            why = f"the new version rejects the running configuration: {error}"
            raise ControlError(NOT_INHERITED, why) from None

    def run(self) -> None:
        """Take over from the old process, and serve until a signal ends this one."""
        self._agent.enter_standby()
        self._old_process.start(self._agent.loop, self._take_over, self._old_process_exited)
        self._agent.run()

    def _take_over(self, state: HandoverState) -> None:
        try:
            self._agent.take_over(state)
        except (KeyError, TypeError, ValueError) as error:
            why = f"the new version can't read the state of the old one: {error!r}"
            raise ControlError(NOT_INHERITED, why) from None
        self._old_process.send_serving()

    def _old_process_exited(self) -> None:
        if self._agent.is_serving:
            self._agent.old_process_exited(_acquired())
        else:
            self._agent.end()  # The old process kept serving, or has stopped.


def _acquired() -> AgentLock:
    """Return the lock that the old process has released; a master goes on without it."""
    lock = AgentLock()
    try:
        lock.acquire()
    except ControlError as error:
        LOGGER.error("%s", error)
    return lock
