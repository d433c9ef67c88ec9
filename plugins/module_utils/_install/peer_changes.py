# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Changes of a configuration that other hosts see in its packets.

Such a change parts a host from its cluster until all hosts have made it.
"""

from __future__ import annotations

from typing import Callable, Dict, List, Mapping, Tuple

from .._vrrp.base.errors import ConfigError
from .._vrrp.model.config import parse_config
from .._vrrp.model.family import Family
from .._vrrp.model.instance import Instance

_Key = Tuple[str, Family]


def _files(instance: Instance) -> Tuple[str, ...]:
    """Return the files of an instance's keys: what they hold is not known here."""
    return tuple(key.secret_file for key in instance.hmac.keys) if instance.hmac else ()


_SEEN: Dict[str, Callable[[Instance], object]] = {
    "vrid": lambda one: one.vrid,
    "version": lambda one: one.version,
    "addresses": lambda one: frozenset(one.packed_addresses),
    # Version 3 carries the interval in the packet, and backups follow it.
    "advertisement_interval": lambda one: one.advertisement_interval if one.version == 2 else 0,
    "unicast_peers": lambda one: frozenset(one.unicast_peers),
    "multicast_group": lambda one: one.group,
    "password": lambda one: (one.password, one.password_file),
    "hmac": lambda one: (one.hmac, _files(one)),
}


_SERVED: Dict[str, Callable[[Instance], object]] = {
    "interface": lambda one: one.interface,
    "excluded_addresses": lambda one: frozenset(one.excluded_addresses),
}


def changes_seen_by_peers(before: str | None, after: str) -> Dict[str, List[str]]:
    """Return the settings that peers see, by the instance whose packets change.

    Instances that are new or removed do not count. Nothing is returned for a configuration that
    can't be read: no agent runs with it.
    """
    old, new = _instances(before), _instances(after)
    found: Dict[str, List[str]] = {}
    for key in [one for one in old if one in new]:
        changed = [name for name, value in _SEEN.items() if value(old[key]) != value(new[key])]
        names = found.setdefault(key[0], [])
        names.extend(name for name in changed if name not in names)
    return {name: changed for name, changed in found.items() if changed}


def changes_seen_by_clients(before: str | None, after: str) -> Dict[str, List[str]]:
    """Return the same, and instances that are new, removed, on another interface, or that serve
    other addresses without advertising them.
    """
    old, new = _instances(before), _instances(after)
    found = changes_seen_by_peers(before, after)
    if not old or not new:
        return found
    for key in sorted({*old, *new}, key=str):
        if key in old and key in new:
            changed = [name for name, of in _SERVED.items() if of(old[key]) != of(new[key])]
        else:
            changed = ["added or removed"]
        if changed:
            found[key[0]] = [*found.get(key[0], []), *changed]
    return found


def _instances(text: str | None) -> Mapping[_Key, Instance]:
    try:
        config = parse_config(text or "")
    except ConfigError:
        return {}
    return {(one.name, one.family): one for one in config.instances}
