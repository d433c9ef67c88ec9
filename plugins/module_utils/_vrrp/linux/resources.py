# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Installation and removal of the resources of masters."""

from __future__ import annotations

import errno
import socket
import time
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Sequence, Tuple

from ..base.errors import KernelError
from ..engine.host.resources import AddressResource, LinkUp, Resource, RouteResource
from ..model.family import Family
from . import netlink
from .routes import route_in_the_way
from .rtnetlink_messages import add_request, delete_request
from .rtnetlink_values import index_of

# errno values that mean the requested state already holds.
_THERE_ALREADY = {errno.EEXIST}
_GONE_ALREADY = {errno.EADDRNOTAVAIL, errno.ENODEV, errno.ESRCH, errno.ENOENT, errno.ENETDOWN}

_SERVED_WITHIN = 0.1  # Seconds; less than 5 ms were seen on a loaded machine.
_SERVED_POLL = 0.0002

ResourceLists = Sequence[Sequence[Resource]]
Refusals = List[Tuple[Resource, str]]
Outcomes = List[Refusals]

# An address by its identity, that of the configuration's object: a comparison takes far longer.
_Key = Tuple[str, int]


@dataclass(frozen=True)
class _Prepared:
    """An encoded request to add an address to the interface with that index. Keeps the address
    alive.
    """

    resource: AddressResource
    index: int
    request: bytes


class Indexes(Dict[str, int]):
    """The indexes of interfaces by name, each looked up once; 0 for a missing one."""

    def __missing__(self, interface: str) -> int:
        try:
            self[interface] = index_of(interface)
        except KernelError:
            self[interface] = 0
        return self[interface]


class ResourceTable:
    """One rtnetlink socket for all changes of addresses, routes, rules and link states.

    The requests of several routers go in one batch; each gets what was refused of its own.
    """

    def __init__(self) -> None:
        self._socket: socket.socket = netlink.open_socket()
        self._prepared: Dict[_Key, _Prepared] = {}

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def prepare(self, held: Iterable[Resource]) -> None:
        """Encode the requests that add these addresses, and drop all others encoded before."""
        prepared: Dict[_Key, _Prepared] = {}
        indexes = Indexes()
        for one in held:
            if isinstance(one, AddressResource):
                key, index = _key(one), indexes[one.interface]
                known = self._prepared.get(key)
                if known is not None and known.index == index:
                    prepared[key] = known
                elif index:
                    prepared[key] = _Prepared(one, index, add_request(one))
        self._prepared = prepared

    def install(self, lists: ResourceLists) -> Outcomes:
        """Add all of these resources to the host.

        When this returns, the host answers for the addresses: the kernel begins to deliver packets
        to an IPv6 address a little after it has acknowledged it, which is waited for (0.1 s at
        most).
        """
        indexes = Indexes()
        requests = [[self._addition(one, indexes) for one in held] for held in lists]
        outcomes = self._transact("add", lists, requests, _THERE_ALREADY)
        deadline = time.monotonic() + _SERVED_WITHIN
        refused = {one.key for refusals in outcomes for one, _error in refusals}
        for one in (one for held in lists for one in held):
            if isinstance(one, AddressResource) and one.key not in refused:
                self._wait_until_served(one, deadline)
        return outcomes

    def _addition(self, held: Resource, indexes: Indexes) -> bytes:
        """Return the request that adds a resource: the prepared one, if the index is the same."""
        prepared = self._prepared.get(_key(held)) if isinstance(held, AddressResource) else None
        if prepared is not None and prepared.index == indexes[prepared.resource.interface]:
            return prepared.request
        return _request(add_request, held)

    def _wait_until_served(self, resource: AddressResource, deadline: float) -> None:
        if resource.address.family is Family.IPV4:
            return
        index = Indexes()[resource.interface]
        while index and not netlink.is_delivered(self._socket, index, resource.address):
            if time.monotonic() > deadline:
                return  # A late address is better than a host that hangs.
            time.sleep(_SERVED_POLL)

    def remove(self, lists: ResourceLists) -> Outcomes:
        """Remove all of these resources from the host."""
        requests = [[_request(delete_request, one) for one in held] for held in lists]
        return self._transact("delete", lists, requests, _GONE_ALREADY)

    def remove_leftovers(self, held: Sequence[Resource]) -> int:
        """Remove all of these resources from the host; returns how many existed. Raises
        KernelError.
        """
        requests = [made for one in held if (made := _request(delete_request, one))]
        results = netlink.transact(self._socket, requests)
        refused = [number for number in results if number and number not in _GONE_ALREADY]
        if refused:
            raise KernelError(refused[0], f"cannot delete {', '.join(map(str, held))}")
        return results.count(0)

    def _transact(
        self, verb: str, lists: ResourceLists, requests: List[List[bytes]], harmless: set[int]
    ) -> Outcomes:
        """Send the requests of all lists; an empty request is for an interface that is gone."""
        sent = [one for each in requests for one in each if one]
        results = iter(netlink.transact(self._socket, sent))
        outcomes: Outcomes = []
        for held, each in zip(lists, requests):
            numbers = [next(results) if one else errno.ENODEV for one in each]
            refusals = [
                (one, error)
                for one, number in zip(held, numbers)
                if number and (error := _error(verb, one, number, harmless)) is not None
            ]
            outcomes.append(refusals)
        return outcomes


def _error(verb: str, resource: Resource, number: int, harmless: set[int]) -> str | None:
    """Return why the kernel refused a resource; None when it is there, or gone, as it should be."""
    where = f" on {', '.join(resource.interfaces)}" if resource.interfaces else ""
    attempt = f"cannot {verb} {resource}{where}"
    if number == errno.EEXIST and isinstance(resource, RouteResource):
        other = route_in_the_way(resource)
        return None if other is None else f"{attempt}: {other} of the host is in its way"
    if number in harmless:
        return None
    if isinstance(resource, LinkUp):
        attempt = f"cannot set {resource.interface} {'up' if verb == 'add' else 'down'}"
    return str(KernelError(number, attempt))


def _request(make: Callable[[Resource], bytes], held: Resource) -> bytes:
    """Return the request; empty when the interface is gone, and its resources with it."""
    try:
        return make(held)
    except KernelError:
        return b""


def _key(resource: AddressResource) -> _Key:
    return resource.interface, id(resource.address)
