# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The agent: connects the engine with the host and the control clients.

``start.py`` has the two starts: afresh, or in standby while an old process serves.
"""

from __future__ import annotations

import gc
import signal
import socket
from typing import List, Mapping

from ..base.constants import ADVERTISEMENT_INTERVAL_DEFAULT
from ..base.errors import ConfigError, ControlError
from ..base.units import Nanoseconds, seconds
from ..engine.actions import Action, Transition
from ..engine.engine import Engine
from ..engine.host.observed import Observed
from ..engine.signer import Signer
from ..linux.packet_socket import FrameSender
from ..linux.resources import ResourceTable
from ..model.command import CommandResult
from ..model.instance import Config, observed_interfaces
from ..runtime import clock
from ..runtime.address_prober import AddressProber
from ..runtime.agent_lock import AgentLock
from ..runtime.control_server import ControlServer, Reply
from ..runtime.executor import Executor
from ..runtime.handover.messages import HandoverState
from ..runtime.helper.client import HelperClient
from ..runtime.helper.launch import HelperAccess
from ..runtime.host_watcher import HostWatcher
from ..runtime.intent_file import IntentFile, decode_intents, encode_intents
from ..runtime.lateness import Lateness
from ..runtime.log import LOGGER, log_writers
from ..runtime.loop import Loop, Service
from ..runtime.provisioner import Provisioner
from ..runtime.receiver import Receiver
from ..runtime.sd_notify import Notifier
from ..runtime.sequence_file import SequenceFile
from ..runtime.signals import signal_socket
from ..runtime.storage import Storage
from .about import About, AgentSources
from .cleanup import clean_up, forget_recoveries
from .host_check import interfaces_of, refuse_on_host
from .packets import Packets
from .paths import Paths
from .reload import Reload
from .requests import ControlRequests
from .restart import Handover, Restart

# The steady state creates no reference cycles, and a takeover has no time for a collection.
_GC_THRESHOLD = 50_000
_HANDOVER_TIMEOUT = seconds(10)


class Agent:
    """Runs until a signal stops it, or another process has taken over.

    ``text`` is the first configuration, ``control`` the listening control socket. Changes nothing
    on the host before ``begin`` or ``enter_standby``. Raises ConfigError.
    """

    _deadline: Nanoseconds | None = None  # The next one.
    _due_since: Nanoseconds | None = None  # The time since when one is due.

    def __init__(self, paths: Paths, text: str, control: socket.socket) -> None:
        self._configuration = Reload(paths.config, text, self._refuse_on_host, self._apply_config)
        self._owns_host = self._done = False
        self._lock = AgentLock()
        self._storage = Storage(paths.runtime)
        self.loop = Loop(self._look)
        self._lateness = Lateness()
        self._patience = ADVERTISEMENT_INTERVAL_DEFAULT
        self._notifier = Notifier()
        self._intent_file = IntentFile(paths.state, self.loop)
        self._engine = Engine(self._intent_file.intents)
        self._host_watcher = HostWatcher(self.loop, self._host_changed)
        access = HelperAccess(paths.socket, paths.config)
        self._helper = HelperClient(self.loop, access, self._command_ended, self._targets_changed)
        self._packets = Packets(self._engine, self.loop, self._perform)
        self._receiver = Receiver(self.loop, self._packets.read)
        self._signer = Signer()
        self._sequence_file = SequenceFile(
            paths.state, self.loop, self._signer, self._engine.replay
        )
        self._executor = Executor(
            storage=self._storage,
            intent_file=self._intent_file,
            receiver=self._receiver,
            provisioner=Provisioner(self._storage, self.loop),
            helper=self._helper,
            resources=ResourceTable(),
            frames=FrameSender(),
            prober=AddressProber(self.loop, self._address_answered),
            signer=self._signer,
            observe=self._host_watcher.observe,
            on_transition=self._publish,
        )
        self._restarts = Restart(
            self.loop, self._refuse_restart, self._export_state, self._replaced
        )
        sources = AgentSources(
            self._engine, self._configuration, self._intent_file, self._sequence_file,
            self._host_watcher, self._lateness,
        )  # fmt: skip
        self._requests = ControlRequests(
            self._engine,
            about=About(sources).status,
            perform=self._perform,
            when_saved=self._intent_file.when_saved,
            reload=self._reload,
            restart=self._restart,
        )
        self._server = ControlServer(paths.socket, control, self.loop, self._requests.handle)
        self._signals = signal_socket((signal.SIGHUP, signal.SIGTERM, signal.SIGINT))

    # --- Beginning and end ---

    @property
    def is_serving(self) -> bool:
        """Whether this process owns the host."""
        return self._owns_host

    def begin(self, lock: AgentLock) -> None:
        """Take part, as the process that owns the host and holds the ``lock``."""
        self._owns_host = True
        self._lock.serve(self.loop, lock)
        self._prepare()
        self._sequence_file.restore()
        self._server.open()
        self._notifier.ready()
        LOGGER.info("started; instances: %d", len(self._configuration.config.instances))

    def enter_standby(self) -> None:
        """Prepare to take over from another process, which serves."""
        self._engine.enter_standby()
        self._host_watcher.expect_old_process(True)
        self._receiver.pause()
        self._prepare()

    def take_over(self, state: HandoverState) -> None:
        """Take over with the state of the process that served until now.

        Raises ControlError, or KeyError, TypeError or ValueError for a state that this version does
        not understand.
        """
        self.loop.begin_portion()
        self._host_watcher.refresh()
        intents = decode_intents(state["intents"])
        self._intent_file.save_intents(intents)
        actions = self._engine.import_state(state["engine"], intents, clock.now())
        self._signer.restore(state["signed"])
        self._receiver.resume(state["at"])
        self._perform(actions)
        self._server.open()
        self._owns_host = True

    def old_process_exited(self, lock: AgentLock) -> None:
        """Apply the current configuration file: the old process has exited, and left the lock."""
        self._lock.serve(self.loop, lock)
        self._host_watcher.expect_old_process(False)
        LOGGER.info(
            "took over from the old process; instances: %d",
            len(self._configuration.config.instances),
        )
        self._notifier.ready()
        self._reload_and_log()

    def end(self) -> None:
        """End without changing the host, which another process owns."""
        self._done = True

    def run(self) -> None:
        """Serve until a signal ends it; masters have resigned when this returns."""
        try:
            self._main_loop()
            if self._owns_host:
                forget_recoveries(self._storage)
        except BaseException:
            if self._owns_host:
                clean_up(self._storage, self._signer.export())
            raise
        finally:
            if self._owns_host:
                self._close()

    def _prepare(self) -> None:
        self.loop.on_readable(self._signals, self._read_signals)
        self._perform(self._engine.host_changed(self._host_watcher.observed(), clock.now()))
        self._apply_config(self._configuration.config)
        gc.freeze()
        gc.set_threshold(_GC_THRESHOLD)

    def _main_loop(self) -> None:
        services: List[Service] = [
            self._receiver, self._packets, self._host_watcher, self._helper, self._notifier,
            self._restarts, self._configuration, self._server, self._lock,
            self._intent_file, self._sequence_file, *log_writers(),
        ]  # fmt: skip
        while not (self._engine.stopped or self._done):
            self.loop.run(services, self._deadline)
            self._look()

    def _look(self) -> None:
        """Handle the deadlines of routers that have passed. Nothing else goes before."""
        now = clock.now()
        if self._is_due(now):
            # Those of backups may have been put off by what they have heard.
            self._deadline = self._engine.postponed_deadline()
        deadline = self._deadline
        if deadline is None or deadline > now:
            self._due_since = None
            return
        since = self._due_since = self._due_since or now
        self._lateness.record(deadline, now, self.loop.portion)
        self._host_watcher.postpone(now)
        self.loop.begin_portion()
        if now - deadline > self.loop.portion:
            self._read_until(since)  # So late, it is better to know what has happened meanwhile.
        self._perform(self._engine.advertise(now))
        if self._is_due(now):
            self._wake_backups(since, now)

    def _is_due(self, now: Nanoseconds) -> bool:
        return self._deadline is not None and self._deadline <= now

    def _wake_backups(self, since: Nanoseconds, now: Nanoseconds) -> None:
        """Handle the deadlines that had passed at ``since``, once all that had arrived by then is
        handled: it may say that a master is alive. No flood can hold that up for ever.
        """
        if self._read_until(since) or now - since > self._patience:
            self._due_since = None
            self._perform(self._engine.wakeup(now, since))

    def _read_until(self, at: Nanoseconds) -> bool:
        """Handle for a portion of time what had arrived by then and may concern a deadline; returns
        whether that is all.
        """
        return self._receiver.read_until(at) and self._packets.handle_expected()

    def _close(self) -> None:
        self._server.close()
        self._executor.close()
        self._host_watcher.close()
        self._intent_file.close()
        self._sequence_file.close()
        LOGGER.info("stopped")

    # --- The host ---

    def _perform(self, actions: List[Action]) -> None:
        """Perform actions; their results become events, whose actions are performed in turn."""
        while actions:
            results = self._executor.perform(actions)
            actions = self._engine.completed(results, clock.now())
        self._engine.performed(clock.now())
        # Nothing else makes a deadline earlier.
        self._deadline = self._engine.next_deadline()

    def _host_changed(self, observed: Observed) -> None:
        self._perform(self._engine.host_changed(observed, clock.now()))

    def _address_answered(self, router: str, address: bytes, mac: str) -> None:
        self._perform(self._engine.address_answered(router, address, mac, clock.now()))

    def _command_ended(self, number: int, result: CommandResult) -> None:
        self._host_watcher.refresh()
        self._perform(self._engine.command_finished(number, result, clock.now()))

    def _targets_changed(
        self, files: Mapping[str, str | None], processes: Mapping[str, int]
    ) -> None:
        self._host_watcher.refresh()
        if files:
            self._perform(self._engine.files_changed(files, clock.now()))
        if processes:
            self._perform(self._engine.processes_changed(processes, clock.now()))

    # --- Signals ---

    def _read_signals(self) -> None:
        for number in dict.fromkeys(self._signals.recv(64)):
            if number == signal.SIGHUP:
                self._reload_and_log()
            else:
                self._stop()

    def _stop(self) -> None:
        LOGGER.info("stopping: masters serve until another master is heard")
        self._notifier.stopping()
        self._perform(self._engine.stop(clock.now()))

    # --- The configuration ---

    def _reload_and_log(self) -> None:
        """Apply the configuration file at once, or log its problems."""
        try:
            self._reload(None)
        except (ConfigError, ControlError) as error:
            for problem in str(error).splitlines():
                LOGGER.error("configuration rejected: %s", problem)

    def _reload(self, at: float | None) -> bool:
        """Apply the configuration file, at once or at a time of day.

        Returns whether it has changed. Raises ConfigError, or ControlError during a restart, and
        then changes nothing.
        """
        self._restarts.refuse_if_restarting()
        self._notifier.reloading()
        try:
            return self._configuration.reload(at)
        finally:
            self._notifier.ready()

    def _apply_config(self, config: Config) -> None:
        intervals = [instance.advertisement_interval for instance in config.instances]
        shortest = min(intervals, default=ADVERTISEMENT_INTERVAL_DEFAULT)
        self._receiver.limit_delay(shortest)
        self._patience = shortest
        self.loop.limit_portions(shortest)
        self.loop.begin_portion()
        self._helper.configure(self._configuration.text, config)
        self._sequence_file.configure(config)
        self._host_watcher.observe_also(observed_interfaces(config.instances))
        self._host_watcher.refresh()
        self._perform(self._engine.reconfigure(config, clock.now()))

    def _refuse_on_host(self, config: Config) -> None:
        """Raise ConfigError for a configuration that is wrong on this host."""
        links = self._host_watcher.links_of(interfaces_of(config.instances))
        waited_for = interfaces_of(self._configuration.config.instances)
        refuse_on_host(config, links, waited_for, self._engine.owned_addresses)

    # --- The next process ---

    def _restart(self, reply: Reply) -> None:
        """Hand over to a new process; ``reply`` is called with the outcome."""
        self._restarts.start(self._server.socket, self._configuration.text, reply)

    def _refuse_restart(self) -> None:
        """Raise ControlError while another process could not go on where this one is."""
        if self._configuration.scheduled_digest is not None:
            raise ControlError("busy", "a configuration is about to be applied")
        if self._intent_file.is_writing or self._sequence_file.is_writing:
            raise ControlError("busy", "intents or sequence numbers are being saved")
        self._engine.refuse_export()

    def _export_state(self) -> Handover:
        """Return the state for the new process, and the time by which it has to serve. Raises
        ControlError.

        Packets received until now are handled here; the new process reads later ones.
        """
        now = clock.now()
        self._packets.handle_all(self._receiver, now)
        state: HandoverState = {
            "at": now,
            "engine": self._engine.export_state(),
            "signed": self._signer.export(),
            "intents": encode_intents(self._intent_file.intents),
        }
        return state, self._engine.peer_takeover_at() or now + _HANDOVER_TIMEOUT

    def _replaced(self, pid: int) -> None:
        self._notifier.main_pid_changed(pid)
        LOGGER.info("handed over to process %d", pid)
        self._lock.release()
        self._owns_host, self._done = False, True

    # --- The operator ---

    def _publish(self, transition: Transition) -> None:
        self._server.publish(self._requests.transition_message(transition))
