# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The agent: the engine, the host and the operator wired together. PRIVATE to the collection."""

from __future__ import annotations

import gc
import os
import signal
import socket
from typing import Any, Callable, Dict, List, Mapping, Tuple

from ..base.constants import ADVERTISEMENT_INTERVAL_DEFAULT
from ..base.errors import ConfigError, ControlError
from ..base.units import earliest, seconds
from ..control.protocol import RELOAD, RESTART, STATUS, Request, digest
from ..engine.actions import Action, SocketSpec, Transition
from ..engine.engine import Engine
from ..engine.host.links import Links
from ..engine.status import to_wall_time
from ..linux.recvmmsg import PacketBatch
from ..linux.vrrp_socket import VrrpSocket
from ..model.command import CommandResult
from ..model.config import parse_config
from ..model.instance import Config
from ..runtime import clock
from ..runtime.control_server import ControlServer, Reply
from ..runtime.executor import Executor
from ..runtime.helper.client import HelperClient
from ..runtime.helper.launch import helper_connector
from ..runtime.link_watcher import LinkWatcher
from ..runtime.log import LOGGER
from ..runtime.loop import Loop
from ..runtime.provisioner import Provisioner
from ..runtime.receiver import Receiver
from ..runtime.sd_notify import Notifier
from ..runtime.signals import signal_socket
from ..runtime.storage import Storage
from .cleanup import clean_up
from .config_file import read, refuse_unknown_interfaces
from .paths import Paths
from .restart import Handover, Restart
from .version import VERSION, bundle, unit

# The steady state makes no cycles, and a takeover has no time for looking for some.
_GC_THRESHOLD = 50_000
_HANDOVER_TIMEOUT = seconds(10)


