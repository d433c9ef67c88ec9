# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The agent's routes and the policy rules on the host.

They are read anew whenever they may have changed: the kernel does not report every route that goes
with its interface. Only routes of the protocols of the agent's are read, which the kernel selects.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import socket
from typing import Dict, FrozenSet, Iterable, Iterator, Set, Tuple

from ..engine.actions import Observe
from ..engine.host.observed import MARK
from ..engine.host.resources import RouteResource
from ..model.family import Family
from ..model.rule import VirtualRule
from . import netlink
from .links import IsOver, never
from .pyroute2_import import PYROUTE2_MISSING
from .route_messages import InterfaceName, parse_route, parse_rule
from .rtnetlink_values import DOMAINS, name_of

if PYROUTE2_MISSING is None:
    from pyroute2.netlink.rtnl import RTM_DELRULE, RTM_NEWRULE

_SOL_NETLINK = 270  # netlink(7).
_ADD_MEMBERSHIP, _DROP_MEMBERSHIP, _GET_STRICT_CHK = 1, 2, 12
_ROUTE_GROUPS = (7, 11)  # RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE.
_RULE_GROUPS = (8, 19)  # RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE.
_SEARCHED_MAX = 1000  # Routes, which takes a few milliseconds.
_NOTHING = Observe(frozenset(), frozenset(), False)


class RouteMonitor:
    """A descriptor to wait on; ``drain`` reads the events. Observes nothing at first."""

    def __init__(self) -> None:
        self._events = netlink.open_socket()
        self._events.setblocking(False)
        self._buffer = memoryview(bytearray(netlink.EVENT_MAX))
        self._wanted = _NOTHING
        self._lengths: Set[Tuple[int, int]] = set()
        self._destinations: Set[Tuple[int, int, bytes]] = set()
        self._is_stale = self._is_overrun = False
        self._routes: FrozenSet[RouteResource] = frozenset()
        self._rules: Dict[VirtualRule, bool] = {}

    def fileno(self) -> int:
        """Return the descriptor that is readable when something may have changed."""
        return self._events.fileno()

    def close(self) -> None:
        """Stop listening."""
        self._events.close()

    def observe(self, wanted: Observe) -> bool:
        """Observe these routes and rules; returns whether they are others than before."""
        if _parts(wanted) == _parts(self._wanted):
            return False
        self._subscribe(_ROUTE_GROUPS, bool(wanted.routes))
        self._subscribe(_RULE_GROUPS, wanted.rules)
        self._wanted = wanted
        self._destinations = {
            (DOMAINS[one.family], one.length, one.packed if one.length else b"")
            for one in wanted.routes
        }
        self._lengths = {one[:2] for one in self._destinations}
        self._is_stale = True
        return True

    def _subscribe(self, groups: Tuple[int, ...], wanted: bool) -> None:
        option = _ADD_MEMBERSHIP if wanted else _DROP_MEMBERSHIP
        for group in groups:
            self._events.setsockopt(_SOL_NETLINK, option, group)

    def invalidate(self) -> None:
        """Take note that routes may have gone without an event."""
        self._is_stale = self._is_stale or bool(self._wanted.routes) or self._wanted.rules

    def drain(self, is_over: IsOver = never) -> bool:
        """Read events until ``is_over``; returns whether anything has to be read anew."""
        while not is_over():
            try:
                data = netlink.receive(self._events, self._buffer)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._is_stale = self._is_overrun = True
                continue
            if data is None:
                # The kernel goes on dropping messages until now.
                self._is_stale, self._is_overrun = self._is_stale or self._is_overrun, False
                break
            self._is_stale = self._is_stale or self._concerns(data)
        return self._is_stale

    def _concerns(self, data: bytes) -> bool:
        """Whether one of the events may be about a route or a rule of the agent."""
        for kind, message in netlink.messages(data):
            if kind in (RTM_NEWRULE, RTM_DELRULE):
                return True
            family, length, protocol = netlink.route_header(message)
            if protocol in self._wanted.protocols:
                return True
            # Of the routes of the host's own programs there may be many.
            if (family, length) in self._lengths:
                destination = netlink.route_destination(message)
                if (family, length, destination) in self._destinations:
                    return True
        return False

    def read(
        self, named: InterfaceName
    ) -> Tuple[FrozenSet[RouteResource], Dict[VirtualRule, bool]]:
        """Return the routes of the agent's protocols, and all rules with whether they are the
        agent's. Interfaces are ``named`` by their indexes.
        """
        if self._is_stale:
            self._is_stale = False
            with contextlib.closing(_open_strict()) as asked:
                protocols = self._wanted.protocols if self._wanted.routes else ()
                self._routes = frozenset(_routes(asked, protocols, named))
                # Of two that differ in nothing else, the agent's counts.
                rules = sorted(_rules(asked), key=lambda one: one[1]) if self._wanted.rules else ()
                self._rules = dict(rules)
        return self._routes, self._rules


def _parts(wanted: Observe) -> Tuple[object, ...]:
    return wanted.routes, wanted.protocols, wanted.rules


def _open_strict() -> socket.socket:
    """Open a socket on which the kernel selects what is dumped; an old one dumps everything."""
    opened = netlink.open_socket()
    with contextlib.suppress(OSError):
        opened.setsockopt(_SOL_NETLINK, _GET_STRICT_CHK, 1)
    return opened


def _routes(
    asked: socket.socket, protocols: Iterable[int], named: InterfaceName
) -> Iterator[RouteResource]:
    for family, protocol in itertools.product(Family, protocols):
        for message in netlink.dump_routes_of(asked, family, protocol):
            found = parse_route(message, named)
            if found is not None:
                yield found


def marked_routes() -> FrozenSet[RouteResource]:
    """Return all routes of the host with the agent's mark."""
    with contextlib.closing(_open_strict()) as asked:
        return frozenset(_routes(asked, (MARK,), name_of))


def marked_rules() -> FrozenSet[VirtualRule]:
    """Return all policy rules of the host with the agent's mark."""
    with contextlib.closing(netlink.open_socket()) as asked:
        return frozenset(rule for rule, is_marked in _rules(asked) if is_marked)


def route_in_the_way(resource: RouteResource) -> str | None:
    """Describe the route for which the kernel refuses another one as existing; None when it is the
    agent's own. The search ends where a host has very many routes.
    """
    route = resource.route
    if any(one.route.identity == route.identity for one in marked_routes()):
        return None
    with contextlib.closing(netlink.open_socket()) as asked:
        for message in netlink.dump_routes_to(asked, route.destination, _SEARCHED_MAX):
            present = parse_route(message, name_of)
            if present is not None and present.route.identity == route.identity:
                return _describe(present)
    return f"another route to {route.destination}"


def _describe(present: RouteResource) -> str:
    where = ", ".join(present.interfaces) or "no interface"
    return f"{present} on {where} with metric {present.route.metric}"


def _rules(asked: socket.socket) -> Iterator[Tuple[VirtualRule, bool]]:
    for message in netlink.dump_rules(asked):
        rule = parse_rule(message)
        if rule is not None:
            yield rule, dict(message["attrs"]).get("FRA_PROTOCOL") == MARK
