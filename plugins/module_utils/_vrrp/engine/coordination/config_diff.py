# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Who continues whom when the configuration changes. This module is PRIVATE to the collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, List, Mapping, Tuple

from ...model.instance import Config, Instance
from ..router.router import Router


@dataclass(frozen=True)
class ConfigDiff:
    """Each instance of the new configuration with its existing router, if any; and the routers that
    have no instance any more.
    """

    matched: Tuple[Tuple[Instance, Router | None], ...]
    removed: Tuple[Router, ...]


def diff_config(routers: Iterable[Router], config: Config) -> ConfigDiff:
    """Match the routers there are with the instances there shall be."""
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
    """The router of that name; failing that, one in the same place that lost its name."""
    by_name = routers.get(instance.label)
    if by_name is not None:
        return by_name
    renamed = (
        router
        for router in routers.values()
        if router.instance.key == instance.key and config.by_label(router.name) is None
    )
    return next(renamed, None)


def can_update_in_place(router: Router, instance: Instance) -> bool:
    """Whether a router can take other settings as it runs, or has to make room for a new one."""
    before = router.instance
    return before.key == instance.key and before.virtual_mac == instance.virtual_mac
