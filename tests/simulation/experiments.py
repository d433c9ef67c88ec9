# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orderly experiments on a quiet cluster, whose outcome is known to a few milliseconds.

A power cut, a stop, a drain: when a successor comes, who it is, and that somebody serves at every
instant of a planned move.
"""

from __future__ import annotations

from typing import Any

from simulation.checkers import skew
from simulation.convergence import masters_of, statuses
from simulation.demands import demand
from simulation.host import Host
from simulation.scenario import Cluster
from simulation.world import MS, S

TOLERANCE = 5 * MS  # For the way of a packet, and for agents that wake up a little late.


def is_plain(cluster: Cluster) -> bool:
    """Whether nothing but priorities decides: no wishes, no faults, no groups, no delays."""
    if cluster.hosts[0].machine.refuses_extras:
        return False
    for host in cluster.hosts:
        for entry, one in zip(host.entries, host.status()):
            special = entry.get("track_scripts") or entry.get("hooks") or cluster.grouped
            delayed = entry.get("preempt_delay") or entry.get("startup_delay")
            odd = one["intent"] != "auto" or one["state"] == "INITIALIZE"
            if special or delayed or odd or one["degraded"] or one["priority"] == 255:
                return False
    intervals = {host.entries[0]["advertisement_interval"] for host in cluster.hosts}
    return len(intervals) == 1


def run_experiments(cluster: Cluster) -> None:
    """All that can be tried on this cluster."""
    if not is_plain(cluster) or len(masters_of(cluster, 0)) != 1:
        return
    (master,) = masters_of(cluster, 0)
    cut_power(cluster, master)
    come_back(cluster, master)
    stop_and_start(cluster)
    drain(cluster)
    meet_again(cluster)
    drain_alone(cluster)


def _interval(entry: dict[str, Any]) -> int:
    return int(entry["advertisement_interval"] * S)


def cut_power(cluster: Cluster, master: Host) -> None:
    """RFC 9568 section 6.4.2: the best of the others takes over after its master-down interval."""
    entry = master.entries[0]
    interval, version = _interval(entry), entry["version"]
    cluster.world.run(cluster.world.random.randint(0, interval))
    spoke_at = cluster.checkers.advertised_at(master, entry["name"])
    master.power_off()
    others = [host for host in cluster.hosts if host is not master]
    best = max(host.entries[0]["priority"] for host in others)
    waits = entry["down_intervals"] * interval + skew(version, best, interval)
    before = len(cluster.checkers.transitions)
    cluster.world.run(int(spoke_at + waits - cluster.world.now) - TOLERANCE)
    demand(not masters_of(cluster, 0), "somebody took over too early")
    cluster.world.run(3 * TOLERANCE)
    successors = masters_of(cluster, 0)
    demand(bool(successors), f"nobody took over after {waits / S:.3f} s")
    demand(
        all(host.entries[0]["priority"] == best for host in successors),
        f"not the best one took over: {[host.number for host in successors]}",
    )
    cluster.world.run(4 * interval)
    if sum(host.entries[0]["priority"] == best for host in others) == 1:
        changes = [one for one in cluster.checkers.transitions[before:] if one[2] == entry["name"]]
        demand(len(changes) == 1, f"more than one change after a power cut: {changes}")


def come_back(cluster: Cluster, returned: Host) -> None:
    """A host that comes back displaces a worse master, if it wants to, and no other."""
    (present,) = masters_of(cluster, 0)
    ours, theirs = returned.entries[0], present.entries[0]
    returned.boot()
    cluster.world.run(6 * _interval(ours) + (ours["down_intervals"] + 2) * _interval(ours))
    (master,) = masters_of(cluster, 0)
    preempts = ours["preempt"] and ours["priority"] > theirs["priority"]
    expected = returned if preempts else present
    demand(
        master is expected,
        f"{returned.number} ({ours['priority']}) came back to {present.number} "
        f"({theirs['priority']}), and {master.number} is master",
    )


def stop_and_start(cluster: Cluster) -> None:
    """A master that stops is replaced after the skew time, and serves until then."""
    (master,) = masters_of(cluster, 0)
    entry = master.entries[0]
    interval, version = _interval(entry), entry["version"]
    others = [host for host in cluster.hosts if host is not master]
    best = max(host.entries[0]["priority"] for host in others)
    cluster.world.run(cluster.world.random.randint(0, interval))
    if cluster.world.now - cluster.checkers.advertised_at(master, entry["name"]) < TOLERANCE:
        cluster.world.run(TOLERANCE)  # Otherwise priority 0 may overtake it on the way.
    master.stop()
    length = int(skew(version, best, interval)) + 3 * TOLERANCE
    cluster.world.run(length, lambda: somebody_serves(cluster))
    successors = masters_of(cluster, 0)
    demand(
        any(host is not master for host in successors),
        "nobody took over from a host that stopped within the skew time",
    )
    # Every instance of the host is handed over, and each has an interval of its own.
    slowest = max(_interval(entry) for entry in master.entries)
    cluster.world.run(2 * slowest, lambda: somebody_serves(cluster))
    demand(not master.alive, "an agent that was stopped has not ended")
    demand(not any(map(master.machine.has_any, master.entries)), "a stopped agent left addresses")
    master.boot()
    cluster.world.run(10 * interval)


def drain(cluster: Cluster) -> None:
    """Promise 3: there and back, and somebody serves at every instant."""
    (master,) = masters_of(cluster, 0)
    interval = _interval(master.entries[0])
    name = master.entries[0]["name"]
    cluster.world.run(cluster.world.random.randint(0, interval))
    master.set_intent(name, "backup")
    cluster.world.run(3 * interval, lambda: somebody_serves(cluster))
    demand(masters_of(cluster, 0) != [master], "nobody took over from a drained host")
    (successor,) = masters_of(cluster, 0)
    if master.set_intent(name, "master") == "outbid":
        # Equal to the greatest priority there is, addresses decide, and nobody can outbid that.
        greatest = successor.entries[0]["priority"] == 254 and successor.own > master.own
        demand(greatest, "a host that could be master was refused")
        return
    cluster.world.run(3 * interval, lambda: somebody_serves(cluster))
    demand(masters_of(cluster, 0) == [master], "a host that is wanted to be master is not")
    master.set_intent(name, "auto")
    cluster.world.run(8 * interval, lambda: somebody_serves(cluster))
    demand(len(masters_of(cluster, 0)) == 1, f"not one master: {statuses(cluster, 0)}")


def meet_again(cluster: Cluster) -> None:
    """Two masters that hear each other again: priority decides, then the address.

    RFC 9568 section 6.4.3; addresses are compared as numbers.
    """
    (first,) = masters_of(cluster, 0)
    interval, others = (
        _interval(first.entries[0]),
        [one for one in cluster.hosts if one is not first],
    )
    for other in others:
        cluster.network.parted |= {(first.number, other.number), (other.number, first.number)}
    cluster.world.run(8 * interval)
    second = next((host for host in masters_of(cluster, 0) if host is not first), None)
    demand(second is not None, "nobody took over from a host that is not heard")
    assert second is not None
    cluster.network.heal()
    cluster.world.run(4 * interval)
    winner = max((first, second), key=lambda host: (host.entries[0]["priority"], host.own))
    found = masters_of(cluster, 0)
    demand(
        found == [winner],
        f"{first.number} and {second.number} met again, and not {winner.number} is master",
    )


def drain_alone(cluster: Cluster) -> None:
    """Promise 3: a drain that nobody takes over from is undone, and no outage."""
    (master,) = masters_of(cluster, 0)
    for host in cluster.hosts:
        if host is not master:
            host.power_off()
    interval, name = _interval(master.entries[0]), master.entries[0]["name"]
    master.set_intent(name, "backup")
    cluster.world.run(8 * interval, lambda: somebody_serves(cluster))
    (status, *_others) = master.status()
    demand(status["intent"] == "auto", "a drain that nobody took over from is not undone")


def somebody_serves(cluster: Cluster) -> None:
    """A client finds somebody."""
    entry = cluster.hosts[0].entries[0]
    demand(
        any(host.machine.serves(entry) for host in cluster.hosts),
        "nobody serves during a planned move",
    )
