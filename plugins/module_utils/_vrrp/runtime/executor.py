# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Performs what the engine decided, in order, and brings failures back.

It decides nothing. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any, Callable, List, Set, Type
from weakref import WeakKeyDictionary

from ..base.errors import KernelError, invariant
from ..engine.actions import (
    Action,
    Failure,
    Install,
    Log,
    OpenSockets,
    PollTargets,
    Provision,
    Remove,
    RunCommand,
    SaveIntents,
    SaveRecoveries,
    Send,
    SendBatch,
    SendFrames,
    Transition,
)
from ..engine.signer import Signer
from ..linux.packet_socket import FrameSender
from ..linux.resources import Outcomes, ResourceLists, ResourceTable
from ..linux.vrrp_socket import PreparedSend, VrrpSocket
from ..model.family import Family
from . import clock
from .helper.client import HelperClient
from .log import LOGGER
from .provisioner import Provisioner
from .receiver import Receiver
from .storage import Storage

_TELLS = (Send, SendFrames)


class Executor:
    """``on_transition`` is told of transitions."""

    def __init__(
        self,
        storage: Storage,
        listening: Receiver,
        facilities: Provisioner,
        assistance: HelperClient,
        on_transition: Callable[[Transition], None],
    ) -> None:
        self._storage = storage
        self._receiver = listening
        self._provisioner = facilities
        self._helper = assistance
        self._on_transition = on_transition
        self._resources = ResourceTable()
        self._frames = FrameSender()
        self.signer = Signer()
        self._prepared: WeakKeyDictionary[SendBatch, List[PreparedSend]] = WeakKeyDictionary()

    def perform(self, actions: List[Action]) -> List[Failure]:
        """Do all of it; gives the actions that failed, each with what went wrong.

        Actions of one kind that follow each other are those of many routers, and done as one.
        """
        failures: List[Failure] = []
        silenced: Set[str] = set()
        for kind, run in groupby(actions, type):
            several: List[Any] = list(run)
            if kind in _TELLS:
                several = [one for one in several if one.router not in silenced]
            failed = self._perform_group(kind, several)
            failures.extend(failed)
            if kind is Install:
                # Nobody may be told of addresses that are not there.
                silenced.update(one.router for one, _error in failed if isinstance(one, Install))
        return failures

    def _perform_group(self, kind: Type[Action], several: List[Any]) -> List[Failure]:
        if kind is Install:
            return self._apply_resources(self._resources.install, several)
        if kind is Remove:
            return self._apply_resources(self._resources.remove, several)
        if kind is SendFrames:
            return self._announce(several)
        return [failure for one in several for failure in self._attempt(one)]

    def _attempt(self, action: Action) -> List[Failure]:
        try:
            return self._perform(action)
        except (KernelError, OSError) as error:
            return [(action, str(error))]

    def _apply_resources(
        self, do: Callable[[ResourceLists], Outcomes], several: List[Install | Remove]
    ) -> List[Failure]:
        try:
            outcomes = do([one.resources for one in several])
        except (KernelError, OSError) as error:
            return [(one, str(error)) for one in several]
        return [(one, str(error)) for one, error in zip(several, outcomes) if error is not None]

    def _announce(self, several: List[SendFrames]) -> List[Failure]:
        """Everything once, before anything is said again."""
        failures: List[Failure] = []
        for time in range(max((one.count for one in several), default=0)):
            for one in [one for one in several if time < one.count]:
                try:
                    self._frames.send(one.index, one.frames)
                except (KernelError, OSError) as error:
                    failures.append((one, str(error)))
                    several = [other for other in several if other is not one]
        return failures

    def close(self) -> None:
        """Close all sockets, and leave nothing behind."""
        self._helper.close()
        self._receiver.close()
        self._provisioner.close()
        self._resources.close()
        self._frames.close()

    def _perform(self, action: Action) -> List[Failure]:
        """Do one thing; gives failures of its parts, raises KernelError or OSError for all."""
        if isinstance(action, SendBatch):
            return self._send_together(action)
        if isinstance(action, Send):
            self._send(action)
        elif isinstance(action, OpenSockets):
            self._prepared.clear()
            return self._receiver.open_sockets(action)
        elif isinstance(action, Provision):
            return self._provisioner.provision(action)
        else:
            self._record(action)
        return []

    def _record(self, action: Action) -> None:
        if isinstance(action, Transition):
            self._log_transition(action)
        elif isinstance(action, Log):
            tell = LOGGER.warning if action.warning else LOGGER.info
            tell("%s: %s", action.router, action.text)
        elif isinstance(action, RunCommand):
            self._helper.run(action)
        elif isinstance(action, PollTargets):
            self._helper.set_targets(action)
        elif isinstance(action, SaveIntents):
            self._storage.save_intents(action.intents)
        elif isinstance(action, SaveRecoveries):
            self._resources.prepare(held for one in action.recoveries for held in one.resources)
            self._storage.save_recoveries(action.recoveries)
        else:
            invariant(False, f"{action!r} is no action")

    def _log_transition(self, transition: Transition) -> None:
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
        sent = self.signer.sign(action, clock.wall_nanoseconds()) if action.hmac else action
        self._socket_of(sent).send(sent.source, sent.destination, sent.message, sent.ttl)

    def _send_together(self, action: SendBatch) -> List[Failure]:
        """Send what was made ready when it was sent for the first time."""
        prepared = self._prepared.get(action)
        if prepared is None:
            prepared = self._prepared[action] = [self._prepare(one) for one in action.sends]
        failures: List[Failure] = []
        for number, sending in enumerate(prepared):
            try:
                sending()
            except OSError as error:
                told = KernelError(error.errno or 0, "cannot send an advertisement")
                failures.append((action.sends[number], str(told)))
        return failures

    def _prepare(self, send: Send) -> PreparedSend:
        try:
            channel = self._socket_of(send)
        except KernelError as error:
            return partial(_refuse, error.number)
        return channel.prepare(send.source, send.destination, send.message, send.ttl)

    def _socket_of(self, send: Send) -> VrrpSocket:
        channel = self._receiver.sender(send.index, Family.of(send.source))
        if channel is None:
            raise KernelError(19, "cannot send an advertisement")
        return channel


def _refuse(number: int) -> None:
    raise OSError(number, "")
