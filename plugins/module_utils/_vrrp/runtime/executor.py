# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Performs what the engine decided, in order, and brings failures back.

It decides nothing. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import Callable, List, Set
from weakref import WeakKeyDictionary

from ..base.errors import KernelError, invariant
from ..engine.actions import (
    Action,
    Furnish,
    Install,
    KeepIntents,
    KeepRecovery,
    Listen,
    Note,
    Observe,
    Remove,
    Run,
    Send,
    SendFrames,
    SendTogether,
    Transition,
)
from ..engine.signer import Signer
from ..linux.channel import Channel, Sending
from ..linux.frames import FrameSender
from ..linux.holdings import HoldingTable
from ..model.family import Family
from . import clock
from .assistance import Assistance
from .facilities import Facilities, Failure
from .log import LOGGER
from .storage import Storage


class Executor:
    """``on_transition`` is told of transitions."""

    def __init__(
        self,
        storage: Storage,
        facilities: Facilities,
        assistance: Assistance,
        on_transition: Callable[[Transition], None],
    ) -> None:
        self._storage = storage
        self._facilities = facilities
        self._assistance = assistance
        self._on_transition = on_transition
        self._holdings = HoldingTable()
        self._frames = FrameSender()
        self._signer = Signer()
        self._prepared: WeakKeyDictionary[SendTogether, List[Sending]] = WeakKeyDictionary()

    def perform(self, actions: List[Action]) -> List[Failure]:
        """Do all of it; gives the actions that failed, each with what went wrong."""
        failures: List[Failure] = []
        silenced: Set[str] = set()
        for action in actions:
            if isinstance(action, (Send, SendFrames)) and action.router in silenced:
                continue
            try:
                failures.extend(self._perform(action))
            except (KernelError, OSError) as error:
                failures.append((action, str(error)))
                if isinstance(action, Install):
                    # Nobody may be told of addresses that are not there.
                    silenced.add(action.router)
        return failures

    def close(self) -> None:
        """Close all sockets, and leave nothing behind."""
        self._assistance.close()
        self._facilities.close()
        self._holdings.close()
        self._frames.close()

    def _perform(self, action: Action) -> List[Failure]:
        """Do one thing; gives failures of its parts, raises KernelError or OSError for all."""
        if isinstance(action, SendTogether):
            return self._send_together(action)
        if isinstance(action, Send):
            self._send(action)
        elif isinstance(action, Install):
            self._holdings.install(action.held)
        elif isinstance(action, Remove):
            self._holdings.remove(action.held)
        elif isinstance(action, SendFrames):
            for _count in range(action.count):
                self._frames.send(action.index, action.frames)
        elif isinstance(action, Listen):
            self._prepared.clear()
            return self._facilities.listen(action)
        elif isinstance(action, Furnish):
            return self._facilities.furnish(action)
        else:
            self._record(action)
        return []

    def _record(self, action: Action) -> None:
        if isinstance(action, Transition):
            self._tell(action)
        elif isinstance(action, Note):
            tell = LOGGER.warning if action.warning else LOGGER.info
            tell("%s: %s", action.router, action.text)
        elif isinstance(action, Run):
            self._assistance.run(action)
        elif isinstance(action, Observe):
            self._assistance.observe(action)
        elif isinstance(action, KeepIntents):
            self._storage.keep_intents(action.intents)
        elif isinstance(action, KeepRecovery):
            self._storage.keep_recoveries(action.recoveries)
        else:
            invariant(False, f"{action!r} is no action")

    def _tell(self, transition: Transition) -> None:
        LOGGER.info(
            "%s: %s -> %s (%s: %s)",
            transition.router,
            transition.old,
            transition.new,
            transition.event,
            transition.cause,
        )
        self._on_transition(transition)

    def _send(self, action: Send) -> None:
        sent = self._signer.signed(action, clock.wall_nanoseconds()) if action.hmac else action
        self._channel_of(sent).send(sent.source, sent.destination, sent.message, sent.ttl)

    def _send_together(self, action: SendTogether) -> List[Failure]:
        """Send what was made ready when it was sent for the first time."""
        prepared = self._prepared.get(action)
        if prepared is None:
            prepared = self._prepared[action] = [self._prepare(one) for one in action.sends]
        failures: List[Failure] = []
        for number, sending in enumerate(prepared):
            try:
                sending()
            except OSError as error:
                failures.append((action.sends[number], str(error)))
        return failures

    def _prepare(self, send: Send) -> Sending:
        channel = self._channel_of(send)
        return channel.prepare(send.source, send.destination, send.message, send.ttl)

    def _channel_of(self, send: Send) -> Channel:
        channel = self._facilities.channel((send.index, Family.of(send.source)))
        if channel is None:
            raise KernelError(19, "cannot send an advertisement")
        return channel
