# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Routes and policy rules as messages of rtnetlink(7), made and parsed: pyroute2 encodes them."""

from __future__ import annotations

from typing import Callable, Dict, List, Mapping, Tuple

from ..engine.host.observed import MARK
from ..engine.host.resources import RouteResource
from ..model.family import Family, text
from ..model.prefix import Prefix, everything
from ..model.route import NextHop, RouteType, VirtualRoute
from ..model.rule import Range, VirtualRule
from .pyroute2_import import PYROUTE2_MISSING, NetlinkMessage
from .rtnetlink_values import DOMAINS, family_of, index_of, packed

if PYROUTE2_MISSING is None:
    from pyroute2.netlink.rtnl.fibmsg import fibmsg
    from pyroute2.netlink.rtnl.rtmsg import rtmsg

    class RuleMessage(fibmsg):  # type: ignore[misc]
        """A policy rule with attributes that pyroute2 does not name: Linux has had masks of ports
        since 6.15 (fib_rules.h).
        """

        nla_map = (
            *fibmsg.nla_map,
            (28, "FRA_SPORT_MASK", "uint16"),
            (29, "FRA_DPORT_MASK", "uint16"),
        )


InterfaceName = Callable[[int], "str | None"]
Attributes = List[Tuple[str, object]]

# rtnetlink(7), rtm_type: RTN_UNICAST and so on.
_TYPES = {
    RouteType.UNICAST: 1,
    RouteType.BLACKHOLE: 6,
    RouteType.UNREACHABLE: 7,
    RouteType.PROHIBIT: 8,
}
_TYPES_READ = {number: kind for kind, number in _TYPES.items()}
_RTNH_F_ONLINK = 4
_FR_ACT_TO_TBL = 1
_FIB_RULE_INVERT = 2
_TABLE_IN_HEADER_MAX = 255
_NOT_SUPPRESSED = 0xFFFFFFFF
# Attributes of a rule that select nothing with these values.
_NEUTRAL = {
    "FRA_FWMASK": 0xFFFFFFFF,
    "FRA_L3MDEV": 0,
    "FRA_SPORT_MASK": 0xFFFF,
    "FRA_DPORT_MASK": 0xFFFF,
}
_KNOWN = {
    "FRA_TABLE", "FRA_SRC", "FRA_DST", "FRA_IIFNAME", "FRA_OIFNAME", "FRA_FWMARK", "FRA_PRIORITY",
    "FRA_PROTOCOL", "FRA_UID_RANGE", "FRA_IP_PROTO", "FRA_SPORT_RANGE", "FRA_DPORT_RANGE",
    "FRA_SUPPRESS_PREFIXLEN", "FRA_PAD",
}  # fmt: skip


# --- Routes ---


def route_message(resource: RouteResource) -> NetlinkMessage:
    """Return the message for a route; raises KernelError when an interface is missing."""
    route = resource.route
    message = rtmsg()
    message["family"] = DOMAINS[route.family]
    message["dst_len"] = route.destination.length
    message["table"] = _table(route.table)
    message["proto"] = route.protocol
    message["type"] = _TYPES[route.type]
    message["scope"] = route.scope or 0
    message["flags"] = _RTNH_F_ONLINK if route.onlink else 0
    optional: Mapping[str, object] = {
        "RTA_OIF": index_of(resource.interface) if resource.interface else 0,
        "RTA_GATEWAY": _written(route.via),
        "RTA_PREFSRC": _written(route.source),
        "RTA_PRIORITY": route.metric,
        "RTA_METRICS": {"attrs": [("RTAX_MTU", route.mtu)]} if route.mtu else None,
        "RTA_MULTIPATH": [_hop(one) for one in route.nexthops],
    }
    message["attrs"] = [("RTA_TABLE", route.table), *_network("RTA_DST", route.destination)]
    message["attrs"] += [one for one in optional.items() if one[1]]
    return message


def _hop(hop: NextHop) -> Dict[str, object]:
    return {
        "hops": hop.weight - 1,
        "flags": _RTNH_F_ONLINK if hop.onlink else 0,
        "oif": index_of(hop.interface),
        "attrs": [("RTA_GATEWAY", text(hop.via))] if hop.via else [],
    }


def parse_route(message: NetlinkMessage, name_of: InterfaceName) -> RouteResource | None:
    """Return a route of the host; None for one that can't be an instance's, such as a local one, or
    whose interface has no name any more.
    """
    kind = _TYPES_READ.get(message["type"])
    attributes = dict(message["attrs"])
    hops = [_parse_hop(one, name_of) for one in attributes.get("RTA_MULTIPATH", ())]
    named = [one for one in hops if one is not None]
    is_single = kind is RouteType.UNICAST and not hops
    interface = name_of(attributes.get("RTA_OIF", 0)) if is_single else ""
    if kind is None or interface is None or len(named) < len(hops):
        return None
    return RouteResource(interface, _route(message, attributes, kind, named))


