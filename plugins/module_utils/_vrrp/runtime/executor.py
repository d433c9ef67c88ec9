# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Performs the engine's actions in order, and returns the failures. It decides nothing."""

from __future__ import annotations

import errno
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any, Callable, Dict, List, Mapping, Sequence, Type, Union
from weakref import WeakKeyDictionary

from ..base.errors import KernelError
from ..engine.actions import (
    BUSY,
    Action,
    Confirm,
    Failure,
    Install,
    Log,
    Observe,
    OpenSockets,
    PollTargets,
    ProbeAddress,
    Provision,
    Remove,
    Results,
    RunCommand,
    SaveIntents,
    SaveRecoveries,
    Send,
    SendBatch,
    SendFrames,
    Transition,
)
from ..engine.host.resources import Resource
from ..engine.signer import Signer
from ..linux.packet_socket import FrameSender
from ..linux.resources import ResourceTable
from ..linux.vrrp_socket import PreparedSend, VrrpSocket
from ..model.family import Family
from . import clock
from .address_prober import AddressProber
from .helper.client import HelperClient
from .intent_file import IntentFile
from .line_limiter import LineLimiter
from .log import LOGGER
from .provisioner import Provisioner
from .receiver import Receiver
from .refusals import why_refused
from .storage import Storage

# Each handler takes actions of its own type, which the table's type can't express.
_Handler = Callable[[Any], Union[Sequence[Failure], None]]
_NO_ROOM = (errno.ENOBUFS, errno.EAGAIN)


