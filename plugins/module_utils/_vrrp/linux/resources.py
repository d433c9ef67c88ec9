# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Putting what masters hold on the host, and taking it off. PRIVATE to the collection."""

from __future__ import annotations

import errno
import socket
import time
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Sequence, Tuple

from ..base.errors import KernelError
from ..engine.host.resources import AddressResource, Resource
from ..model.family import Family
from . import netlink
from .rtnetlink_messages import add_request, delete_request, index_of

# What we asked for is so already: the thing is there, is gone, or its interface is.
_THERE_ALREADY = {errno.EEXIST}
_GONE_ALREADY = {errno.EADDRNOTAVAIL, errno.ENODEV, errno.ESRCH, errno.ENOENT, errno.ENETDOWN}

_SERVED_WITHIN = 0.1  # Seconds; seen are less than 5 ms on a loaded machine.
_SERVED_POLL = 0.0002

ResourceLists = Sequence[Sequence[Resource]]
Outcomes = List["KernelError | None"]

# An address by its identity, which is that of the configuration: comparing it takes far longer.
_Key = Tuple[str, int]


@dataclass(frozen=True)
class _Prepared:
    """The request to add an address on the interface that had an index. Keeps the address alive."""

    resource: AddressResource
    index: int
    request: bytes


class Indexes(Dict[str, int]):
    """The indexes of interfaces by name, each looked up once; 0 where there is none."""

    def __missing__(self, interface: str) -> int:
        try:
            self[interface] = index_of(interface)
        except KernelError:
            self[interface] = 0
        return self[interface]


class ResourceTable:
    """One rtnetlink socket for all changes of addresses, routes, rules and link states.

    What several routers want is asked for in one batch; each gets an error of its own, or None.
    """

    def __init__(self) -> None:
        self._socket: socket.socket = netlink.open_socket()
        self._prepared: Dict[_Key, _Prepared] = {}

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def prepare(self, held: Iterable[Resource]) -> None:
        """Encode beforehand how to add addresses: these and no others may be needed in a hurry."""
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
        """Have all of these on the host.

        When this returns the host answers for the addresses: the kernel starts to deliver packets
        to an IPv6 address a little after it has agreed to have it.
        """
        indexes = Indexes()
        requests = [[self._addition(one, indexes) for one in held] for held in lists]
        outcomes = self._transact("add", lists, requests, _THERE_ALREADY)
        deadline = time.monotonic() + _SERVED_WITHIN
        there = [held for held, error in zip(lists, outcomes) if error is None]
        for one in (one for held in there for one in held):
            if isinstance(one, AddressResource) and one.address.family is Family.IPV6:
                self._wait_until_served(one, deadline)
        return outcomes

    def _addition(self, held: Resource, indexes: Indexes) -> bytes:
        """The request to add something: the one that was prepared, if it is still the same."""
        prepared = self._prepared.get(_key(held)) if isinstance(held, AddressResource) else None
        if prepared is not None and prepared.index == indexes[prepared.resource.interface]:
            return prepared.request
        return _request(add_request, held)

    def _wait_until_served(self, resource: AddressResource, deadline: float) -> None:
        index = Indexes()[resource.interface]
        while index and not netlink.is_delivered(self._socket, index, resource.address):
            if time.monotonic() > deadline:
                return  # Better an address that comes late than a host that hangs.
            time.sleep(_SERVED_POLL)

    def remove(self, lists: ResourceLists) -> Outcomes:
        """Have none of these on the host."""
        requests = [[_request(delete_request, one) for one in held] for held in lists]
        return self._transact("delete", lists, requests, _GONE_ALREADY)

    def remove_leftovers(self, held: Sequence[Resource]) -> int:
        """Have none of these on the host; returns how many were there. Raises KernelError."""
        requests = [made for one in held if (made := _request(delete_request, one))]
        results = netlink.transact(self._socket, requests)
        refused = [number for number in results if number and number not in _GONE_ALREADY]
        if refused:
            raise KernelError(refused[0], f"cannot delete {', '.join(map(str, held))}")
        return results.count(0)

    def _transact(
        self, verb: str, lists: ResourceLists, requests: List[List[bytes]], harmless: set[int]
    ) -> Outcomes:
        """An empty request is for an interface that is gone."""
        sent = [one for each in requests for one in each if one]
        results = iter(netlink.transact(self._socket, sent))
        outcomes: Outcomes = []
        for held, each in zip(lists, requests):
            numbers = [next(results) if one else errno.ENODEV for one in each]
            outcomes.append(_first_error(verb, held, numbers, harmless))
        return outcomes


def _first_error(
    verb: str, held: Sequence[Resource], numbers: Sequence[int], harmless: set[int]
) -> KernelError | None:
    for one, number in zip(held, numbers):
        if number and number not in harmless:
            where = getattr(one, "interface", "")
            return KernelError(number, f"cannot {verb} {one}{' on ' + where if where else ''}")
    return None


def _request(make: Callable[[Resource], bytes], held: Resource) -> bytes:
    """The request, or nothing where the interface is gone, and what was on it with it."""
    try:
        return make(held)
    except KernelError:
        return b""


def _key(resource: AddressResource) -> _Key:
    return resource.interface, id(resource.address)
