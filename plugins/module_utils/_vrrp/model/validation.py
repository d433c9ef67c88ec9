# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Problems across settings: settings that contradict each other, instances that clash."""

from __future__ import annotations

from dataclasses import replace
from typing import (
    Callable,
    Dict,
    Hashable,
    Iterator,
    List,
    Sequence,
    Tuple,
)

from ..base.constants import (
    INTERFACE_NAME_MAX,
    IPV4_ADDRESSES_MAX,
    IPV6_ADDRESSES_MAX,
    IPV6_SIGNED_ADDRESSES_MAX,
    PRIORITY_OWNER,
    V2_INTERVAL_MAX,
    V2_INTERVAL_MIN,
    V3_INTERVAL_MAX,
    V3_INTERVAL_MIN,
    VRRP_TTL,
)
from ..base.errors import Problem
from ..base.units import (
    NANOSECONDS_PER_CENTISECOND,
    NANOSECONDS_PER_SECOND,
    to_seconds,
)
from .address import VirtualAddress
from .expand import IPV6_SUFFIX, derived_addresses, families_of, lacks_link_local, peers_of
from .family import Family, is_link_local, text
from .instance import Instance
from .readers import Settings

_UNICAST_ONLY = ("unicast_ttl", "unicast_ttl_min", "unicast_ttl_max", "check_unicast_source")


def contradictions(path: str, values: Settings) -> List[Problem]:
    """Return the problems between the settings of one entry, each of which is legal alone."""
    found = list(_family_problems(values)) or [
        *_address_problems(values),
        *_interval_problems(values),
        *_version_problems(values),
        *_unicast_problems(values),
        *_virtual_address_problems(values),
        *_preempt_problems(values),
        *_macvlan_problems(values),
        *_route_problems(values),
        *_hook_problems(values),
    ]
    return [Problem(f"{path}.{one.path}", one.text) for one in found]


def _family_problems(values: Settings) -> Iterator[Problem]:
    """Problems of an entry with its ``family``, which others build upon."""
    if values.get("addresses"):
        if "family" in values:
            yield Problem("family", "is for an instance without addresses")
    elif values.get("priority") == PRIORITY_OWNER:
        yield Problem("priority", "255 is for the owner of addresses, and there are none")


def _address_problems(values: Settings) -> Iterator[Problem]:
    listed = values.get("addresses", ())
    everything = [*listed, *values.get("excluded_addresses", ())]
    if len({address.packed for address in everything}) < len(everything):
        yield Problem("addresses", "an address is listed twice")
    ipv6_max = IPV6_SIGNED_ADDRESSES_MAX if "hmac" in values else IPV6_ADDRESSES_MAX
    for family, limit in ((Family.IPV4, IPV4_ADDRESSES_MAX), (Family.IPV6, ipv6_max)):
        own = [address for address in listed if address.family is family]
        derived = len(derived_addresses(values, own))
        if len(own) + derived > limit:
            with_derived = " and a derived link-local one" if derived else ""
            what = f"there are {len(own)}{with_derived}, and a packet holds {limit}"
            yield Problem("addresses", what)
        if lacks_link_local(own):
            yield from _link_local_problems(values, own)


def _link_local_problems(
    values: Settings, addresses: Sequence[VirtualAddress]
) -> Iterator[Problem]:
    """RFC 9568 section 5.2.9 with erratum 8300, for a list whose first address is not
    link-local.
    """
    late = [one for one in addresses[1:] if is_link_local(one.packed)]
    if not values.get("derive_link_local", True):
        if values.get("strict_link_local"):
            what = (
                f"hosts would discard each other's advertisements: {addresses[0]} is listed first"
            )
            yield Problem("strict_link_local", f"{what}, and derive_link_local is false")
    elif late:
        yield Problem("addresses", f"{late[0]} is link-local and must be listed first")


