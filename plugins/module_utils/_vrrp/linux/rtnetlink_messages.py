# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The rtnetlink requests that add and remove resources, as bytes.

pyroute2 has the messages; ``netlink.py`` sends them.
"""

from __future__ import annotations

import socket

from ..base.constants import FOREVER
from ..engine.host.devices import Macvlan
from ..engine.host.observed import MARK
from ..engine.host.resources import AddressResource, LinkUp, Resource, RouteResource, RuleResource
from ..model.address import VirtualAddress
from ..model.family import Family, text
from .constants import IFA_F_HOMEADDRESS, IFA_F_NOPREFIXROUTE, IFF_UP
from .pyroute2_import import PYROUTE2_MISSING, NetlinkMessage
from .route_messages import route_message, rule_message
from .rtnetlink_values import DOMAINS, index_of

if PYROUTE2_MISSING is None:
    from pyroute2.netlink import NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST
    from pyroute2.netlink.rtnl import (
        RTM_DELADDR,
        RTM_DELLINK,
        RTM_DELROUTE,
        RTM_DELRULE,
        RTM_GETROUTE,
        RTM_NEWADDR,
        RTM_NEWLINK,
        RTM_NEWROUTE,
        RTM_NEWRULE,
    )
    from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
    from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
    from pyroute2.netlink.rtnl.rtmsg import rtmsg

_IFA_F_NODAD = 0x02


def encoded(message: NetlinkMessage, kind: int, flags: int) -> bytes:
    """Return a pyroute2 message as bytes; the sequence number is filled in when it is sent."""
    message["header"]["type"] = kind
    message["header"]["flags"] = flags
    message["header"]["sequence_number"] = 0
    message.encode()
    return bytes(message.data)


def add_request(resource: Resource) -> bytes:
    """Return the request that adds a resource; raises KernelError when its interface is missing.

    An IPv4 route comes before one of the host with the same destination and metric, and is used
    instead of that; IPv6 would use both, so it is refused there.
    """
    is_before = isinstance(resource, RouteResource) and resource.route.family is Family.IPV4
    exclusive = 0 if is_before else NLM_F_EXCL
    return _request(resource, NLM_F_REQUEST | NLM_F_CREATE | exclusive, True)


def delete_request(resource: Resource) -> bytes:
    """Return the request that removes a resource; raises KernelError when its interface is
    missing.
    """
    return _request(resource, NLM_F_REQUEST, False)


def _request(resource: Resource, flags: int, present: bool) -> bytes:
    if isinstance(resource, AddressResource):
        message = _address(index_of(resource.interface), resource.address, resource.metric)
        return encoded(message, RTM_NEWADDR if present else RTM_DELADDR, flags)
    if isinstance(resource, RouteResource):
        message = route_message(resource)
        return encoded(message, RTM_NEWROUTE if present else RTM_DELROUTE, flags)
    if isinstance(resource, RuleResource):
        return encoded(rule_message(resource.rule), RTM_NEWRULE if present else RTM_DELRULE, flags)
    return _link_state(resource, present)


def _address(index: int, address: VirtualAddress, metric: int) -> NetlinkMessage:
    """Return the message for an address; ``metric`` is that of the route to its network. IPv6 is
    added without duplicate address detection: the address may be on another router for a moment
    longer, so detection would fail (RFC 9568 section 8.2.2).
    """
    message = ifaddrmsg()
    message["family"] = DOMAINS[address.family]
    message["prefixlen"] = address.prefix_length
    message["index"] = index
    message["scope"] = address.scope
    message["flags"] = 0
    local, other = text(address.packed), text(address.peer or address.packed)
    message["attrs"] = [("IFA_LOCAL", local), ("IFA_ADDRESS", other), ("IFA_PROTO", MARK)]
    flags = _flags(address)
    if flags:
        message["attrs"].append(("IFA_FLAGS", flags))
    if address.broadcast:
        message["attrs"].append(("IFA_BROADCAST", text(address.broadcast)))
    if address.label:
        message["attrs"].append(("IFA_LABEL", address.label))
    if metric:
        message["attrs"].append(("IFA_RT_PRIORITY", metric))
    if address.preferred_lifetime is not None:
        lifetimes = {"ifa_preferred": address.preferred_lifetime, "ifa_valid": FOREVER}
        message["attrs"].append(("IFA_CACHEINFO", {**lifetimes, "cstamp": 0, "tstamp": 0}))
    return message


def _flags(address: VirtualAddress) -> int:
    home = IFA_F_HOMEADDRESS if address.home else 0
    noprefixroute = IFA_F_NOPREFIXROUTE if address.noprefixroute else 0
    return home | noprefixroute | (_IFA_F_NODAD if address.family is Family.IPV6 else 0)


def _link_state(resource: LinkUp, up: bool) -> bytes:
    message = ifinfmsg()
    message["index"] = index_of(resource.interface)
    message["change"] = IFF_UP
    message["flags"] = IFF_UP if up else 0
    return encoded(message, RTM_NEWLINK, NLM_F_REQUEST)


def create_device_request(device: Macvlan) -> bytes:
    """Return the request that creates a private macvlan, down; raises KernelError without its
    parent.
    """
    message = ifinfmsg()
    message["attrs"] = [
        ("IFLA_IFNAME", device.name),
        ("IFLA_LINK", index_of(device.parent)),
        ("IFLA_ADDRESS", device.mac.hex(":")),
        ("IFLA_GROUP", device.group),
        *([("IFLA_MASTER", device.vrf)] if device.vrf else []),
        (
            "IFLA_LINKINFO",
            {
                "attrs": [
                    ("IFLA_INFO_KIND", "macvlan"),
                    ("IFLA_INFO_DATA", {"attrs": [("IFLA_MACVLAN_MODE", "private")]}),
                ]
            },
        ),
    ]
    return encoded(message, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL)


def delete_device_request(name: str) -> bytes:
    """Return the request that deletes an interface; raises KernelError when it is missing."""
    message = ifinfmsg()
    message["index"] = index_of(name)
    return encoded(message, RTM_DELLINK, NLM_F_REQUEST)


def delivery_request(index: int, address: VirtualAddress) -> bytes:
    """Return the request that looks up the route to an IPv6 address through the interface."""
    message = rtmsg()
    message["family"] = socket.AF_INET6
    message["dst_len"] = 128
    message["attrs"] = [("RTA_DST", text(address.packed)), ("RTA_OIF", index)]
    return encoded(message, RTM_GETROUTE, NLM_F_REQUEST)
