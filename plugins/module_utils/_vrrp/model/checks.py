# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What single settings can't tell: settings that contradict each other, instances that clash.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Hashable, Iterator, List, Mapping, Sequence, Tuple

from ..base.constants import (
    IPV4_ADDRESSES_MAX,
    IPV6_ADDRESSES_MAX,
    V2_INTERVAL_MAX,
    V2_INTERVAL_MIN,
    V3_INTERVAL_MAX,
    V3_INTERVAL_MIN,
)
from ..base.errors import Problem
from ..base.units import NANOSECONDS_PER_CENTISECOND, NANOSECONDS_PER_SECOND, to_seconds
from .address import VirtualAddress
from .family import Family, is_link_local
from .instance import Instance


def contradictions(path: str, values: Mapping[str, Any]) -> List[Problem]:
    """Problems between the settings of one instance, each of which is legal by itself."""
    version = values.get("version", 3)
    interval = values.get("advertisement_interval")
    problems = list(_address_problems(f"{path}.addresses", values["addresses"], version))
    if interval is not None:
        problems.extend(_interval_problems(f"{path}.advertisement_interval", interval, version))
    return problems


def _address_problems(
    path: str, addresses: Sequence[VirtualAddress], version: int
) -> Iterator[Problem]:
    families = {address.family for address in addresses}
    if len(families) > 1:
        yield Problem(path, "IPv4 and IPv6 are mixed; an instance serves one family")
        return
    family = families.pop()
    limit = IPV4_ADDRESSES_MAX if family is Family.IPV4 else IPV6_ADDRESSES_MAX
    if len(addresses) > limit:
        yield Problem(path, f"there are {len(addresses)}, and a packet holds {limit}")
    if len({address.packed for address in addresses}) < len(addresses):
        yield Problem(path, "an address is there twice")
    if family is Family.IPV6:
        yield from _ipv6_problems(path, addresses, version)


def _ipv6_problems(
    path: str, addresses: Sequence[VirtualAddress], version: int
) -> Iterator[Problem]:
    if version == 2:
        yield Problem(path, "version 2 of the protocol has no IPv6")
    if not is_link_local(addresses[0].packed):
        # RFC 9568 section 5.2.9 with erratum 8300.
        yield Problem(f"{path}[0]", f"{addresses[0]} comes first and is not link-local (fe80::/64)")


def _interval_problems(path: str, interval: int, version: int) -> Iterator[Problem]:
    low, high, step = (
        (V2_INTERVAL_MIN, V2_INTERVAL_MAX, NANOSECONDS_PER_SECOND)
        if version == 2
        else (V3_INTERVAL_MIN, V3_INTERVAL_MAX, NANOSECONDS_PER_CENTISECOND)
    )
    given = f"{to_seconds(interval):g}"
    if not low <= interval <= high:
        limits = f"{to_seconds(low):g}..{to_seconds(high):g}"
        yield Problem(path, f"{given} is not in {limits} seconds (version {version})")
    elif interval % step:
        yield Problem(path, f"{given} is not in steps of {to_seconds(step):g} (version {version})")


def clashes(instances: Sequence[Tuple[str, Instance]]) -> List[Problem]:
    """Problems between instances: a name, a place on the wire or an address used twice."""
    return [
        *_repeated(instances, "name", lambda one: [one.name], "the name {key}"),
        *_repeated(instances, "vrid", lambda one: [one.place], "VRID {key[2]} on {key[0]}"),
        *_repeated(
            instances,
            "addresses",
            lambda one: [(one.interface, address.packed) for address in one.addresses],
            "an address on {key[0]}",
        ),
    ]


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