class Executor:
    """``observe`` is called with every such action, ``on_transition`` with every transition."""

    def __init__(
        self,
        *,
        storage: Storage,
        intent_file: IntentFile,
        receiver: Receiver,
        provisioner: Provisioner,
        helper: HelperClient,
        resources: ResourceTable,
        frames: FrameSender,
        prober: AddressProber,
        signer: Signer,
        observe: Callable[[Observe], None],
        on_transition: Callable[[Transition], None],
    ) -> None:
        self._storage = storage
        self._intent_file = intent_file
        self._receiver = receiver
        self._provisioner = provisioner
        self._helper = helper
        self._resources = resources
        self._frames = frames
        self._prober = prober
        self._signer = signer
        self._on_transition = on_transition
        self._lines = LineLimiter()
        self._prepared: WeakKeyDictionary[SendBatch, List[PreparedSend]] = WeakKeyDictionary()
        # Consecutive actions of one type belong to many routers, and are performed together.
        self._group_handlers: Mapping[Type[Action], _Handler] = {
            Install: self._install,
            Remove: self._remove,
            ProbeAddress: self._prober.probe,
        }
        self._handlers: Dict[Type[Action], _Handler] = {
            Log: self._log,
            Observe: observe,
            OpenSockets: self._open_sockets,
            PollTargets: self._helper.set_targets,
            Provision: self._provisioner.provision,
            RunCommand: self._helper.run,
            SaveIntents: self._save_intents,
            SaveRecoveries: self._save_recoveries,
            Send: self._send,
            SendBatch: self._send_batch,
            SendFrames: self._announce,
            Transition: self._log_transition,
        }

    @property
    def action_types(self) -> List[Type[Action]]:
        """The types of actions that it performs, each once for every handler."""
        return [*self._group_handlers, *self._handlers, Confirm]

    def perform(self, actions: List[Action]) -> Results:
        """Perform all actions; returns those that failed, each with its error, and the routers to
        be confirmed.
        """
        failures: List[Failure] = []
        confirmed: List[str] = []
        for kind, run in groupby(actions, type):
            batch = list(run)
            if kind is Confirm:
                confirmed.extend(one.router for one in batch if isinstance(one, Confirm))
            else:
                failures.extend(self._perform_batch(kind, batch))
        return Results(failures, confirmed)

    def _perform_batch(self, kind: Type[Action], batch: List[Action]) -> Sequence[Failure]:
        if kind in self._group_handlers:
            try:
                return self._group_handlers[kind](batch) or ()
            except (KernelError, OSError) as error:
                return [(one, why_refused(one, error)) for one in batch]
        handler = self._handlers[kind]
        return [failure for action in batch for failure in _attempt(handler, action)]

    def close(self) -> None:
        """Close all sockets, and delete all macvlans and filters."""
        self._helper.close()
        self._receiver.close()
        self._provisioner.close()
        self._resources.close()
        self._frames.close()
        self._prober.close()

    # --- Resources of many routers ---

    def _install(self, batch: List[Install]) -> List[Failure]:
        outcomes = self._resources.install([one.resources + one.optional for one in batch])
        return [
            (_installation_of(one, resource), error)
            for one, refusals in zip(batch, outcomes)
            for resource, error in refusals
        ]

    def _remove(self, batch: List[Remove]) -> List[Failure]:
        outcomes = self._resources.remove([one.resources for one in batch])
        return [
            (Remove(one.router, (resource,)), error)
            for one, refusals in zip(batch, outcomes)
            for resource, error in refusals
        ]

    # --- Sockets, advertisements and announcements ---

    def _open_sockets(self, action: OpenSockets) -> List[Failure]:
        self._prepared.clear()
        return self._receiver.open_sockets(action)

    def _send(self, action: Send) -> List[Failure]:
        signed = self._signer.sign(action, clock.wall_nanoseconds()) if action.hmac else action
        try:
            opened = self._socket_of(signed)
            opened.send(signed.source, signed.destination, signed.message, signed.ttl)
        except KernelError as error:
            return [(action, _why_not_sent(error.number))]
        return []

    def _send_batch(self, action: SendBatch) -> List[Failure]:
        """Send a batch; its messages are prepared when it is sent for the first time."""
        prepared = self._prepared.get(action)
        if prepared is None:
            prepared = self._prepared[action] = [self._prepare(one) for one in action.sends]
        failures: List[Failure] = []
        for number, send in enumerate(prepared):
            try:
                send()
            except OSError as error:
                failures.append((action.sends[number], _why_not_sent(error.errno or 0)))
        return failures

    def _prepare(self, send: Send) -> PreparedSend:
        try:
            opened = self._socket_of(send)
        except KernelError as error:
            return partial(_refuse, error.number)
        return opened.prepare(send.source, send.destination, send.message, send.ttl)

    def _socket_of(self, send: Send) -> VrrpSocket:
        opened = self._receiver.sender(send.index, Family.of(send.source))
        if opened is None:
            raise KernelError(19, "cannot send an advertisement")
        return opened

    def _announce(self, action: SendFrames) -> List[Failure]:
        left = self._frames.send(action.index, action.frames)
        return [(replace(action, frames=left), BUSY)] if left else []

    # --- Files and the log ---

    def _save_intents(self, action: SaveIntents) -> None:
        self._intent_file.save_intents(action.intents)

    def _save_recoveries(self, action: SaveRecoveries) -> None:
        self._resources.prepare(one for found in action.recoveries for one in found.resources)
        self._storage.save_recoveries(action.recoveries)

    def _log_transition(self, action: Transition) -> None:
        if self._lines.admits(action.router, action.at):
            change = f"{action.old} -> {action.new}"
            LOGGER.info("%s: %s (%s: %s)", action.router, change, action.event, action.cause)
        self._on_transition(action)

    def _log(self, action: Log) -> None:
        if self._lines.admits(action.router, clock.now()):
            log = LOGGER.warning if action.warning else LOGGER.info
            log("%s: %s", action.router, action.text)


def _attempt(handler: _Handler, action: Action) -> Sequence[Failure]:
    try:
        return handler(action) or ()
    except (KernelError, OSError) as error:
        return [(action, why_refused(action, error))]


def _installation_of(install: Install, resource: Resource) -> Install:
    """Return the installation of a single resource, as a failure is reported."""
    if resource in install.resources:
        return Install(install.router, (resource,))
    return Install(install.router, (), (resource,))


def _why_not_sent(number: int) -> str:
    return BUSY if number in _NO_ROOM else str(KernelError(number, "cannot send an advertisement"))


def _refuse(number: int) -> None:
    raise OSError(number, "")
