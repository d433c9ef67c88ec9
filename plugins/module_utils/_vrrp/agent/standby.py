# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""An agent that goes on in the place of another one. This module is PRIVATE to the collection."""

from __future__ import annotations

from typing import Any, Dict

from ..base.errors import NOT_INHERITED, ConfigError, ControlError
from ..model.config import parse_config
from ..runtime import clock
from ..runtime.handover.old_process import OldProcess
from ..runtime.log import LOGGER
from .agent import Agent
from .config_file import read
from .paths import Paths


class StandbyAgent(Agent):
    """Does all that an agent does before it takes part, then waits for what the other leaves.

    It begins under the configuration of the other, and takes the file when the other has gone.
    Raises ConfigError when the file is not right, ControlError when it can't go on from there.
    """

    _is_responsible = False

    def __init__(self, places: Paths, predecessor: OldProcess) -> None:
        parse_config(read(places.config))
        self._existing_router = predecessor
        try:
            super().__init__(places, predecessor.config, predecessor.control)
        except ConfigError as error:
            why = f"this version does not take the configuration in force: {error}"
            raise ControlError(NOT_INHERITED, why) from None
        self._receiver.pause()

    def _take_stock(self) -> None:
        """What is on the host is the predecessor's, who serves by it."""
        self._engine.enter_standby()

    def run(self) -> None:
        """Take part from where the predecessor left off, until a signal ends it."""
        self._prepare()
        self._existing_router.start(self._loop, self._take_over, self._old_process_exited)
        self._run_and_clean_up()

    def _take_over(self, estate: Dict[str, Any]) -> None:
        self._link_watcher.refresh()
        intents = self._storage.load_intents()
        try:
            actions = self._engine.import_state(estate["engine"], intents, clock.now())
            self._executor.signer.restore(estate["signed"])
            self._receiver.resume(estate["at"])
        except (KeyError, TypeError, ValueError) as error:
            why = f"this version does not understand what the other one leaves: {error!r}"
            raise ControlError(NOT_INHERITED, why) from None
        self._perform(actions)
        self._server.open()
        self._is_responsible = True
        self._existing_router.send_serving()

    def _old_process_exited(self) -> None:
        if not self._is_responsible:
            self._is_over = True  # It went on itself, or has stopped.
            return
        LOGGER.info("goes on with %d instances", len(self._config.instances))
        self._notifier.ready()
        self._reload_on_signal()
