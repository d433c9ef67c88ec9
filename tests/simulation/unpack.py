# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions and entries taken apart."""

from __future__ import annotations

import ast
import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Iterator

from _vrrp.engine import actions as act
from _vrrp.engine.host.resources import RouteResource, RuleResource, route_resource, rule_resource
from _vrrp.model.route import read_routes
from _vrrp.model.rule import read_rules


def one_by_one(actions: list[act.Action]) -> Iterator[act.Action]:
    """The actions, with what is sent together taken apart."""
    for action in actions:
        if isinstance(action, act.SendBatch):
            yield from action.sends
        else:
            yield action


@dataclass(frozen=True)
class Served:
    """An address of an instance, on the interface that has it on a master."""

    interface: str
    packed: bytes
    length: int


def host_length(packed: bytes) -> int:
    """Return the prefix length of a single address."""
    return 8 * len(packed)


def served_by(entry: dict[str, Any]) -> list[Served]:
    """The advertised addresses of an instance."""
    return [_served(entry, one) for one in entry["addresses"]]


def virtual_of(entry: dict[str, Any]) -> list[Served]:
    """All addresses that a master of an instance has."""
    return [
        *served_by(entry),
        *(_served(entry, one) for one in entry.get("excluded_addresses", ())),
    ]


def _served(entry: dict[str, Any], address: Any) -> Served:
    written = address["address"] if isinstance(address, dict) else address
    packed, length = _parse(written)
    interface = address.get("interface", "") if isinstance(address, dict) else ""
    return Served(interface or vip_interface(entry), packed, length)


def vip_interface(entry: dict[str, Any]) -> str:
    """The interface that has the addresses of an instance: eth0, or a macvlan on it."""
    if not entry.get("virtual_mac"):
        return "eth0"
    family = 6 if ":" in str(entry["addresses"][0]) else 4
    return f"vrrp{family}.{entry['vrid']}.2"


@lru_cache
def _parse(written: str) -> tuple[bytes, int]:
    interface = ipaddress.ip_interface(written)
    return interface.ip.packed, interface.network.prefixlen


def routes_of(entry: dict[str, Any]) -> list[RouteResource]:
    """The routes of an instance."""
    return _routes(str(entry.get("virtual_routes", [])), vip_interface(entry))


@lru_cache
def _routes(written: str, interface: str) -> list[RouteResource]:
    return [route_resource(one, interface, {}) for one in read_routes(ast.literal_eval(written))]


def rules_of(entry: dict[str, Any]) -> list[RuleResource]:
    """The rules of an instance."""
    return _rules(str(entry.get("virtual_rules", [])))


@lru_cache
def _rules(written: str) -> list[RuleResource]:
    return [rule_resource(one) for one in read_rules(ast.literal_eval(written))]