def _version_problems(values: Settings) -> Iterator[Problem]:
    version = values.get("version", 3)
    if version == 2 and Family.IPV6 in families_of(values):
        yield Problem("addresses", "version 2 of the protocol has no IPv6")
    given = [key for key in ("password", "password_file") if key in values]
    for key in given:
        if version == 3:
            yield Problem(key, "version 3 of the protocol has no passwords")
        if "hmac" in values:
            yield Problem(key, "would be sent in clear text; remove it, hmac already authenticates")
    if len(given) > 1:
        yield Problem("password_file", "has no effect beside password: remove one of them")


def _interval_problems(values: Settings) -> Iterator[Problem]:
    interval, version = values.get("advertisement_interval"), values.get("version", 3)
    if interval is None:
        return
    low, high, step = (
        (V2_INTERVAL_MIN, V2_INTERVAL_MAX, NANOSECONDS_PER_SECOND)
        if version == 2
        else (V3_INTERVAL_MIN, V3_INTERVAL_MAX, NANOSECONDS_PER_CENTISECOND)
    )
    given, path = f"{to_seconds(interval):g}", "advertisement_interval"
    if not low <= interval <= high:
        limits = f"{to_seconds(low):g}..{to_seconds(high):g}"
        yield Problem(path, f"{given} is not in {limits} seconds (version {version})")
    elif interval % step:
        yield Problem(path, f"{given} is not in steps of {to_seconds(step):g} (version {version})")


def _hook_problems(values: Settings) -> Iterator[Problem]:
    if not values.get("sync_group"):
        for index, hook in enumerate(values.get("hooks", ())):
            if hook.group:
                yield Problem(f"hooks[{index}].group", "has no effect without sync_group")


def _preempt_problems(values: Settings) -> Iterator[Problem]:
    if values.get("preempt_delay") and not values.get("preempt", True):
        yield Problem("preempt_delay", "has no effect with preempt: false")


def _macvlan_problems(values: Settings) -> Iterator[Problem]:
    for key in ("virtual_mac_name", "virtual_mac_address"):
        if key in values and not values.get("virtual_mac"):
            yield Problem(key, "has no effect without virtual_mac: true")
    if "virtual_mac_address" in values and len(families_of(values)) > 1:
        why = "an interface has one macvlan of an address, and both families need one"
        yield Problem("virtual_mac_address", f"{why}: give two instances")
    name = values.get("virtual_mac_name", "")
    longest = INTERFACE_NAME_MAX - len(IPV6_SUFFIX)
    if len(families_of(values)) > 1 and len(name) > longest:
        why = f"with addresses of both families it has at most {longest} characters"
        yield Problem("virtual_mac_name", f"{name} is too long: {why}")


def _route_problems(values: Settings) -> Iterator[Problem]:
    routes = values.get("virtual_routes", ())
    if len({one.identity for one in routes}) < len(routes):
        why = "two routes have the same table, destination and metric"
        yield Problem("virtual_routes", why)


def _unicast_problems(values: Settings) -> Iterator[Problem]:
    families = families_of(values)
    for key in ("source_address", "multicast_group"):
        address = values.get(key)
        if address and Family.of(address) not in families:
            yield Problem(key, _of_another_family(address))
    if "multicast_group" in values and "unicast_peers" in values:
        yield Problem("multicast_group", "has no effect with unicast_peers")
    if "unicast_peers" not in values:
        for key in _UNICAST_ONLY:
            if key in values:
                yield Problem(key, "has no effect without unicast_peers")
        return
    yield from _peer_problems(values, families)
    low, high = values.get("unicast_ttl_min", VRRP_TTL), values.get("unicast_ttl_max", VRRP_TTL)
    if low > high:
        yield Problem("unicast_ttl_min", f"{low} is greater than unicast_ttl_max, which is {high}")


