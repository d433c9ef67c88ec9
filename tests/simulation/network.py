# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One segment that loses, delays, doubles and reorders packets, and can be parted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Sequence

from _vrrp.engine.actions import Send
from simulation.world import MS, World


class Station(Protocol):
    """A host as the network sees it; ``own`` is its packed address."""

    number: int
    own: bytes

    @property
    def link_up(self) -> bool:
        """Whether its interface is up."""

    def receive(self, send: Send) -> None:
        """A packet has arrived."""


@dataclass
class Weather:
    """The faults of the network: probabilities, and the longest delay in nanoseconds."""

    loss: float = 0.0
    doubling: float = 0.0
    delay_max: int = MS // 2


class Network:
    """Carries packets between the hosts; packets of different delays overtake each other."""

    def __init__(self, world: World) -> None:
        self.hosts: Sequence[Station] = ()
        self.weather = Weather()
        self.parted: set[tuple[int, int]] = set()
        self._world = world

    def carry(self, sender: Station, send: Send) -> None:
        """Deliver a packet to everybody it reaches."""
        for receiver in self.hosts:
            if receiver is sender or not self.is_addressed(receiver, send.destination):
                continue
            if (sender.number, receiver.number) in self.parted or not sender.link_up:
                continue
            if self._world.happens(self.weather.loss):
                continue
            self._deliver(receiver, send)
            if self._world.happens(self.weather.doubling):
                self._deliver(receiver, send)

    @staticmethod
    def is_addressed(receiver: Station, destination: bytes) -> bool:
        """Whether a packet is for a host: multicast is for all."""
        return destination[0] in (224, 255) or destination == receiver.own

    def _deliver(self, receiver: Station, send: Send) -> None:
        delay = self._world.random.randint(MS // 20, self.weather.delay_max)
        self._world.after(delay, lambda: receiver.receive(send))

    def heal(self) -> None:
        """Be perfect from now on."""
        self.weather = Weather()
        self.parted.clear()
