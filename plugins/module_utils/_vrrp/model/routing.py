# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Routes and policy rules that a master installs besides its addresses."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Tuple

from .family import Family
from .fields import read_flag, read_interface, read_ip
from .readers import Reader, Settings, list_of, record, whole_number

MAIN_TABLE = 254
_IPV6_METRIC = 1024  # IP6_RT_PRIO_USER.
_RULE_PRIORITY = 32765  # Just before the rule that looks up the main table.


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


@dataclass(frozen=True)
class VirtualRoute:
    """``via`` and ``source`` are packed or empty; ``interface`` empty is the instance's own.
    ``table`` 0 is that of the interface: the main one, or that of its VRF.

    Without ``track`` the router is not degraded while the host does not have the route.
    """

    destination: Prefix
    via: bytes = b""
    interface: str = ""
    source: bytes = b""
    table: int = 0
    metric: int = 0
    track: bool = True

    @property
    def family(self) -> Family:
        """The address family."""
        return self.destination.family

    @property
    def kernel_metric(self) -> int:
        """The metric that the kernel gives it: Linux has 1024 for an IPv6 route without one."""
        return self.metric or (_IPV6_METRIC if self.family is Family.IPV6 else 0)

    @property
    def identity(self) -> Tuple[int, Prefix, int]:
        """The table, the destination and the metric: the kernel can't use two routes that have
        these in common.
        """
        return (self.table or MAIN_TABLE, self.destination, self.kernel_metric)

    def __str__(self) -> str:
        via = f" via {ipaddress.ip_address(self.via)}" if self.via else ""
        return f"route {self.destination}{via}"


@dataclass(frozen=True)
class VirtualRule:
    """Packets from a network, to a network, from an interface or with a mark use ``table``.

    Without ``track`` the router is not degraded while the host does not have the rule.
    """

    table: int
    source: Prefix | None = None
    destination: Prefix | None = None
    incoming: str = ""
    mark: int = 0
    priority: int = 0
    track: bool = True

    @property
    def family(self) -> Family:
        """The address family."""
        known = self.source or self.destination
        return known.family if known else Family.IPV4

    @property
    def in_kernel(self) -> VirtualRule:
        """The rule as the kernel has it: with a priority, without a network that holds everything,
        and without the setting ``track``.
        """
        source, destination = _unless_everything(self.source), _unless_everything(self.destination)
        if self.family is Family.IPV6 and not (source or destination):
            source = Prefix(bytes(Family.IPV6.address_length), 0)
        priority = self.priority or _RULE_PRIORITY
        return VirtualRule(self.table, source, destination, self.incoming, self.mark, priority)

    def __str__(self) -> str:
        return f"rule to table {self.table}"


def _unless_everything(prefix: Prefix | None) -> Prefix | None:
    return prefix if prefix is not None and prefix.length else None


def read_prefix(value: object) -> Prefix:
    """Read a network such as ``198.51.100.0/24``; host bits are refused. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a network such as 198.51.100.0/24")
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a network: {error}") from None
    return Prefix(network.network_address.packed, network.prefixlen)


def _read_destination(value: object) -> Prefix | None:
    return None if value == "default" else read_prefix(value)


_NUMBER = whole_number(1, (1 << 32) - 1)
_route = record(
    {
        "destination": _read_destination,
        "via": read_ip,
        "interface": read_interface,
        "source": read_ip,
        "table": _NUMBER,
        "metric": _NUMBER,
        "track": read_flag,
    },
    ["destination"],
)
_rule = record(
    {
        "from": read_prefix,
        "to": read_prefix,
        "incoming_interface": read_interface,
        "mark": _NUMBER,
        "table": _NUMBER,
        "priority": _NUMBER,
        "track": read_flag,
    },
    ["table"],
)


def _read_route(value: object) -> VirtualRoute:
    given = _route(value)
    destination = given.pop("destination") or _default(given)
    for key in ("via", "source"):
        if key in given and Family.of(given[key]) is not destination.family:
            raise ValueError(f"{key} and destination are of different families")
    return VirtualRoute(destination, **given)


def _default(given: Settings) -> Prefix:
    """Return the default network of the family of the route's other addresses."""
    known = given.get("via") or given.get("source")
    if known is None:
        raise ValueError("default needs via or source; without them, write 0.0.0.0/0 or ::/0")
    return Prefix(bytes(len(known)), 0)


def _read_rule(value: object) -> VirtualRule:
    given = _rule(value)
    source, destination = given.pop("from", None), given.pop("to", None)
    if source and destination and source.family is not destination.family:
        raise ValueError("from and to are of different families")
    incoming = given.pop("incoming_interface", "")
    if not (source or destination or incoming or "mark" in given):
        raise ValueError("the rule selects nothing: give from, to, incoming_interface or mark")
    return VirtualRule(source=source, destination=destination, incoming=incoming, **given)


read_routes: Reader[Tuple[VirtualRoute, ...]] = list_of(_read_route)
read_rules: Reader[Tuple[VirtualRule, ...]] = list_of(_read_rule)
