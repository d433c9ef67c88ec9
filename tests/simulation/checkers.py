# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants: some hold at every instant, others once the network is quiet.

The checkers know the protocol from the RFCs and from the promises, not from the code under test:
their formulas are written out here once more. The first thing that is wrong ends the run.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any, Protocol

from _vrrp.engine import actions as act
from _vrrp.model.status import InstanceStatus
from simulation.demands import demand
from simulation.machine import Machine
from simulation.world import MS, S, World


class CheckedHost(Protocol):
    """The host as the checkers see it; times are of its own clock, except ``world``."""

    number: int
    world: World
    machine: Machine
    clock_offset: int
    refused: set[type]
    entries: list[dict[str, Any]]

    @property
    def link_up(self) -> bool:
        """Whether its interface is up."""

    @property
    def now(self) -> int:
        """Its own monotonic clock."""

    @property
    def knows_its_links(self) -> bool:
        """Whether its agent has received all changes of its interface."""

    def status(self) -> list[InstanceStatus]:
        """The status of its instances."""

    def reported_state(self, name: str) -> str | None:
        """The state of an instance as its transitions report it."""

    def has_all(self, entry: dict[str, Any]) -> bool:
        """Whether it has all addresses of an instance."""


def skew(version: int, priority: int, interval: int) -> float:
    """RFC 9568 section 6.1 and RFC 3768 section 6.1, in nanoseconds and with a fraction."""
    return (256 - priority) / 256 * (1 * S if version == 2 else interval)


