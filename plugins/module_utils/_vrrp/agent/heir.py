# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""An agent that goes on in the place of another one. This module is PRIVATE to the collection."""

from __future__ import annotations

from typing import Any, Dict

from ..base.errors import ControlError
from ..model.config import parse_config
from ..runtime import clock
from ..runtime.log import LOGGER
from ..runtime.predecessor import Predecessor
from .agent import Agent
from .configuration import read
from .places import Places


class Heir(Agent):
    """Does all that an agent does before it takes part, then waits for what the other leaves.

    It begins under the configuration of the other and takes the file when nothing is left to
    inherit; raises ConfigError when one of them is not right.
    """

    _is_responsible = False

    def __init__(self, places: Places, predecessor: Predecessor) -> None:
        parse_config(read(places.config))
        self._predecessor = predecessor
        super().__init__(places, predecessor.config, predecessor.control)

    def _take_stock(self) -> None:
        """What is on the host is the predecessor's, who serves by it."""
        self._engine.await_estate()

    def run(self) -> None:
        """Take part from where the predecessor left off, until a signal ends it."""
        self._prepare()
        self._predecessor.follow(self._loop, self._inherit, self._left_alone)
        self._stay()

    def _inherit(self, estate: Dict[str, Any]) -> None:
        intents = self._storage.load_intents()
        try:
            actions = self._engine.inherit(estate, intents, clock.now())
        except (KeyError, TypeError, ValueError) as error:
            why = f"what a process of another version leaves is not understood: {error!r}"
            raise ControlError("not_inherited", why) from None
        self._do(actions)
        self._server.open()
        self._is_responsible = True
        self._predecessor.tell_serving()

    def _left_alone(self) -> None:
        if not self._is_responsible:
            self._is_over = True  # It went on itself, or has stopped.
            return
        LOGGER.info("goes on with %d instances", len(self._config.instances))
        self._notifier.ready()
        self._reload_on_signal()
