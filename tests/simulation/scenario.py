# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scenario of a seed: a cluster, and the events in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Callable

from _vrrp.engine import actions as act
from simulation.checkers import Checkers
from simulation.host import Host
from simulation.host_faults import HOST_FAULTS, RELOADS, draw_extras
from simulation.network import Network, Weather
from simulation.unpack import served_by, virtual_of
from simulation.world import MS, S, World

ADDRESSES = {
    4: (["192.0.2.100/24"], ["192.0.2.200/24", "192.0.2.201/24"]),
    6: (["fe80::100/64", "2001:db8::100/64"], ["fe80::200/64"]),
}
NAMES = ("web", "db")


@dataclass(frozen=True)
class Cluster:
    """The hosts of a run, and what they have in common."""

    world: World
    network: Network
    checkers: Checkers
    hosts: list[Host]
    grouped: bool


def make_cluster(seed: int) -> Cluster:
    """Two to four hosts with one or two instances, drawn from the seed."""
    world = World(seed)
    random = world.random
    network, checkers = Network(world), Checkers()
    family = 6 if random.random() < 0.25 else 4
    common = _common(random, family)
    count = 2 if random.random() < 0.3 else 1
    grouped = count == 2 and random.random() < 0.6
    priorities = _priorities(random)
    unicast = random.random() < 0.2
    torn = grouped and random.random() < 0.3
    extras = draw_extras(random, family, unicast)
    more = [extra.pop("more", []) for extra in extras]
    hosts = [
        Host(world, network, checkers, number, family)
        for number in range(1, random.randint(2, 4) + 1)
    ]
    network.hosts = hosts
    for host in hosts:
        host.entries = [
            {
                **common,
                "name": NAMES[place],
                "vrid": 51 + place,
                "addresses": [*ADDRESSES[family][place], *more[place]],
                **extras[place],
                "priority": random.randint(1, 254) if torn else priorities[host.number],
                **({"sync_group": "edge"} if grouped else {}),
                **({"unicast_peers": _peers(hosts)} if unicast else {}),
                **_own(random, common),
            }
            for place in range(count)
        ]
    return Cluster(world, network, checkers, hosts, grouped)


def _common(random: Any, family: int) -> dict[str, Any]:
    version = 2 if family == 4 and random.random() < 0.2 else 3
    interval = 1 if version == 2 else random.choice([1, 1, 0.5, 2])
    common: dict[str, Any] = {
        "interface": "eth0",
        "version": version,
        "advertisement_interval": interval,
        "down_intervals": random.choice([3, 3, 3, 2, 4]),
        "preempt": random.random() < 0.8,
    }
    if common["preempt"] and random.random() < 0.15:
        common["preempt_delay"] = random.choice([2, 8])
    if random.random() < 0.15:
        common["startup_delay"] = random.choice([1, 6])
    if random.random() < 0.1:
        common["hmac"] = {"keys": [{"id": 1, "secret": "s" * 32}], "window": 5}
    return common


def _priorities(random: Any) -> dict[int, int]:
    """Distinct mostly, equal sometimes, and now and then an owner."""
    kind = random.random()
    if kind < 0.15:
        return dict.fromkeys(range(1, 5), 100)
    found = {number: random.randint(1, 254) for number in range(1, 5)}
    if kind < 0.3:
        found[1] = 255
    if kind > 0.9:
        found[2] = found[3]
    return found


def _own(random: Any, common: dict[str, Any]) -> dict[str, Any]:
    """Draw the settings of one instance on one host: version 3 learns the interval, so it may
    differ.
    """
    own: dict[str, Any] = {}
    if common["version"] == 3 and random.random() < 0.15:
        own["advertisement_interval"] = random.choice([1, 3])
    if random.random() < 0.1:
        command = {"command": "/bin/check", "interval": 1, "fall": 2}
        own["track_scripts"] = [{**command, "weight": random.choice([0, -50, 50])}]
    if random.random() < 0.15:
        own["hooks"] = [
            {"event": moment, "command": f"/bin/{moment}", "timeout": 1}
            for moment in random.sample(["master", "backup", "initialize", "leaving_master"], 2)
        ]
    return own


def _peers(hosts: list[Host]) -> list[str]:
    from _vrrp.model.family import text

    return [text(host.own) for host in hosts]


# --- Chaos ----------------------------------------------------------------------------------------


def plan_chaos(cluster: Cluster, length: int) -> None:
    """Plan faults for a while; everything is mended by ``heal``."""
    random = cluster.world.random
    for _count in range(random.randint(2, 14)):
        when = cluster.world.now + random.randint(0, length)
        what, host = random.choice([*FAULTS, _on_host, _on_host]), random.choice(cluster.hosts)
        cluster.world.at(when, partial(what, cluster, host))


def _on_host(cluster: Cluster, host: Host) -> None:
    """A fault of the host, or a reload on all hosts at the same time."""
    random = cluster.world.random
    if random.random() < 0.2:
        reload = random.choice(RELOADS)
        cluster.world.note(f"all {reload.__name__}")
        reload(cluster.hosts)
    else:
        fault = random.choice(HOST_FAULTS)
        cluster.world.note(f"{host.number} {fault.__name__}")
        fault(host)


def _part(cluster: Cluster, host: Host) -> None:
    """Part a host from all others in one or both directions, or from a single one."""
    kind = cluster.world.random.choice(["deaf", "mute", "both", "one"])
    others = [one for one in cluster.hosts if one is not host]
    if kind == "one":
        others = [cluster.world.random.choice(others)]
    for other in others:
        if kind != "deaf":
            cluster.network.parted.add((host.number, other.number))
        if kind != "mute":
            cluster.network.parted.add((other.number, host.number))
    cluster.world.note(f"{host.number} {kind}")