class Checkers:
    """Told by the hosts of everything they do."""

    def __init__(self) -> None:
        self.transitions: list[tuple[int, int, str, str]] = []
        self._state: dict[tuple[int, str], str] = {}
        self._advertised_at: dict[tuple[int, str], int] = {}
        self._taking_over: set[tuple[int, str]] = set()
        self._overslept_at: dict[tuple[int, str], int] = {}
        self._heard_at: dict[int, int] = {}
        self._count: Counter[tuple[int, str]] = Counter()  # Of transitions.

    def died(self, host: CheckedHost) -> None:
        """The agent of a host has ended."""
        for key in [key for key in self._state if key[0] == host.number]:
            del self._state[key]
            del self._count[key]
            self._advertised_at.pop(key, None)
            self._taking_over.discard(key)

    def changes(self, host: CheckedHost, transition: act.Transition) -> None:
        """A router has changed its state."""
        key = (host.number, transition.router)
        self._state[key] = transition.new
        self._count[key] += 1
        if key not in self._taking_over or transition.new != "MASTER":
            if self._was_silent_too_long(key, host):
                self._overslept_at[key] = host.now
            self._advertised_at.pop(key, None)
        self._taking_over.discard(key)
        if transition.new == "MASTER":
            self._demand_addresses(host, transition.router, "is master of")
        self.transitions.append((host.world.now, host.number, transition.instance, transition.new))

    def advertised_at(self, host: CheckedHost, name: str) -> int:
        """Return the time of a router's last advertisement, by the world's clock."""
        return self._advertised_at[host.number, name] - host.clock_offset

    def sends(self, host: CheckedHost, send: act.Send) -> None:
        """Check an advertisement: only a master may send one, and only when it serves; or a backup
        that is about to.
        """
        key, vrid, priority = (host.number, send.router), send.message[1], send.message[2]
        if vrid == 0:
            return  # A probe.
        entry = next((one for one in host.entries if one["name"] == send.router), None)
        if entry is None or priority == 0:
            self._advertised_at[key] = host.now
            return
        speaks = {one["name"]: one["state"] for one in host.status()}.get(send.router)
        demand(speaks != "INITIALIZE", f"{key} advertises {priority} and is {speaks}")
        demand(priority <= 254 or entry["priority"] == 255, f"{key} speaks as an owner")
        if speaks == "BACKUP":
            self._taking_over.add(key)
            looked = self._heard_at.get(host.number) == host.now
            overslept = self._overslept_at.get(key) == host.now
            demand(
                looked or not overslept,
                f"{key} was paused and is master again without a look around",
            )
        else:
            demand(host.has_all(entry), f"{key} advertises without its addresses")
            paused = self._was_silent_too_long(key, host)
            demand(not paused, f"{key} was silent for too long and goes on as master")
        self._advertised_at[key] = host.now

    def _was_silent_too_long(self, key: tuple[int, str], host: CheckedHost) -> bool:
        """Promise 5: after a pause longer than the peers wait, a master listens first."""
        before = self._advertised_at.get(key)
        entry = next((one for one in host.entries if one["name"] == key[1]), None)
        if before is None or entry is None:
            return False
        interval = int(entry.get("advertisement_interval", 1) * S)
        patience = entry.get("down_intervals", 3) * interval
        # Of its own skew time, whatever its priority is.
        patience += max(int(skew(entry.get("version", 3), 1, interval)), interval // 2)
        return bool(host.now - before > patience + 2 * MS)

    def hears(self, host: CheckedHost) -> None:
        """A host has received a packet: it has looked around."""
        self._heard_at[host.number] = host.now

    def announces(self, host: CheckedHost, frames: act.SendFrames) -> None:
        """Addresses are announced only when they are there."""
        self._demand_addresses(host, frames.router, "announces")

    def runs(self, host: CheckedHost, run: act.RunCommand) -> None:
        """The hooks of a master run when it serves; those that had to wait for others, later."""
        name = run.environment.get("VRRP_INSTANCE", "")
        is_master = host.reported_state(name) == "MASTER"
        if run.environment.get("VRRP_EVENT") == "master" and is_master:
            self._demand_addresses(host, name, "runs hooks of")

    def _demand_addresses(self, host: CheckedHost, name: str, does: str) -> None:
        entry = next((one for one in host.entries if one["name"] == name), None)
        if entry is not None:
            why = f"{host.number} {does} {name} without its addresses"
            demand(host.has_all(entry), why)

    def removes(self, host: CheckedHost, gone: dict[str, set[object]]) -> None:
        """A host has removed something; ``gone`` are by instance the parts that it had and lacks.

        No master loses one of its parts, not even for a moment, unless the kernel refuses what
        takes its place.
        """
        if act.Install in host.refused:
            return
        for one in host.status():
            name = one["name"]
            key = (host.number, one["label"])
            # Otherwise a transition is still to come of what happens now.
            is_known = self._count[key] == one["transitions"]
            if is_known and self._state.get(key) == one["state"] == "MASTER":
                # IPv6 can't exchange an address without a gap of some microseconds.
                lost = [part for part in gone.get(name, ()) if one["family"] == "ipv4"]
                demand(not lost, f"{host.number} {name} is master and removed {lost}")

    def settled(self, host: CheckedHost) -> None:
        """A host has done all it wants to do for now: addresses are on masters and nowhere else."""
        waits = [key for key in self._taking_over if key[0] == host.number]
        demand(not waits, f"{waits} have advertised, and are still backups")
        for entry in host.entries:
            state = host.reported_state(entry["name"])
            if state is None or not host.knows_its_links:
                continue
            who = f"{host.number} {entry['name']} is {state}"
            demand(host.link_up or state == "INITIALIZE", f"{who} without a link")
            reachable = state != "MASTER" or host.machine.is_reachable(entry)
            demand(reachable, f"{who} with an address on an interface that is down")
            idle = state != "MASTER"
            there = host.machine.has_any(entry) if idle else set()
            demand(not there or there <= _served_by_masters(host), f"{who} and has addresses")


def _served_by_masters(host: CheckedHost) -> set[bytes]:
    """Return all addresses of the masters of a host: one of them may be leaving, and another
    instance may have its addresses already.
    """
    return {
        ipaddress.ip_interface(address).packed
        for one in host.status()
        if one["state"] == "MASTER"
        for address in (*one["addresses"], *one["settings"]["excluded_addresses"])
    }
