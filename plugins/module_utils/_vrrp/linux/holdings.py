# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Putting what a master holds on the host, and taking it off. PRIVATE to the collection."""

from __future__ import annotations

import errno
import socket
import time
from typing import Callable, List, Sequence, Tuple

from ..base.errors import KernelError
from ..engine.holdings import Held, Placed
from ..model.family import Family
from . import netlink
from .messages import add_request, delete_request, index_of

# What we asked for is so already: the thing is there, is gone, or its interface is.
_THERE_ALREADY = {errno.EEXIST}
_GONE_ALREADY = {errno.EADDRNOTAVAIL, errno.ENODEV, errno.ESRCH, errno.ENOENT, errno.ENETDOWN}

_SERVED_WITHIN = 0.1  # Seconds; seen are less than 5 ms on a loaded machine.
_SERVED_POLL = 0.0002


class HoldingTable:
    """One rtnetlink socket for all changes of addresses, routes, rules and link states."""

    def __init__(self) -> None:
        self._socket: socket.socket = netlink.open_socket()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def install(self, held: Sequence[Held]) -> None:
        """Have all of these on the host; raises KernelError when one could not be.

        When this returns the host answers for the addresses: the kernel starts to deliver packets
        to an IPv6 address a little after it has agreed to have it.
        """
        requests = [add_request(one) for one in held]
        self._transact("add", list(zip(held, requests)), _THERE_ALREADY)
        deadline = time.monotonic() + _SERVED_WITHIN
        for one in held:
            if isinstance(one, Placed) and one.address.family is Family.IPV6:
                self._wait_until_served(one, deadline)

    def _wait_until_served(self, placed: Placed, deadline: float) -> None:
        index = index_of(placed.interface)
        while not netlink.is_served(self._socket, index, placed.address):
            if time.monotonic() > deadline:
                return  # Better an address that comes late than a host that hangs.
            time.sleep(_SERVED_POLL)

    def remove(self, held: Sequence[Held]) -> int:
        """Have none of these on the host; gives how many were there.

        Raises KernelError when one could not be taken off.
        """
        requests = [(one, made) for one in held if (made := _request(delete_request, one))]
        return self._transact("delete", requests, _GONE_ALREADY)

    def _transact(self, verb: str, requests: List[Tuple[Held, bytes]], harmless: set[int]) -> int:
        results = netlink.transact(self._socket, [request for _one, request in requests])
        for (one, _bytes), number in zip(requests, results):
            if number and number not in harmless:
                where = getattr(one, "interface", "")
                raise KernelError(number, f"cannot {verb} {one}{' on ' + where if where else ''}")
        return results.count(0)


def _request(make: Callable[[Held], bytes], held: Held) -> bytes:
    """The request, or nothing where the interface is gone, and what was on it with it."""
    try:
        return make(held)
    except KernelError:
        return b""
