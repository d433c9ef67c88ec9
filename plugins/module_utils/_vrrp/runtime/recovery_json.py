# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Recovery records as JSON and back."""

from __future__ import annotations

import ipaddress
from typing import Any, Callable, Dict

from ..engine.actions import Recovery
from ..engine.host.resources import AddressResource, LinkUp, Resource, RouteResource
from ..model.address import parse_address
from ..model.family import text
from ..model.routing import VirtualRoute, read_prefix
from ..model.signing import Hmac, HmacKey

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
    """Return the recovery of an entry; None when the entry is invalid."""
    try:
        return Recovery(
            entry["router"],
            entry["interface"],
            tuple(_resource(one) for one in entry["held"]),
            _packed(entry["source"]),
            tuple((_packed(where), bytes.fromhex(what)) for where, what in entry["resignations"]),
            int(entry["ttl"]),
            str(entry["device"]),
            str(entry["table"]),
            _hmac(entry["hmac"]) if entry["hmac"] else None,
        )
    except (KeyError, TypeError, ValueError):
        return None


def _written(packed: bytes) -> str:
    return text(packed) if packed else ""


def _packed(written: str) -> bytes:
    return ipaddress.ip_address(written).packed if written else b""


def _hmac_entry(hmac: Hmac) -> Entry:
    key = hmac.signing_key
    return {"id": key.number, "secret": key.secret.hex(), "window": hmac.window}


def _hmac(entry: Entry) -> Hmac:
    key = HmacKey(int(entry["id"]), bytes.fromhex(entry["secret"]))
    return Hmac((key,), key.number, window=entry["window"])


def _resource_entry(resource: Resource) -> Entry:
    if isinstance(resource, AddressResource):
        return {
            "kind": "address",
            "interface": resource.interface,
            "address": str(resource.address),
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
    }


def _route(entry: Entry) -> Resource:
    route = VirtualRoute(
        read_prefix(entry["destination"]),
        _packed(entry["via"]),
        "",
        _packed(entry["source"]),
        int(entry["table"]),
        int(entry["metric"]),
    )
    return RouteResource(entry["interface"], route)


_KINDS: Dict[str, Callable[[Entry], Resource]] = {
    "address": lambda entry: AddressResource(entry["interface"], parse_address(entry["address"])),
    "route": _route,
    "link": lambda entry: LinkUp(entry["interface"]),
}


def _resource(entry: Entry) -> Resource:
    return _KINDS[entry["kind"]](entry)