def _join(cluster: Cluster, host: Host) -> None:
    cluster.network.parted.clear()


def _storm(cluster: Cluster, host: Host) -> None:
    random = cluster.world.random
    cluster.network.weather = Weather(
        random.choice([0.05, 0.3, 0.6]), random.choice([0, 0.2]), random.choice([1, 50, 900]) * MS
    )


def _calm(cluster: Cluster, host: Host) -> None:
    cluster.network.weather = Weather()


def _kill(cluster: Cluster, host: Host) -> None:
    host.kill()


def _restart_quickly(cluster: Cluster, host: Host) -> None:
    """The agent is started again when its unit may not have cleaned up yet."""
    host.kill(restart_after=cluster.world.random.randint(1, 400) * MS)


def _hand_over(cluster: Cluster, host: Host) -> None:
    host.hand_over()


def _cut_power(cluster: Cluster, host: Host) -> None:
    host.power_off()
    cluster.world.after(cluster.world.random.randint(1, 15) * S, host.boot)


def _pause(cluster: Cluster, host: Host) -> None:
    host.pause(cluster.world.random.choice([200, 2500, 8000]) * MS)


def _hold_and_pause(cluster: Cluster, host: Host) -> None:
    """A holder that does not run for longer than the others wait."""
    host.set_intent(NAMES[0], "master")
    cluster.world.after(cluster.world.random.randint(1, 3) * S, lambda: host.pause(8 * S))


def _drain_and_pause(cluster: Cluster, host: Host) -> None:
    """A host that does not run from the start of a drain until somebody has ended it."""
    host.set_intent(NAMES[0], "backup")
    host.pause(8 * S)
    host.request_intent(NAMES[0], cluster.world.random.choice(["auto", "master"]))


def _pause_and_refuse(cluster: Cluster, host: Host) -> None:
    """A pause, short or long, at the end of which nothing can be sent for a moment."""
    length = cluster.world.random.randint(1000, 12_000) * MS
    host.pause(length)
    cluster.world.after(length - MS, lambda: host.refused.add(act.Send))
    cluster.world.after(length + 100 * MS, host.refused.clear)


def _fail_and_pause(cluster: Cluster, host: Host) -> None:
    """Checks that fail for a moment, and a pause while a master hands over for them."""
    host.programs.failing = True
    cluster.world.after(3 * S, partial(setattr, host.programs, "failing", False))
    pause = cluster.world.random.randint(3000, 5500) * MS
    cluster.world.after(pause, lambda: host.pause(8 * S))


def _skip(cluster: Cluster, host: Host) -> None:
    host.skip(cluster.world.random.choice([1, 10, 600]) * S)


def _flap(cluster: Cluster, host: Host) -> None:
    host.machine.set_carrier("eth0", False)
    delay = cluster.world.random.choice([1, 300, 5000]) * MS
    cluster.world.after(delay, lambda: host.machine.set_carrier("eth0", True))


def _refuse(cluster: Cluster, host: Host) -> None:
    random = cluster.world.random
    host.refused.clear()
    host.refused.add(random.choice([act.Install, act.Send, act.SendFrames]))
    cluster.world.after(random.randint(1, 6) * S, host.refused.clear)


def _reload(cluster: Cluster, host: Host) -> None:
    """Other settings that all hosts may differ in."""
    random = cluster.world.random
    changes: dict[str, Any] = random.choice(
        [
            {"preempt": True},
            {"announce_count": 1},
            {"announce_refresh": 2},
            {"startup_delay": 0},
        ]
    )
    host.configure([{**entry, **changes} for entry in host.entries])


def _lose_address(cluster: Cluster, host: Host) -> None:
    """Another program deletes an address."""
    served = [one for entry in host.entries for one in virtual_of(entry)]
    present = [one for one in served if host.machine.has(one)]
    if present:
        host.machine.delete_address(cluster.world.random.choice(present))


def _add_address(cluster: Cluster, host: Host) -> None:
    """Another program adds the virtual addresses of an instance."""
    if host.entries[0]["priority"] != 255:  # An owner may have them by itself.
        for one in served_by(host.entries[0]):
            host.machine.add_virtual(one)


def _set_intent(cluster: Cluster, host: Host) -> None:
    random = cluster.world.random
    kind = random.choice(["master", "backup", "auto"])
    name = random.choice([NAMES[0], NAMES[0], None])
    host.set_intent(name, kind, forced=kind == "backup" and random.random() < 0.3)


FAULTS: list[Callable[[Cluster, Host], None]] = [
    _part, _part, _join, _storm, _storm, _calm, _kill, _hand_over, _hand_over, _cut_power,
    _cut_power, _pause, _pause, _skip, _flap, _refuse, _reload, _lose_address, _add_address,
    _set_intent, _set_intent, _set_intent, _hold_and_pause, _restart_quickly, _pause_and_refuse,
    _fail_and_pause, _drain_and_pause,
]  # fmt: skip


def heal(cluster: Cluster) -> None:
    """End all faults: the network is perfect, all agents run, all links are up.

    Only the kernel may go on refusing routes and rules, on all hosts, which must not matter.
    """
    refuses_extras = cluster.world.random.random() < 0.1
    cluster.network.heal()
    cluster.world.kind = True
    for host in cluster.hosts:
        host.refused.clear()
        host.programs.failing = False
        host.machine.refuses_extras = refuses_extras
        for name in ("eth0", "eth1"):
            if not host.machine.is_up(name):
                host.machine.set_carrier(name, True)
        host.boot()
