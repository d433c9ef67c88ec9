# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.
"""A planned cluster: its hosts, and the segments that join them, on a virtual clock."""

from __future__ import annotations

from collections import deque
from typing import Deque, Dict, Iterable, List, Mapping, Set, Tuple

from ..base.units import Nanoseconds, earliest, seconds
from ..engine import actions as act
from ..model.instance import Config, Instance
from .host import Event, PlannedHost

_START = seconds(1000)  # The hosts run for long: a delay after their start is over.
_LONGEST = seconds(3600)
_PATIENCE = 10  # Elections that may follow each other.

Port = Tuple[str, str]  # A host and one of its interfaces.


class RestlessError(Exception):
    """The hosts do not come to rest: their settings contradict each other."""


class PlannedCluster:
    """``hosts`` by name. Interfaces with an instance of one name are on one segment."""

    def __init__(self, configs: Mapping[str, Config]) -> None:
        self.time: Nanoseconds = _START
        self._waiting: Deque[Tuple[PlannedHost, Event]] = deque()
        self._segments = _segments(configs)
        self.hosts = {
            name: self._host(number, name, config)
            for number, (name, config) in enumerate(configs.items())
        }
        self._quiet = max(
            (_patience(one) for config in configs.values() for one in config.instances), default=0
        )

    def _host(self, number: int, name: str, config: Config) -> PlannedHost:
        host = PlannedHost(
            number,
            config,
            send=lambda interface, send: self._carry((name, interface), send),
            later=lambda event: self._waiting.append((host, event)),
        )
        return host

    def boot(self) -> None:
        """Start all hosts, and let the elections end; raises RestlessError."""
        for host in self.hosts.values():
            host.boot(self.time)
        self.rest()

    def kill(self, names: Iterable[str]) -> None:
        """Let hosts die at once."""
        for name in names:
            self.hosts[name].alive = False
            self.hosts[name].masters.clear()

    def rest(self) -> None:
        """Let time pass until no state has changed for longer than any election takes; raises
        RestlessError.
        """
        began = self.time
        self._settle()
        while self.time < max(self._changed_at(), began) + self._quiet:
            if self.time > began + max(_LONGEST, _PATIENCE * self._quiet):
                raise RestlessError
            self._pass()

    def _changed_at(self) -> Nanoseconds:
        return max((one.changed_at for one in self.hosts.values()), default=0)

    def _pass(self) -> None:
        """Let time pass until the next deadline."""
        due = earliest(one.next_deadline() for one in self.hosts.values())
        limit = self.time + self._quiet
        self.time = limit if due is None else max(self.time, min(due, limit))
        for host in self.hosts.values():
            deadline = host.next_deadline()
            if deadline is not None and deadline <= self.time:
                host.wakeup(self.time)
        self._settle()

    def _settle(self) -> None:
        """Let everything happen that waits for this instant."""
        while self._waiting:
            host, event = self._waiting.popleft()
            if host.alive:
                host.perform(event(), self.time)

    def _carry(self, sender: Port, send: act.Send) -> None:
        """Deliver a packet to the other hosts of its segment, at this instant."""
        for port in self._segments[sender]:
            if port[0] != sender[0]:
                self._deliver(port, send)

    def _deliver(self, port: Port, send: act.Send) -> None:
        host = self.hosts[port[0]]
        self._waiting.append((host, lambda: host.receive(port[1], send, self.time)))


def _patience(instance: Instance) -> Nanoseconds:
    """Return a time in which an election of an instance surely ends."""
    delays = instance.startup_delay + instance.preempt_delay + instance.link_up_delay
    return (instance.down_intervals + 2) * instance.advertisement_interval + delays


def _segments(configs: Mapping[str, Config]) -> Dict[Port, Set[Port]]:
    """Return the ports on the segment of each port."""
    found: Dict[Port, Set[Port]] = {}
    for ports in _ports_by_name(configs).values():
        joined: Set[Port] = set(ports)
        for port in ports:
            joined |= found.get(port, set())
        found.update(dict.fromkeys(joined, joined))
    return found


def _ports_by_name(configs: Mapping[str, Config]) -> Dict[str, List[Port]]:
    ports: Dict[str, List[Port]] = {}
    for host, config in configs.items():
        for instance in config.instances:
            ports.setdefault(instance.name, []).append((host, instance.interface))
    return ports
