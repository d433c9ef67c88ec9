# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A network by its prefix."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from .family import Family


@dataclass(frozen=True)
class Prefix:
    """A network: packed address and length; length 0 is everything."""

    packed: bytes
    length: int

    @property
    def family(self) -> Family:
        """The address family."""
        return Family.of(self.packed)

    def __str__(self) -> str:
        return f"{ipaddress.ip_address(self.packed)}/{self.length}"


def everything(family: Family) -> Prefix:
    """Return the network that holds every address of a family."""
    return Prefix(bytes(family.address_length), 0)


def read_prefix(value: object) -> Prefix:
    """Read a network such as ``198.51.100.0/24``; host bits are refused. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a network such as 198.51.100.0/24")
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a network: {error}") from None
    return Prefix(network.network_address.packed, network.prefixlen)
