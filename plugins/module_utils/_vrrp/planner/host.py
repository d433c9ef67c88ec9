# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.
"""One host of a planned cluster: the engine of the agent, on a simulated kernel.

Its health is good: scripts succeed, tracked processes run, tracked files hold 0, links are up.
"""

from __future__ import annotations

from typing import Callable, Dict, Iterable, List, Mapping, Tuple

from ..base.units import Nanoseconds
from ..engine import actions as act
from ..engine.engine import Engine
from ..engine.host.links import Link, LinkAddress
from ..model.command import CommandResult
from ..model.family import Family
from ..model.instance import Config, Instance, observed_interfaces
from ..model.tracking import InterfaceCheck, ProcessCheck
from ..wire.datagram import Datagram
from .kernel import SimulatedKernel

Event = Callable[[], List[act.Action]]

_IPV4_LENGTH, _IPV6_LENGTH = 15, 64
_TEST_NETWORK = bytes((198, 18))  # RFC 2544.
_LINK_LOCAL = b"\xfe\x80" + bytes(12)
_MULTICAST = (224, 255)  # The first octets of the groups.


class PlannedHost:
    """``number`` counts the hosts from 0, and orders their own addresses, which an inventory does
    not tell. ``send`` carries a packet from an interface, ``later`` lets an event happen after the
    present one. ``masters`` has the time since which it is master, by label; ``changed_at`` is that
    of its last transition, and ``advertised`` has that of the last packet of each instance.
    """

    def __init__(
        self,
        number: int,
        config: Config,
        *,
        send: Callable[[str, act.Send], None],
        later: Callable[[Event], None],
    ) -> None:
        self.config = config
        self.alive = True
        self.masters: Dict[str, Nanoseconds] = {}
        self.changed_at: Nanoseconds = 0
        self.advertised: Dict[str, Nanoseconds] = {}
        self._kernel = SimulatedKernel()
        self._engine = Engine()
        self._send = send
        self._later = later
        self._parents: Dict[str, str] = {}
        self._sockets: Mapping[Tuple[int, Family], act.SocketSpec] = {}
        for index, name in enumerate(sorted(_interfaces(config)), 2):
            mac = bytes((2, 0, 0, number >> 8, number & 255, index))
            own = _own_addresses(number, name, config.instances)
            self._kernel.add_link(Link(index, name, True, mac, own))

    def boot(self, now: Nanoseconds) -> None:
        """Start the agent."""
        self.perform(self._engine.host_changed(self._kernel.observed(), now), now)
        self.perform(self._engine.reconfigure(self.config, now), now)

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time at which it is next due; None for a dead host."""
        return self._engine.next_deadline() if self.alive else None

    def wakeup(self, now: Nanoseconds) -> None:
        """Handle what is due."""
        self.perform(self._engine.wakeup(now), now)

    def receive(self, interface: str, send: act.Send, now: Nanoseconds) -> List[act.Action]:
        """Handle a packet that arrives at an interface; returns the actions."""
        datagram = Datagram(send.source, send.destination, send.ttl, send.message)
        link = self._kernel.links[interface]
        spec = self._sockets.get((link.index, datagram.family))
        if spec is None or not (send.destination[0] in _MULTICAST or link.has(send.destination)):
            return []
        packet = (send.source, send.destination, send.ttl, send.message)
        for _packet in self._engine.unmatched_packets(spec, [packet], [now]):
            return self._engine.receive_datagram(spec, datagram, now, packet)
        return []

    # --- The executor ---

    def perform(self, actions: List[act.Action], now: Nanoseconds) -> None:
        """Perform actions, and those that follow from their results."""
        while actions:
            failures = [failure for one in actions for failure in self._try(one, now)]
            confirmed = [one.router for one in actions if isinstance(one, act.Confirm)]
            actions = self._engine.completed(act.Results(failures, confirmed), now)
        self._engine.performed(now)

    def _try(self, action: act.Action, now: Nanoseconds) -> List[act.Failure]:
        if isinstance(action, act.SendBatch):
            for send in action.sends:
                self._try(send, now)
        elif isinstance(action, act.Send):
            self.advertised[action.router] = now
            self._send(self._interface_of(action.index), action)
        elif isinstance(action, (act.Install, act.Remove, act.Provision)):
            return self._change_kernel(action, now)
        elif isinstance(action, act.Transition):
            self._note(action)
        elif isinstance(action, act.OpenSockets):
            own = (one for one in action.sockets if not one.source_mac)
            self._sockets = {(one.index, one.family): one for one in own}
        else:
            self._answer(action, now)
        return []

    def _change_kernel(
        self, action: act.Install | act.Remove | act.Provision, now: Nanoseconds
    ) -> List[act.Failure]:
        if isinstance(action, act.Provision):
            self._parents.update((one.name, one.parent) for one in action.macvlans)
        before = self._kernel.observed()
        failures = self._kernel.perform(action)
        after = self._kernel.observed()
        if after != before:
            self._later(lambda: self._engine.host_changed(after, now))
        return failures

    def _note(self, transition: act.Transition) -> None:
        self.changed_at = transition.at
        self.masters.pop(transition.router, None)
        if transition.new == "MASTER":
            self.masters[transition.router] = transition.at

    def _answer(self, action: act.Action, now: Nanoseconds) -> None:
        """Let commands succeed, and tracked files and processes be as they should."""
        engine = self._engine
        if isinstance(action, act.RunCommand):
            number = action.number
            self._later(lambda: engine.command_finished(number, CommandResult(0), now))
        elif isinstance(action, act.PollTargets):
            files: Dict[str, str | None] = dict.fromkeys(action.files, "0")
            processes = {one.selection.key: one.quorum for one in _processes(self.config.instances)}
            self._later(lambda: engine.files_changed(files, now))
            self._later(lambda: engine.processes_changed(processes, now))

    def _interface_of(self, index: int) -> str:
        """Return the interface that a packet leaves by; the parent of a macvlan."""
        found = next(one.name for one in self._kernel.links.values() if one.index == index)
        return self._parents.get(found, found)


def _interfaces(config: Config) -> Iterable[str]:
    """Return the interfaces that a configuration names."""
    observed = observed_interfaces(config.instances)
    if observed is not None:
        return observed
    named = {name for one in config.instances for name in one.interfaces}
    checks = (one.check for instance in config.instances for one in instance.tracked)
    return named.union(one.interface for one in checks if isinstance(one, InterfaceCheck))


def _processes(instances: Iterable[Instance]) -> List[ProcessCheck]:
    checks = (one.check for instance in instances for one in instance.tracked)
    return [one for one in checks if isinstance(one, ProcessCheck)]


def _own_addresses(
    number: int, interface: str, instances: Iterable[Instance]
) -> Tuple[LinkAddress, ...]:
    """Return the host's own addresses on an interface: those that instances send from, and one of
    each family.
    """
    sources = {one.source_address for one in instances if one.interface == interface} - {b""}
    place = (number + 1).to_bytes(2, "big")
    ipv4, ipv6 = _TEST_NETWORK + place, _LINK_LOCAL + place
    return tuple(
        LinkAddress(packed, _IPV4_LENGTH if len(packed) == 4 else _IPV6_LENGTH)
        for packed in (*sorted(sources), ipv4, ipv6)
    )
