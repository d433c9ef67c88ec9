# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The configuration of one virtual router."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import FrozenSet, Iterable, Set, Tuple

from ..base.constants import (
    ADVERTISEMENT_INTERVAL_DEFAULT,
    ANNOUNCE_COUNT_DEFAULT,
    ANNOUNCE_DELAY_DEFAULT,
    DOWN_INTERVALS_DEFAULT,
    PRIORITY_DEFAULT,
    PRIORITY_OWNER,
    VRRP_TTL,
)
from ..base.slots import slotted
from ..base.units import Nanoseconds
from .address import VirtualAddress
from .family import Family
from .hook import Hook, HookTrigger
from .route import VirtualRoute
from .rule import VirtualRule
from .signing import Hmac
from .tracking import InterfaceCheck, LinkDelays, Tracked


class ChecksumForm(Enum):
    """The two readings of the version 3 checksum over IPv4.

    Implementations of RFC 5798 section 5.2.8 include a pseudo-header; RFC 9568 section 5.2.8
    excludes it. keepalived, FRR and RouterOS send the former.
    """

    RFC5798 = "rfc5798"
    RFC9568 = "rfc9568"


@slotted
@dataclass(frozen=True)
class Instance:
    """The settings of one virtual router; ``parse_config`` returns only legal ones.

    A configuration entry with addresses of both families becomes two instances with one name and
    ``dual_stack`` set. ``bare_family`` is the family of an instance without addresses: its master
    has hooks, or routes and rules. All addresses of type bytes are packed.
    """

    name: str
    interface: str
    vrid: int
    addresses: Tuple[VirtualAddress, ...]
    dual_stack: bool = False
    bare_family: Family = Family.IPV4
    priority: int = PRIORITY_DEFAULT
    version: int = 3
    advertisement_interval: Nanoseconds = ADVERTISEMENT_INTERVAL_DEFAULT
    down_intervals: int = DOWN_INTERVALS_DEFAULT
    preempt: bool = True
    preempt_delay: Nanoseconds = 0
    startup_delay: Nanoseconds = 0
    boot_delay: Nanoseconds = 0
    track_primary: bool = True
    link_up_delay: Nanoseconds = 0
    link_down_delay: Nanoseconds = 0
    accept_mode: bool = True
    virtual_mac: bool = False
    virtual_mac_name: str = ""
    virtual_mac_address: bytes = b""
    excluded_addresses: Tuple[VirtualAddress, ...] = ()
    virtual_routes: Tuple[VirtualRoute, ...] = ()
    virtual_rules: Tuple[VirtualRule, ...] = ()
    strict_link_local: bool = False
    preferred_lifetime: int | None = None
    derive_link_local: bool = True
    source_address: bytes = b""
    multicast_group: bytes = b""
    unicast_peers: Tuple[bytes, ...] = ()
    unicast_ttl: int = VRRP_TTL
    unicast_ttl_min: int = VRRP_TTL
    unicast_ttl_max: int = VRRP_TTL
    check_unicast_source: bool = True
    advertise_checksum: ChecksumForm = ChecksumForm.RFC5798
    password: str = field(default="", repr=False)
    password_file: str = field(default="", compare=False)
    hmac: Hmac | None = None
    announce_count: int = ANNOUNCE_COUNT_DEFAULT
    announce_delay: Nanoseconds = ANNOUNCE_DELAY_DEFAULT
    announce_interval: Nanoseconds = 0
    announce_refresh: Nanoseconds = 0
    announce_refresh_count: int = 1
    sync_group: str = ""
    tracked: Tuple[Tracked, ...] = ()
    degraded_weight: int = 0
    hooks: Tuple[Hook, ...] = ()

    @property
    def label(self) -> str:
        """The name in logs, unique on the host: with the family where the instance has two."""
        return f"{self.name}/{self.family.label}" if self.dual_stack else self.name

    @property
    def family(self) -> Family:
        """The address family, that of all its addresses."""
        return self.addresses[0].family if self.addresses else self.bare_family

    @property
    def is_owner(self) -> bool:
        """Whether the virtual addresses are this host's own (RFC 9568 section 1.7)."""
        return self.priority == PRIORITY_OWNER

    @property
    def packed_addresses(self) -> Tuple[bytes, ...]:
        """The addresses as an advertisement lists them."""
        return tuple(address.packed for address in self.addresses)

    @property
    def served_addresses(self) -> Tuple[VirtualAddress, ...]:
        """All addresses that a master serves, advertised or not."""
        return self.addresses + self.excluded_addresses

    @property
    def interfaces(self) -> FrozenSet[str]:
        """All interfaces that its settings name."""
        addresses = (one.interface for one in self.served_addresses)
        routes = (name for one in self.virtual_routes for name in one.interfaces)
        return frozenset((self.interface, *filter(None, addresses), *routes))

    @property
    def tracked_interfaces(self) -> FrozenSet[str]:
        """The other interfaces that it can't serve without: those of its addresses, but not of
        untracked or excluded ones.
        """
        named = (one.interface for one in self.addresses if one.track)
        return frozenset(filter(None, named)) - {self.interface}

    @property
    def link_delays(self) -> LinkDelays:
        """The times for which a change of one of its interfaces has to last before it counts."""
        return LinkDelays(self.link_up_delay, self.link_down_delay)

    @property
    def key(self) -> Tuple[str, Family, int]:
        """The key by which received packets are matched: interface, family and VRID."""
        return (self.interface, self.family, self.vrid)

    @property
    def destinations(self) -> Tuple[bytes, ...]:
        """The destinations of its advertisements: its peers, or the multicast group without any."""
        return self.unicast_peers or (self.group,)

    @property
    def group(self) -> bytes:
        """The multicast group of its advertisements, packed."""
        return self.multicast_group or self.family.group

    def destinations_from(self, source: bytes) -> Tuple[bytes, ...]:
        """Return the destinations without ``source``: hosts may share one list of peers."""
        return tuple(one for one in self.destinations if one != source)

    @property
    def signing_hmac(self) -> Hmac | None:
        """The keys that its advertisements are signed with; None when they are not signed."""
        return self.hmac if self.hmac is not None and self.hmac.signs else None

    def hooks_on(self, trigger: HookTrigger, group: bool = False) -> Tuple[Hook, ...]:
        """Return the hooks that run on this event, in order; with ``group``, those of the event of
        its sync group.
        """
        own = (hook for hook in self.hooks if hook.group is group)
        return tuple(hook for hook in own if hook.trigger is trigger)


@dataclass(frozen=True)
class Config:
    """All instances of a host, with unique names and keys."""

    instances: Tuple[Instance, ...] = ()

    def by_label(self, label: str) -> Instance | None:
        """Return the instance with that label; None when there is none."""
        return next((one for one in self.instances if one.label == label), None)


def observed_interfaces(instances: Iterable[Instance]) -> FrozenSet[str] | None:
    """Return the interfaces whose state and addresses decide what these instances do; None for
    all of the host's.
    """
    names: Set[str] = set()
    for instance in instances:
        if instance.source_address and instance.unicast_peers:
            return None  # That address may be on any interface.
        checks = (one.check for one in instance.tracked)
        names.update(one.interface for one in checks if isinstance(one, InterfaceCheck))
        names.update(instance.interfaces)
    return frozenset(names)
