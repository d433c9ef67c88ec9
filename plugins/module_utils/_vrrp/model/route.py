# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Routes that a master installs besides its addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, FrozenSet, Mapping, Tuple

from ..base.constants import VRRP_PROTOCOL
from .address import SCOPES
from .family import Family, text
from .fields import read_flag, read_interface, read_ip
from .prefix import Prefix, everything, read_prefix
from .readers import Reader, Settings, list_of, one_of, record, whole_number

MAIN_TABLE = 254
_IPV6_METRIC = 1024  # IP6_RT_PRIO_USER.
_MTU_MIN, _MTU_MAX = 68, 65535  # RFC 791 section 3.2: 68 octets pass without fragmentation.
_WEIGHT_MAX = 256  # rtnetlink(7): one byte holds the weight less one.
_PROTOCOL_MIN = 5  # RTPROT_STATIC and less are for the kernel, ip(8) and boot scripts.
_UNIVERSE, _LINK = SCOPES["global"], SCOPES["link"]


class RouteType(Enum):
    """The fate of packets to the destination: forwarded, dropped, or refused with a message of ICMP
    to their sender. The values are the words of ip-route(8).
    """

    UNICAST = "unicast"
    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"


@dataclass(frozen=True)
class NextHop:
    """One of several ways of a route, with a share of the traffic by its ``weight``. ``via`` is
    packed or empty, ``interface`` empty is that of the instance.
    """

    via: bytes = b""
    interface: str = ""
    weight: int = 1
    onlink: bool = False


@dataclass(frozen=True)
class VirtualRoute:
    """``via`` and ``source`` are packed or empty; ``interface`` empty is the instance's own.
    ``table`` 0 is that of the interface: the main one, or that of its VRF. ``scope`` None is that
    of ip-route(8), ``mtu`` 0 that of the interface.

    With ``onlink`` the kernel does not look whether ``via`` is reached on the interface. Without
    ``track`` the router is not degraded while the host does not have the route.
    """

    destination: Prefix
    via: bytes = b""
    interface: str = ""
    source: bytes = b""
    table: int = 0
    metric: int = 0
    track: bool = True
    type: RouteType = RouteType.UNICAST
    onlink: bool = False
    scope: int | None = None
    mtu: int = 0
    protocol: int = VRRP_PROTOCOL
    nexthops: Tuple[NextHop, ...] = ()

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

    @property
    def interfaces(self) -> FrozenSet[str]:
        """The interfaces that it names."""
        return frozenset(filter(None, (one.interface for one in self.hops)))

    @property
    def hops(self) -> Tuple[NextHop, ...]:
        """All its next hops; that of a route without ``nexthops`` may be empty."""
        return self.nexthops or (NextHop(self.via, self.interface, onlink=self.onlink),)

    def through(self, interface: str, table: int) -> VirtualRoute:
        """Return the route as the kernel has it, where ``interface`` is the one of what names none,
        and ``table`` is that of a route that names none: without the setting ``track``.
        """
        is_single = self.type is RouteType.UNICAST and not self.nexthops
        nexthops = (replace(one, interface=one.interface or interface) for one in self.nexthops)
        return replace(
            self,
            interface=(self.interface or interface) if is_single else "",
            table=self.table or table,
            metric=self.kernel_metric,
            track=True,
            scope=self._kernel_scope,
            nexthops=tuple(sorted(nexthops, key=lambda one: (one.via, one.interface))),
        )

    @property
    def _kernel_scope(self) -> int:
        """The scope that it has in the kernel, which IPv6 does not know."""
        if self.family is Family.IPV6:
            return _UNIVERSE
        if self.scope is not None:
            return self.scope
        has_gateway = any(one.via for one in self.hops)
        return _LINK if self.type is RouteType.UNICAST and not has_gateway else _UNIVERSE

    def __str__(self) -> str:
        kind = "" if self.type is RouteType.UNICAST else f"{self.type.value} "
        hops = [text(one.via) for one in self.hops if one.via]
        via = f" via {', '.join(hops)}" if hops else ""
        return f"{kind}route {self.destination}{via}"


def _read_destination(value: object) -> Prefix | None:
    return None if value == "default" else read_prefix(value)


_NUMBER = whole_number(1, (1 << 32) - 1)
_HOP: Mapping[str, Reader[Any]] = {
    "via": read_ip,
    "interface": read_interface,
    "onlink": read_flag,
}
_hop = record({**_HOP, "weight": whole_number(1, _WEIGHT_MAX)}, [])


def _read_hop(value: object) -> NextHop:
    hop = NextHop(**_hop(value))
    if not (hop.via or hop.interface):
        raise ValueError("the next hop is none: give via or interface")
    return hop


_route = record(
    {
        **_HOP,
        "destination": _read_destination,
        "source": read_ip,
        "table": _NUMBER,
        "metric": _NUMBER,
        "track": read_flag,
        "type": one_of({one.value: one for one in RouteType}),
        "scope": one_of(SCOPES),
        "mtu": whole_number(_MTU_MIN, _MTU_MAX),
        "protocol": whole_number(_PROTOCOL_MIN, 255),
        "nexthops": list_of(_read_hop, least=2),
    },
    ["destination"],
)


def _read_route(value: object) -> VirtualRoute:
    given = _route(value)
    destination = given.pop("destination") or _default(given)
    route = VirtualRoute(destination, **given)
    _refuse_contradictions(route, given)
    return route


def _default(given: Settings) -> Prefix:
    """Return the default network of the family of the route's other addresses."""
    hops = (one.via for one in given.get("nexthops", ()))
    known = next(filter(None, (given.get("via"), given.get("source"), *hops)), None)
    if known is None:
        raise ValueError("default needs via or source; without them, write 0.0.0.0/0 or ::/0")
    return everything(Family.of(known))


def _refuse_contradictions(route: VirtualRoute, given: Settings) -> None:
    """Raise ValueError for settings of a route that contradict each other."""
    if "source" in given and Family.of(given["source"]) is not route.family:
        raise ValueError("source and destination are of different families")
    if any(one.via and Family.of(one.via) is not route.family for one in route.hops):
        raise ValueError("via and destination are of different families")
    ways = {"via", "interface", "onlink", "nexthops"} & set(given)
    if route.type is not RouteType.UNICAST and ways:
        raise ValueError(f"a {route.type.value} route has no {', '.join(sorted(ways))}")
    if route.nexthops and len(ways) > 1:
        raise ValueError("via, interface and onlink belong into each of the nexthops")
    if any(one.onlink and not one.via for one in route.hops):
        raise ValueError("onlink has no effect without via")
    if route.scope is not None and route.family is Family.IPV6:
        raise ValueError("scope is for IPv4 routes only")


read_routes: Reader[Tuple[VirtualRoute, ...]] = list_of(_read_route)