class Agent:
    """Runs until it is told to stop, or another process goes on in its place.

    ``text`` is the configuration to begin with; raises ConfigError when it is not right. The
    control socket may be ``listening`` already.
    """

    _owns_host = True  # For what is on the host.
    _done = False

    def __init__(self, places: Paths, text: str, listening: socket.socket | None = None) -> None:
        self._config = parse_config(text)
        self._text = text
        self._paths = places
        self._about = {"version": VERSION, "bundle": bundle(), "unit": unit(), "pid": os.getpid()}
        self._storage = Storage(places.state)
        self._loop = Loop()
        self._server = ControlServer(places.socket, self._loop, self._answer, listening)
        self._notifier = Notifier()
        self._engine = Engine(self._storage.load_intents())
        self._clean_up_leftovers()
        self._link_watcher = LinkWatcher(self._loop, self._links_changed)
        self._helper = HelperClient(
            self._loop,
            helper_connector(places.socket, places.config),
            self._command_ended,
            self._targets_changed,
        )
        self._batch = PacketBatch()
        self._wall_offset = clock.WallOffset()
        self._receiver = Receiver(self._loop, self._read_packets)
        facilities = Provisioner(self._storage, self._loop)
        self._executor = Executor(
            self._storage, self._receiver, facilities, self._helper, self._publish
        )
        self._restarts = Restart(self._loop, self._export_state, self._replaced)
        self._signals = signal_socket((signal.SIGHUP, signal.SIGTERM, signal.SIGINT))
        self._handlers: Dict[int, Callable[[], None]] = {
            signal.SIGHUP: self._reload_on_signal,
            signal.SIGTERM: self._stop,
            signal.SIGINT: self._stop,
        }

    def _clean_up_leftovers(self) -> None:
        """What is on the host when this agent comes was left by a dead one."""
        clean_up(self._storage)

    def run(self) -> None:
        """Take part until a signal ends it; masters have handed over when this returns."""
        self._prepare()
        self._server.open()
        self._notifier.ready()
        LOGGER.info("started with %d instances", len(self._config.instances))
        self._run_and_clean_up()

    def _prepare(self) -> None:
        self._loop.on_readable(self._signals, self._read_signals)
        self._perform(self._engine.links_changed(self._link_watcher.links(), clock.now()))
        self._apply_config(self._config)
        gc.freeze()
        gc.set_threshold(_GC_THRESHOLD)

    def _run_and_clean_up(self) -> None:
        try:
            self._main_loop()
            if self._owns_host:
                self._storage.save_recoveries([])
        except BaseException:
            if self._owns_host:
                clean_up(self._storage)
            raise
        finally:
            if self._owns_host:
                self._close()

    def _main_loop(self) -> None:
        aids = (self._receiver, self._link_watcher, self._helper, self._notifier, self._restarts)
        while not (self._engine.stopped or self._done):
            deadline = self._engine.next_deadline()
            self._loop.run_once(earliest([deadline, *(one.next_deadline() for one in aids)]))
            now = clock.now()
            deadline = self._engine.next_deadline()
            is_due = deadline is not None and deadline <= now
            self._receiver.run_due(now, everything=is_due)
            if is_due:
                self._perform(self._engine.wakeup(now))
            self._link_watcher.run_due(now, is_busy=is_due)
            self._helper.run_due(now)
            self._notifier.run_due(now)
            self._restarts.run_due(now)

    def _close(self) -> None:
        self._server.close()
        self._executor.close()
        self._link_watcher.close()
        LOGGER.info("stopped")

    # --- The host ---

    def _perform(self, actions: List[Action]) -> None:
        """Perform actions; what fails becomes an event, whose actions are performed in turn."""
        while actions:
            failures = self._executor.perform(actions)
            now = clock.now()
            actions = [
                follow_up
                for action, error in failures
                for follow_up in self._engine.failed(action, error, now)
            ]

    def _read_packets(self, ear: SocketSpec, channel: VrrpSocket) -> Tuple[int, int]:
        now, wall = clock.now(), clock.wall_nanoseconds()
        packets, times = channel.drain(self._batch, now, self._wall_offset.update(now, wall))
        unfamiliar = 0
        for packet in self._engine.unmatched_packets(ear, packets, times):
            unfamiliar += 1
            datagram = channel.parse(packet, wall)
            if datagram is not None:
                self._perform(self._engine.receive_datagram(ear, datagram, clock.now(), packet))
        return len(packets), unfamiliar

    def _links_changed(self, links: Links) -> None:
        self._perform(self._engine.links_changed(links, clock.now()))

    def _command_ended(self, number: int, result: CommandResult) -> None:
        self._link_watcher.refresh()
        self._perform(self._engine.command_finished(number, result, clock.now()))

    def _targets_changed(
        self, files: Mapping[str, str | None], processes: Mapping[str, int]
    ) -> None:
        self._link_watcher.refresh()
        if files:
            self._perform(self._engine.files_changed(files, clock.now()))
        if processes:
            self._perform(self._engine.processes_changed(processes, clock.now()))

    # --- Signals ---

    def _read_signals(self) -> None:
        for number in self._signals.recv(64):
            self._handlers.get(number, _nothing)()

    def _stop(self) -> None:
        LOGGER.info("stopping: masters serve on until a successor is heard")
        self._notifier.stopping()
        self._perform(self._engine.stop(clock.now()))

    def _reload_on_signal(self) -> None:
        try:
            self._reload()
        except (ConfigError, ControlError) as error:
            for problem in str(error).splitlines():
                LOGGER.error("the configuration is not taken: %s", problem)

    def _reload(self) -> bool:
        """Take the configuration file as it is now.

        Raises ConfigError, or ControlError while another process prepares to go on under the one
        in force, and changes nothing.
        """
        self._restarts.refuse_if_restarting()
        self._notifier.reloading()
        self._link_watcher.refresh()
        try:
            text = read(self._paths.config)
            config = parse_config(text)
            refuse_unknown_interfaces(config, self._known_interfaces())
        finally:
            self._notifier.ready()
        changed = config != self._config
        self._config, self._text = config, text
        self._apply_config(config)
        LOGGER.info("configuration %s", "taken" if changed else "read again, nothing changed")
        return changed

    def _apply_config(self, config: Config) -> None:
        intervals = [instance.advertisement_interval for instance in config.instances]
        self._receiver.limit_delay(min(intervals, default=ADVERTISEMENT_INTERVAL_DEFAULT))
        self._perform(self._engine.reconfigure(config, clock.now()))

    def _known_interfaces(self) -> set[str]:
        """Those of the host, and those that the present configuration waits for."""
        waited_for = (instance.interfaces for instance in self._config.instances)
        return set(self._link_watcher.links()).union(*waited_for)

    # --- The next process ---

    def _restart(self, reply: Reply) -> None:
        """Let another process go on; ``reply`` is told when it does, or why not."""
        self._restarts.start(self._server.socket, self._text, reply)

    def _export_state(self) -> Handover:
        """What is left to the new process, and by when it has to serve."""
        now = clock.now()
        self._receiver.run_due(now, everything=True)
        estate = {
            "at": now,
            "engine": self._engine.export_state(),
            "signed": self._executor.signer.export(),
        }
        return estate, self._engine.peer_takeover_at() or now + _HANDOVER_TIMEOUT

    def _replaced(self, pid: int) -> None:
        self._notifier.main_pid_changed(pid)
        LOGGER.info("process %d goes on", pid)
        self._owns_host, self._done = False, True

    # --- The operator ---

    def _publish(self, transition: Transition) -> None:
        self._server.publish(
            {
                "instance": transition.instance,
                "label": transition.router,
                "family": transition.family.label,
                "event": transition.event,
                "old": transition.old,
                "new": transition.new,
                "cause": transition.cause,
                "at": to_wall_time(transition.at, clock.now(), clock.wall()),
            }
        )

    def _answer(self, request: Request, reply: Reply) -> Dict[str, Any] | None:
        if request.command == STATUS:
            return self._status(request)
        if request.command == RELOAD:
            return {"changed": self._reload()}
        if request.command == RESTART:
            self._restart(reply)
            return None
        return self._set_intent(request)

    def _status(self, request: Request) -> Dict[str, Any]:
        about = {**self._about, "config": digest(self._text)}
        status = {"agent": about, **self._engine.status(clock.now(), clock.wall())}
        if request.instances is None:
            return status
        known = {instance["name"] for instance in status["instances"]}
        missing = [name for name in request.instances if name not in known]
        if missing:
            raise ControlError("unknown_instance", f"there is no instance {', '.join(missing)}")
        chosen = [one for one in status["instances"] if one["name"] in request.instances]
        return {**status, "instances": chosen}

    def _set_intent(self, request: Request) -> Dict[str, Any]:
        number, actions = self._engine.set_intent(request.instance, request.intent, clock.now())
        self._perform(actions)
        moved = [
            one
            for one in self._status(Request(STATUS))["instances"]
            if (one["intent_change"] or {}).get("number") == number
        ]
        return {"change": number, "instances": moved}


def _nothing() -> None:
    """A signal that needs no handling."""