def _route(
    message: NetlinkMessage, attributes: NetlinkMessage, kind: RouteType, hops: List[NextHop]
) -> VirtualRoute:
    family = family_of(message["family"])
    metrics = dict(attributes.get("RTA_METRICS", {}).get("attrs", ()))
    return VirtualRoute(
        _prefix(family, attributes.get("RTA_DST"), message["dst_len"]) or everything(family),
        packed(attributes.get("RTA_GATEWAY", "")),
        "",
        packed(attributes.get("RTA_PREFSRC", "")),
        attributes.get("RTA_TABLE", message["table"]),
        attributes.get("RTA_PRIORITY", 0),
        type=kind,
        onlink=_is_onlink(message),
        scope=message["scope"],
        mtu=metrics.get("RTAX_MTU", 0),
        protocol=message["proto"],
        nexthops=tuple(sorted(hops, key=lambda one: (one.via, one.interface))),
    )


def _parse_hop(hop: NetlinkMessage, name_of: InterfaceName) -> NextHop | None:
    interface = name_of(hop["oif"])
    if interface is None:
        return None
    via = packed(dict(hop["attrs"]).get("RTA_GATEWAY", ""))
    return NextHop(via, interface, hop["hops"] + 1, _is_onlink(hop))


def _is_onlink(message: NetlinkMessage) -> bool:
    return bool(message["flags"] & _RTNH_F_ONLINK)


# --- Rules ---


def rule_message(rule: VirtualRule) -> NetlinkMessage:
    """Return the message for a policy rule."""
    message = RuleMessage()
    message["family"] = DOMAINS[rule.family]
    message["src_len"] = rule.source.length if rule.source else 0
    message["dst_len"] = rule.destination.length if rule.destination else 0
    message["table"] = _table(rule.table)
    message["action"] = _FR_ACT_TO_TBL
    message["flags"] = _FIB_RULE_INVERT if rule.inverted else 0
    attributes: Attributes = [("FRA_TABLE", rule.table), ("FRA_PROTOCOL", MARK)]
    attributes += _network("FRA_SRC", rule.source)
    attributes += _network("FRA_DST", rule.destination)
    optional: Mapping[str, object] = {
        "FRA_IIFNAME": rule.incoming,
        "FRA_OIFNAME": rule.outgoing,
        "FRA_FWMARK": rule.mark,
        "FRA_PRIORITY": rule.priority,
        "FRA_UID_RANGE": _written_range(rule.users),
        "FRA_IP_PROTO": rule.ip_protocol,
        "FRA_SPORT_RANGE": _written_range(rule.source_ports),
        "FRA_DPORT_RANGE": _written_range(rule.destination_ports),
    }
    message["attrs"] = attributes + [one for one in optional.items() if one[1]]
    if rule.suppress_prefix_length >= 0:
        message["attrs"].append(("FRA_SUPPRESS_PREFIXLEN", rule.suppress_prefix_length))
    return message


def parse_rule(message: NetlinkMessage) -> VirtualRule | None:
    """Return a policy rule of the host; None for one that can't be an instance's."""
    attributes = dict(message["attrs"])
    others = attributes.keys() - _KNOWN
    is_neutral = all(attributes[name] == _NEUTRAL.get(name) for name in others)
    if not is_neutral or message["tos"] or message["action"] != _FR_ACT_TO_TBL:
        return None
    return _rule(message, attributes)


def _rule(message: NetlinkMessage, attributes: NetlinkMessage) -> VirtualRule:
    family = family_of(message["family"])
    source = _prefix(family, attributes.get("FRA_SRC"), message["src_len"])
    destination = _prefix(family, attributes.get("FRA_DST"), message["dst_len"])
    if family is Family.IPV6 and not (source or destination):
        source = everything(family)
    suppressed = attributes.get("FRA_SUPPRESS_PREFIXLEN", _NOT_SUPPRESSED)
    return VirtualRule(
        attributes.get("FRA_TABLE", message["table"]),
        source,
        destination,
        attributes.get("FRA_IIFNAME", ""),
        attributes.get("FRA_FWMARK", 0),
        attributes.get("FRA_PRIORITY", 0),
        outgoing=attributes.get("FRA_OIFNAME", ""),
        users=_parse_range(attributes.get("FRA_UID_RANGE")),
        ip_protocol=attributes.get("FRA_IP_PROTO", 0),
        source_ports=_parse_range(attributes.get("FRA_SPORT_RANGE")),
        destination_ports=_parse_range(attributes.get("FRA_DPORT_RANGE")),
        suppress_prefix_length=-1 if suppressed == _NOT_SUPPRESSED else suppressed,
        inverted=bool(message["flags"] & _FIB_RULE_INVERT),
    )


# --- Parts ---


def _written(packed: bytes) -> str:
    return text(packed) if packed else ""


def _written_range(numbers: Range | None) -> str:
    """Return a range as pyroute2 takes it; empty for none."""
    return "" if numbers is None else f"{numbers[0]}:{numbers[1]}"


def _parse_range(written: str | None) -> Range | None:
    if written is None:
        return None
    first, last = written.split(":")
    return int(first), int(last)


def _network(attribute: str, prefix: Prefix | None) -> Attributes:
    """Return the attribute of a network; none for the default network (length 0)."""
    if prefix is None or prefix.length == 0:
        return []
    return [(attribute, text(prefix.packed))]


def _prefix(family: Family, written: str | None, length: int) -> Prefix | None:
    return Prefix(packed(written), length) if written and length else None


def _table(number: int) -> int:
    """Return the header field of a table, which has one byte; 0 for a number that needs more."""
    return number if number <= _TABLE_IN_HEADER_MAX else 0
