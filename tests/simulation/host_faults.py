# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings beyond the addresses of an instance, and other programs that change the host."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable

from simulation.host import Host
from simulation.unpack import Served, routes_of, rules_of, virtual_of
from simulation.world import MS, S

# The gateways are in the networks of the hosts' own addresses.
ROUTES = {
    4: [
        {"destination": "198.18.0.0/15", "via": "192.0.2.66"},
        {"destination": "198.18.0.0/15", "interface": "eth1", "metric": 50},
    ],
    6: [{"destination": "2001:db8:77::/48", "via": "fe80::fe"}],
}
RULES = {
    4: [{"mark": 7, "table": 300, "priority": 1000}, {"from": "192.0.2.100/32", "table": 301}],
    6: [{"from": "2001:db8::/64", "table": 300, "priority": 1000}],
}
EXCLUDED = ["198.51.100.100/24", "198.51.100.101/24"]
ELSEWHERE = {"address": "203.0.113.100/24", "interface": "eth1"}


def draw_extras(random: Any, family: int, unicast: bool) -> list[dict[str, Any]]:
    """Draw the settings that two instances have in common on all hosts: often none."""
    extras: list[dict[str, Any]] = [{}, {}]
    if random.random() < 0.4:
        return extras
    for place, extra in enumerate(extras):
        if random.random() < 0.6:
            extra["virtual_routes"] = ROUTES[family]
        if random.random() < 0.6:
            extra["virtual_rules"] = RULES[family]
        if random.random() < 0.5:
            extra["excluded_addresses"] = [EXCLUDED[place]]
        if random.random() < 0.4:
            extra["degraded_weight"] = random.choice([1, 60])
    if not unicast and random.random() < 0.25:
        # A host can't have a route twice, through its interface and through a macvlan.
        extras[0]["virtual_mac"] = True
        extras[1].pop("virtual_routes", None)
    if family == 4 and random.random() < 0.5:
        extras[0]["more"] = [ELSEWHERE]
    return extras


# --- Faults ---------------------------------------------------------------------------------------


def _flap_unseen(host: Host) -> None:
    """An interface goes down and up before anybody looks."""
    host.machine.flap(host.world.random.choice(["eth0", "eth1", "eth1"]))


def _pull_other(host: Host) -> None:
    """The cable of the other interface is pulled for a while."""
    host.machine.set_carrier("eth1", False)
    delay = host.world.random.choice([1, 300, 5000]) * MS
    host.world.after(delay, lambda: host.machine.set_carrier("eth1", True))


def _delete_routing(host: Host) -> None:
    host.machine.delete_routing()


def _delete_again_and_again(host: Host) -> None:
    """Another program fights for what the agent has."""
    served = host.world.random.choice([one for entry in host.entries for one in virtual_of(entry)])
    for time in range(host.world.random.randint(2, 8)):
        host.world.after(time * 300 * MS, partial(host.machine.delete_address, served))
        host.world.after(time * 300 * MS, host.machine.delete_routing)


def _give_back_otherwise(host: Host) -> None:
    """Another program replaces an address by itself with another prefix length."""
    served = host.world.random.choice([one for entry in host.entries for one in virtual_of(entry)])
    if host.machine.has(served) and host.entries[0]["priority"] != 255:
        host.machine.delete_address(served)
        host.machine.add_virtual(served)


def _settle_beside(host: Host) -> None:
    """Another program adds an address, a route and a rule beside those of the agent."""
    entry = host.world.random.choice(host.entries)
    host.machine.add_neighbour_address(_drawn(host, virtual_of(entry)))
    for route in routes_of(entry)[:1]:
        host.machine.add_route(route)
    for rule in rules_of(entry)[:1]:
        host.machine.add_rule(rule)


def _drawn(host: Host, served: list[Served]) -> Served:
    found: Served = host.world.random.choice(served)
    return found


def _delete_macvlan(host: Host) -> None:
    for name in host.machine.macvlans():
        host.machine.delete_link(name)


def _set_macvlan_down(host: Host) -> None:
    for name in host.machine.macvlans():
        host.machine.set_down(name)


def _refuse_extras(host: Host) -> None:
    """The kernel refuses routes and rules for a while."""
    host.machine.refuses_extras = True
    delay = host.world.random.randint(1, 20) * S
    host.world.after(delay, partial(setattr, host.machine, "refuses_extras", False))


# --- Reloads --------------------------------------------------------------------------------------


def _remove_for_a_moment(host: Host) -> None:
    """An instance is removed from the configuration, and put back soon."""
    whole = host.entries
    if len(whole) == 2 and "sync_group" not in whole[0]:
        host.configure(whole[:1])
        delay = host.world.random.choice([0, 500, 3000]) * MS
        host.world.after(delay, lambda: host.configure(whole))


def exchange_addresses(hosts: list[Host]) -> None:
    """On all hosts, the excluded addresses of two instances change places."""
    for host in hosts:
        if len(host.entries) < 2:
            return
        first, second = (dict(one) for one in host.entries)
        first_list, second_list = (one.pop("excluded_addresses", None) for one in (first, second))
        if second_list:
            first["excluded_addresses"] = second_list
        if first_list:
            second["excluded_addresses"] = first_list
        host.configure([first, second])


def change_lengths(hosts: list[Host]) -> None:
    """On all hosts, the addresses of an instance get other prefix lengths."""
    for host in hosts:
        entry = dict(host.entries[0])
        entry["addresses"] = [_with_other_length(one) for one in entry["addresses"]]
        host.configure([entry, *host.entries[1:]])


def _with_other_length(address: Any) -> Any:
    if isinstance(address, dict):
        return {**address, "address": _with_other_length(address["address"])}
    others = {"24": "25", "25": "24", "64": "80", "80": "64"}
    packed, _slash, length = address.partition("/")
    return f"{packed}/{others[length]}"


HOST_FAULTS: list[Callable[[Host], None]] = [
    _flap_unseen, _pull_other, _delete_routing, _delete_again_and_again, _give_back_otherwise,
    _settle_beside, _delete_macvlan, _set_macvlan_down, _refuse_extras, _remove_for_a_moment,
]  # fmt: skip
RELOADS: list[Callable[[list[Host]], None]] = [exchange_addresses, change_lengths]
