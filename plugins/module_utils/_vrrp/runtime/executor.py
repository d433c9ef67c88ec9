# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Performs what the engine decided, in order, and brings failures back.

It holds the sockets and decides nothing. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import Callable, Dict, List, Set, Tuple

from ..base.errors import KernelError, invariant
from ..engine.actions import (
    Action,
    Install,
    KeepIntents,
    KeepRecovery,
    Listen,
    Note,
    Remove,
    Send,
    SendFrames,
    Transition,
)
from ..linux.addresses import AddressTable
from ..linux.channel import Channel
from ..linux.frames import FrameSender
from ..model.family import Family
from .log import LOGGER
from .storage import Storage

Failure = Tuple[Action, str]
ChannelKey = Tuple[int, Family]


class Executor:
    """``on_open`` and ``on_close`` are told of channels; ``on_transition`` of transitions."""

    def __init__(
        self,
        storage: Storage,
        on_open: Callable[[Channel], None],
        on_close: Callable[[Channel], None],
        on_transition: Callable[[Transition], None],
    ) -> None:
        self._storage = storage
        self._on_open = on_open
        self._on_close = on_close
        self._on_transition = on_transition
        self._channels: Dict[ChannelKey, Channel] = {}
        self._addresses = AddressTable()
        self._frames = FrameSender()

    def perform(self, actions: List[Action]) -> List[Failure]:
        """Do all of it; gives the actions that failed, each with what went wrong."""
        failures: List[Failure] = []
        silenced: Set[str] = set()
        for action in actions:
            if isinstance(action, Listen):
                failures.extend(self._listen(action))
                continue
            if isinstance(action, (Send, SendFrames)) and action.router in silenced:
                continue
            try:
                self._perform(action)
            except (KernelError, OSError) as error:
                failures.append((action, str(error)))
                if isinstance(action, Install):
                    # Nobody may be told of addresses that are not there.
                    silenced.add(action.router)
        return failures

    def close(self) -> None:
        """Close all sockets."""
        for channel in self._channels.values():
            channel.close()
        self._addresses.close()
        self._frames.close()

    def _perform(self, action: Action) -> None:
        if isinstance(action, Send):
            self._send(action)
        elif isinstance(action, Install):
            self._addresses.install(action.index, action.addresses)
        elif isinstance(action, Remove):
            self._addresses.remove(action.index, action.addresses)
        elif isinstance(action, SendFrames):
            for _count in range(action.count):
                self._frames.send(action.index, action.frames)
        else:
            self._record(action)

    def _record(self, action: Action) -> None:
        if isinstance(action, Transition):
            self._tell(action)
        elif isinstance(action, Note):
            tell = LOGGER.warning if action.warning else LOGGER.info
            tell("%s: %s", action.router, action.text)
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
        family = Family.IPV4 if len(action.source) == 4 else Family.IPV6
        channel = self._channels.get((action.index, family))
        if channel is None:
            raise KernelError(19, "cannot send an advertisement")
        channel.send(action.source, action.destination, action.message)

    def _listen(self, action: Listen) -> List[Failure]:
        """Open and close channels; a failure names the one channel that could not be opened."""
        failures: List[Failure] = []
        for key in set(self._channels) - action.channels:
            channel = self._channels.pop(key)
            self._on_close(channel)
            channel.close()
        for key in action.channels - set(self._channels):
            try:
                channel = Channel(*key)
            except (KernelError, OSError) as error:
                failures.append((Listen(frozenset({key})), str(error)))
                continue
            self._channels[key] = channel
            self._on_open(channel)
        return failures
