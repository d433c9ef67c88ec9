# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Matching of routers with the instances of a new configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, List, Mapping, Tuple

from ...model.instance import Config, Instance
from ..router.router import Router


@dataclass(frozen=True)
class ConfigDiff:
    """Each instance of the new configuration with its existing router, if any; and the routers
    without an instance.
    """

    matched: Tuple[Tuple[Instance, Router | None], ...]
    removed: Tuple[Router, ...]


def diff_config(routers: Iterable[Router], config: Config) -> ConfigDiff:
    """Match the existing routers with the instances of a configuration."""
    matched: List[Tuple[Instance, Router | None]] = []
    used: set[int] = set()
    present = {one.name: one for one in routers}
    for instance in config.instances:
        router = _existing_router(present, instance, config)
        if router is not None and id(router) not in used:
            used.add(id(router))
            matched.append((instance, router))
        else:
            matched.append((instance, None))
    removed = tuple(one for one in present.values() if id(one) not in used)
    return ConfigDiff(tuple(matched), removed)


def _existing_router(
    routers: Mapping[str, Router], instance: Instance, config: Config
) -> Router | None:
    """Return the router of that name and key; failing that, one with the same key whose name is
    gone. One with another key is another virtual router.
    """
    by_name = routers.get(instance.label)
    if by_name is not None and by_name.instance.key == instance.key:
        return by_name
    renamed = (
        router
        for router in routers.values()
        if router.instance.key == instance.key and config.by_label(router.name) is None
    )
    return next(renamed, None)


def can_update_in_place(router: Router, instance: Instance) -> bool:
    """Whether a router can change its settings as it runs, or has to be replaced: with a virtual
    MAC address, or another one, it has other sockets, and its addresses are on another interface.
    """
    before = router.instance
    return (before.virtual_mac, before.virtual_mac_address) == (
        instance.virtual_mac,
        instance.virtual_mac_address,
    )
