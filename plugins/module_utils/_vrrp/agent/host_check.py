# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A configuration judged by the host that it is for."""

from __future__ import annotations

import socket
from typing import AbstractSet, Dict, Iterator, List, Sequence, Tuple

from ..base.errors import ConfigError, Problem
from ..engine.coordination.obstacles import NO_OWN_PEER
from ..engine.host.links import Link, Links, network_of, primary_address
from ..engine.host.observed import KEEPALIVED_MARK, MARK
from ..engine.host.reconcile import OwnedAddress
from ..engine.host.resources import Key, RouteResource, wanted_routes
from ..linux.links import LinkMonitor
from ..model.family import Family, text
from ..model.instance import Config, Instance


def refuse_on_host(
    config: Config,
    links: Links,
    waited_for: AbstractSet[str] = frozenset(),
    owned: AbstractSet[OwnedAddress] = frozenset(),
) -> None:
    """Raise ConfigError with all problems of a configuration on a host with these interfaces.

    A running agent waits for an interface that is missing, those in ``waited_for``. In a new
    configuration an unknown name is an error, as it is more likely mistyped. ``owned`` are
    addresses that the agent itself has added.
    """
    virtual = frozenset(
        address.packed for one in config.instances for address in one.served_addresses
    )
    entries = list(dict.fromkeys(one.name for one in config.instances))
    problems: List[Problem] = []
    for instance in config.instances:
        path = f"instances[{entries.index(instance.name)}]"
        problems.extend(_unknown_interfaces(path, instance, links.keys() | waited_for))
        problems.extend(_own_addresses(path, instance, links, virtual, owned))
        problems.extend(_peers_without_own(path, instance, links))
        problems.extend(_unreachable_addresses(path, instance, links))
        problems.extend(_scope_problems(path, instance, links, virtual))
    problems.extend(_clashing_routes(config.instances, entries, links))
    if problems:
        raise ConfigError(problems)


def _unknown_interfaces(
    path: str, instance: Instance, known: AbstractSet[str]
) -> Iterator[Problem]:
    for name in sorted(instance.interfaces - known):
        yield Problem(f"{path}.{_setting(instance, name)}", f"{name} does not exist on this host")


def _setting(instance: Instance, name: str) -> str:
    """Return the name of the setting that names an interface."""
    if instance.interface == name:
        return "interface"
    is_route = any(name in route.interfaces for route in instance.virtual_routes)
    return "virtual_routes" if is_route else "addresses"


def _own_addresses(
    path: str,
    instance: Instance,
    links: Links,
    virtual: AbstractSet[bytes],
    owned: AbstractSet[OwnedAddress],
) -> Iterator[Problem]:
    """Yield a problem if the host's only address is virtual: a backup has to remove it."""
    link = links.get(instance.interface)
    if link is None or instance.is_owner:
        return
    if primary_address(link, instance, virtual, links) is not None:
        return
    served = frozenset(one.packed for one in instance.served_addresses)
    for packed in sorted(served & _foreign(link, owned)):
        why = "another address is needed, or priority 255 on the host that owns it"
        what = f"{text(packed)} is the only {Family.of(packed).protocol} address of {link.name}"
        yield Problem(f"{path}.addresses", f"{what}: {why}")


def _peers_without_own(path: str, instance: Instance, links: Links) -> Iterator[Problem]:
    """Yield a problem if the unicast peers include no address of the host to send from."""
    link = links.get(instance.interface)
    if link is None or not instance.unicast_peers or instance.source_address:
        return
    if link.has_family(instance.family) and not any(map(link.has, instance.unicast_peers)):
        yield Problem(
            f"{path}.unicast_peers", f"{link.name} has {NO_OWN_PEER}; or set source_address"
        )


def _foreign(link: Link, owned: AbstractSet[OwnedAddress]) -> AbstractSet[bytes]:
    """Return the addresses that no VRRP daemon has added, as far as that is known."""
    return {
        one.packed
        for one in link.addresses
        if one.protocol not in (MARK, KEEPALIVED_MARK)
        and (link.index, one.packed, one.prefix_length) not in owned
    }


def _unreachable_addresses(path: str, instance: Instance, links: Links) -> Iterator[Problem]:
    """Yield a problem for each IPv6 address where no neighbour can find it."""
    for address in instance.served_addresses:
        link = links.get(address.interface)
        if link is None or link.has_neighbours or not address.track:
            continue
        if address.family is Family.IPV6:
            why = f"hosts on {instance.interface} can't find an IPv6 address of {link.name}"
            remedy = f"put it on {instance.interface}, or set track: false if it is routed"
            yield Problem(f"{path}.addresses", f"{address}: {why}; {remedy}")


def _scope_problems(
    path: str, instance: Instance, links: Links, virtual: AbstractSet[bytes]
) -> Iterator[Problem]:
    """Yield a problem for each IPv4 address that Linux refuses beside one of the host's own."""
    for address in instance.served_addresses:
        link = links.get(address.interface or instance.interface)
        if link is None or address.family is Family.IPV6 or instance.virtual_mac:
            continue
        for own in link.addresses:
            is_beside = own.packed not in virtual and network_of(own) == network_of(address)
            if is_beside and own.scope != address.scope:
                why = f"Linux wants the scope of {text(own.packed)} for all addresses of its subnet"
                yield Problem(f"{path}.addresses", f"{address}: {why}")


def _clashing_routes(
    instances: Sequence[Instance], entries: Sequence[str], links: Links
) -> Iterator[Problem]:
    """Yield a problem for each route of which another instance wants its like elsewhere: in one
    table there can be one of them. The tables are those of the interfaces.
    """
    first: Dict[Key, Tuple[str, RouteResource]] = {}
    for instance in instances:
        path = f"instances[{entries.index(instance.name)}]"
        for resource in wanted_routes(instance, links):
            other, known = first.setdefault(resource.key, (path, resource))
            if known != resource:
                why = f"{resource} has the destination, table and metric of another one of {other}"
                yield Problem(f"{path}.virtual_routes", why)


def host_links() -> Links:
    """Return this host's interfaces: no more than their names where pyroute2 is not installed."""
    try:
        monitor = LinkMonitor()
    except ImportError:
        return {name: Link(index, name, True, b"") for index, name in socket.if_nameindex()}
    try:
        return monitor.links()
    finally:
        monitor.close()


def interfaces_of(instances: Sequence[Instance]) -> AbstractSet[str]:
    """Return all interfaces that these instances name."""
    return frozenset(name for one in instances for name in one.interfaces)
