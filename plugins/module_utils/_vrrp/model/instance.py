# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One virtual router as it is configured. This module is PRIVATE to the collection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Tuple

from ..base.constants import (
    ADVERTISEMENT_INTERVAL_DEFAULT,
    ANNOUNCE_COUNT_DEFAULT,
    ANNOUNCE_DELAY_DEFAULT,
    PRIORITY_DEFAULT,
)
from ..base.units import Nanoseconds
from .address import VirtualAddress
from .family import Family


class ChecksumForm(Enum):
    """The two readings of the version 3 checksum over IPv4.

    RFC 5798 section 5.2.8 was read to include a pseudo-header; RFC 9568 section 5.2.8 says that
    it does not. keepalived, FRR and RouterOS send the former.
    """

    RFC5798 = "rfc5798"
    RFC9568 = "rfc9568"


@dataclass(frozen=True)
class Instance:
    """The settings of one virtual router; ``parse_config`` makes only legal ones."""

    name: str
    interface: str
    vrid: int
    addresses: Tuple[VirtualAddress, ...]
    priority: int = PRIORITY_DEFAULT
    version: int = 3
    advertisement_interval: Nanoseconds = ADVERTISEMENT_INTERVAL_DEFAULT
    preempt: bool = True
    advertise_checksum: ChecksumForm = ChecksumForm.RFC5798
    announce_count: int = ANNOUNCE_COUNT_DEFAULT
    announce_delay: Nanoseconds = ANNOUNCE_DELAY_DEFAULT

    @property
    def family(self) -> Family:
        return self.addresses[0].family

    @property
    def packed_addresses(self) -> Tuple[bytes, ...]:
        """The addresses as an advertisement lists them."""
        return tuple(address.packed for address in self.addresses)

    @property
    def place(self) -> Tuple[str, Family, int]:
        """Where packets for this instance arrive: interface, family and VRID."""
        return (self.interface, self.family, self.vrid)


@dataclass(frozen=True)
class Config:
    """All instances of a host, names and places unique."""

    instances: Tuple[Instance, ...] = ()

    def named(self, name: str) -> Instance | None:
        """The instance of that name, if there is one."""
        return next((one for one in self.instances if one.name == name), None)