def _peer_problems(values: Settings, families: Sequence[Family]) -> Iterator[Problem]:
    peers = values["unicast_peers"]
    if len(set(peers)) < len(peers):
        yield Problem("unicast_peers", "a peer is listed twice")
    for peer in peers:
        if Family.of(peer) not in families:
            yield Problem("unicast_peers", _of_another_family(peer))
    for family in families:
        own = peers_of(values, family)
        if not own:
            # Nobody would notice a fallback to multicast.
            name = family.protocol
            yield Problem(
                "unicast_peers", f"no {name} peer is listed, but there are {name} addresses"
            )
        if family is Family.IPV6 and len({is_link_local(peer) for peer in own}) > 1:
            yield Problem("unicast_peers", "link-local and other IPv6 addresses are mixed")


def _virtual_address_problems(values: Settings) -> Iterator[Problem]:
    """Problems with virtual addresses where hosts need addresses of their own."""
    listed = (*values.get("addresses", ()), *values.get("excluded_addresses", ()))
    virtual = {one.packed for one in listed}
    source, is_owner = values.get("source_address"), values.get("priority") == PRIORITY_OWNER
    if source is not None and source in virtual and not is_owner:
        why = "is a virtual address, which a backup does not have"
        yield Problem("source_address", f"{text(source)} {why}")
    for peer in sorted(virtual.intersection(values.get("unicast_peers", ()))):
        why = "is a virtual address, which may be on this host"
        yield Problem("unicast_peers", f"{text(peer)} {why}; list another address of the peer")


def _of_another_family(address: bytes) -> str:
    name = Family.of(address).protocol
    return f"{text(address)} is an {name} address, but the instance has no {name} addresses"


def clashes(instances: Sequence[Tuple[str, Instance]]) -> List[Problem]:
    """Return the problems between instances: a name, a VRID on an interface or an address used
    twice.
    """
    return [
        *_repeated_names(instances),
        *_repeated(instances, "vrid", lambda one: [one.key], "VRID {key[2]} on {key[0]}"),
        *_repeated(instances, "addresses", _served, "an address on {key[0]}"),
        *_repeated(instances, "virtual_mac_name", _macvlans, "the interface {key}"),
        *_different_routes(instances),
    ]


def _macvlans(instance: Instance) -> Sequence[Hashable]:
    return [instance.virtual_mac_name] if instance.virtual_mac_name else []


def _different_routes(instances: Sequence[Tuple[str, Instance]]) -> Iterator[Problem]:
    """Yield a problem for each route that another instance has in another way: a host that is
    master of both can't have both.
    """
    first: Dict[Hashable, Tuple[str, Hashable]] = {}
    for path, instance in instances:
        for route in instance.virtual_routes:
            default = instance.key if instance.virtual_mac else instance.interface
            interface = route.interface or default
            way = (interface, replace(route, interface="", table=0, metric=0, track=True))
            # The host alone knows the tables of interfaces: see agent/host_check.py.
            key = (route.table or interface, *route.identity)
            other, known = first.setdefault(key, (path, way))
            if known != way:
                why = f"{route} has the destination, table and metric of another one of {other}"
                yield Problem(f"{path}.virtual_routes", why)


def _served(instance: Instance) -> Sequence[Hashable]:
    return [
        (address.interface or instance.interface, address.packed)
        for address in instance.served_addresses
    ]


def _repeated_names(instances: Sequence[Tuple[str, Instance]]) -> Iterator[Problem]:
    """Yield a problem for each name used twice; the two instances of one entry share a name."""
    first: Dict[str, str] = {}
    complained: set[str] = set()
    for path, instance in instances:
        if first.setdefault(instance.name, path) != path and path not in complained:
            complained.add(path)
            used = f"the name {instance.name} is used by {first[instance.name]} already"
            yield Problem(f"{path}.name", used)


def _repeated(
    instances: Sequence[Tuple[str, Instance]],
    setting: str,
    keys_of: Callable[[Instance], Sequence[Hashable]],
    what: str,
) -> Iterator[Problem]:
    first: Dict[Hashable, str] = {}
    for path, instance in instances:
        for key in keys_of(instance):
            if first.setdefault(key, path) != path:
                used = what.format(key=key)
                yield Problem(f"{path}.{setting}", f"{used} is used by {first[key]} already")
