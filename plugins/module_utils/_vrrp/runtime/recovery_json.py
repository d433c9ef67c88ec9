# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Recovery records as JSON and back."""

from __future__ import annotations

import ipaddress
from typing import Any, Callable, Dict, Sequence

from ..engine.actions import Recovery
from ..engine.host.resources import AddressResource, LinkUp, Resource, RouteResource
from ..model.address import VirtualAddress
from ..model.family import text
from ..model.prefix import read_prefix
from ..model.route import NextHop, RouteType, VirtualRoute
from ..model.signing import Hmac, HmacKey

_TABLE_MAX = (1 << 32) - 1
Entry = Dict[str, Any]  # One JSON object, which ``decode_recovery`` validates.


def encode_recovery(recovery: Recovery) -> Entry:
    """Return the recovery as plain values."""
    return {
        "router": recovery.router,
        "interface": recovery.interface,
        "held": [_resource_entry(one) for one in recovery.resources],
        "source": _written(recovery.source),
        "resignations": [[text(where), what.hex()] for where, what in recovery.resignations],
        "ttl": recovery.ttl,
        "device": recovery.device,
        "table": recovery.table,
        "hmac": _hmac_entry(recovery.hmac) if recovery.hmac else None,
    }


def decode_recovery(entry: Entry) -> Recovery | None:
    """Return the recovery of an entry; None when the entry is invalid in any way."""
    try:
        return Recovery(
            _name(entry["router"]),
            _name(entry["interface"]),
            tuple(_resource(one) for one in entry["held"]),
            _packed(entry["source"]),
            tuple((_packed(where), bytes.fromhex(what)) for where, what in entry["resignations"]),
            _number(entry["ttl"], 255),
            _name(entry["device"]),
            _name(entry["table"]),
            _hmac(entry["hmac"]) if entry["hmac"] else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no name")
    return value


def _number(value: object, most: int) -> int:
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{value!r} is not in 0..{most}")
    return value


def _written(packed: bytes) -> str:
    return text(packed) if packed else ""


def _packed(written: object) -> bytes:
    return ipaddress.ip_address(_name(written)).packed if written else b""


def _hmac_entry(hmac: Hmac) -> Entry:
    key = hmac.signing_key
    return {"id": key.number, "secret": key.secret.hex(), "window": hmac.window}


def _hmac(entry: Entry) -> Hmac:
    key = HmacKey(_number(entry["id"], 255), bytes.fromhex(entry["secret"]))
    window = entry["window"]
    return Hmac((key,), key.number, window=None if window is None else _number(window, 300))


def _resource_entry(resource: Resource) -> Entry:
    if isinstance(resource, AddressResource):
        return {
            "kind": "address",
            "interface": resource.interface,
            "address": text(resource.address.packed),
            "prefix_length": resource.address.prefix_length,
            "peer": _written(resource.address.peer),
        }
    if isinstance(resource, RouteResource):
        return {"kind": "route", "interface": resource.interface, **_route_entry(resource.route)}
    if isinstance(resource, LinkUp):
        return {"kind": "link", "interface": resource.interface}
    raise TypeError(f"{resource} is not kept in a record")


def _route_entry(route: VirtualRoute) -> Entry:
    return {
        "destination": str(route.destination),
        "via": _written(route.via),
        "source": _written(route.source),
        "table": route.table,
        "metric": route.metric,
        "type": route.type.value,
        "onlink": route.onlink,
        "scope": route.scope,
        "mtu": route.mtu,
        "protocol": route.protocol,
        "nexthops": [
            [_written(one.via), one.interface, one.weight, one.onlink] for one in route.nexthops
        ],
    }


def _next_hop(entry: Sequence[object]) -> NextHop:
    via, interface, weight, onlink = entry
    return NextHop(_packed(via), _name(interface), _number(weight, 256), bool(onlink))


def _address(entry: Entry) -> Resource:
    # Not validated again: beside a peer an address may be an end of the network of that.
    packed = _packed(_name(entry["address"]))
    length = _number(entry["prefix_length"], len(packed) * 8)
    address = VirtualAddress(packed, length, peer=_packed(entry.get("peer")))
    return AddressResource(_name(entry["interface"]), address)


def _route(entry: Entry) -> Resource:
    route = VirtualRoute(
        read_prefix(entry["destination"]),
        _packed(entry["via"]),
        "",
        _packed(entry["source"]),
        _number(entry["table"], _TABLE_MAX),
        _number(entry["metric"], _TABLE_MAX),
        type=RouteType(entry["type"]),
        onlink=bool(entry["onlink"]),
        scope=None if entry["scope"] is None else _number(entry["scope"], 255),
        mtu=_number(entry["mtu"], _TABLE_MAX),
        protocol=_number(entry["protocol"], 255),
        nexthops=tuple(_next_hop(one) for one in entry["nexthops"]),
    )
    return RouteResource(_name(entry["interface"]), route)


_KINDS: Dict[str, Callable[[Entry], Resource]] = {
    "address": _address,
    "route": _route,
    "link": lambda entry: LinkUp(_name(entry["interface"])),
}


def _resource(entry: Entry) -> Resource:
    return _KINDS[entry["kind"]](entry)
