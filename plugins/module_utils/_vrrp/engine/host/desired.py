# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The resources that the routers of this host want, each once."""

from __future__ import annotations

from typing import AbstractSet, Dict, Iterable, List, Mapping, Tuple

from .resources import NOTHING_WANTED, Key, Resource, RouteResource, Wanted


class Desired:
    """The union of what the routers want, by key. Mutable.

    Where two routers want resources of one key that differ, that of the earlier one counts.
    """

    def __init__(self) -> None:
        self._wanted: Dict[str, Wanted] = {}
        self._by_key: Dict[Key, Dict[str, Resource]] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._by_key

    def wanted(self, router: str) -> Wanted | None:
        """Return what a router wants; None for one that does not serve."""
        return self._wanted.get(router)

    def want(self, router: str, wanted: Wanted) -> None:
        """Let a router want these resources, and no others."""
        before = self._wanted.get(router, NOTHING_WANTED)
        if before is wanted:
            return
        self._wanted[router] = wanted
        if before is not NOTHING_WANTED:
            self._forget(router, before.by_key.keys() - wanted.by_key.keys())
        for key, resource in wanted.by_key.items():
            routers = self._by_key.get(key)
            if routers is None:
                self._by_key[key] = {router: resource}
            else:
                routers[router] = resource

    def release(self, router: str) -> Tuple[Resource, ...]:
        """Let a router want nothing; returns what no other router wants."""
        wanted = self._wanted.pop(router, NOTHING_WANTED)
        self._forget(router, wanted.by_key)
        return tuple(one for key, one in wanted.by_key.items() if key not in self._by_key)

    def rename(self, router: str, name: str) -> None:
        """Let a router have another name."""
        if router in self._wanted:
            self._wanted[name] = self._wanted.pop(router)
        for routers in self._by_key.values():
            if router in routers:
                routers[name] = routers.pop(router)

    def _forget(self, router: str, keys: Iterable[Key]) -> None:
        for key in keys:
            routers = self._by_key.get(key, {})
            routers.pop(router, None)
            if not routers:
                self._by_key.pop(key, None)

    def resources(self) -> Mapping[Key, Resource]:
        """Return all resources by key."""
        return {key: next(iter(routers.values())) for key, routers in self._by_key.items()}

    def routes(self) -> AbstractSet[RouteResource]:
        """Return all routes."""
        return {one for one in self.resources().values() if isinstance(one, RouteResource)}

    def routers_of(self, key: Key) -> List[str]:
        """Return the routers that want a resource, in the order in which they came."""
        return list(self._by_key.get(key, ()))
