# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Putting addresses on interfaces and taking them off. This module is PRIVATE to the collection."""

from __future__ import annotations

import errno
import os
import socket
import time
from typing import Sequence

from ..base.errors import KernelError
from ..model.address import VirtualAddress
from ..model.family import Family
from . import netlink

# What we asked for is so already: the address is there, is gone, or its interface is.
_THERE_ALREADY = {errno.EEXIST}
_GONE_ALREADY = {errno.EADDRNOTAVAIL, errno.ENODEV}


_SERVED_WITHIN = 0.1  # Seconds; seen are less than 5 ms on a loaded machine.
_SERVED_POLL = 0.0002


class AddressTable:
    """One rtnetlink socket for all changes of addresses."""

    def __init__(self) -> None:
        self._socket: socket.socket = netlink.open_socket()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def install(self, index: int, addresses: Sequence[VirtualAddress]) -> None:
        """Put addresses on an interface; raises KernelError when one could not be.

        When this returns the host answers for them: the kernel starts to deliver packets to an
        IPv6 address a little after it has agreed to have it.
        """
        messages = [netlink.add_message(index, one) for one in addresses]
        self._change("add", index, addresses, messages, _THERE_ALREADY)
        deadline = time.monotonic() + _SERVED_WITHIN
        for address in addresses:
            if address.family is Family.IPV6:
                self._wait_until_served(index, address, deadline)

    def _wait_until_served(self, index: int, address: VirtualAddress, deadline: float) -> None:
        while not netlink.is_served(self._socket, index, address):
            if time.monotonic() > deadline:
                return  # Better an address that comes late than a host that hangs.
            time.sleep(_SERVED_POLL)

    def remove(self, index: int, addresses: Sequence[VirtualAddress]) -> int:
        """Take addresses off an interface; gives how many were there.

        Raises KernelError when one could not be.
        """
        messages = [netlink.delete_message(index, one) for one in addresses]
        return self._change("delete", index, addresses, messages, _GONE_ALREADY)

    def _change(
        self,
        verb: str,
        index: int,
        addresses: Sequence[VirtualAddress],
        messages: Sequence[bytes],
        harmless: set[int],
    ) -> int:
        results = netlink.transact(self._socket, messages)
        for address, number in zip(addresses, results):
            if number and number not in harmless:
                raise KernelError(number, f"cannot {verb} {address} on {_name(index)}")
        return results.count(0)


def _name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError as error:
        return f"interface {index} ({os.strerror(error.errno or errno.ENXIO)})"
