# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Expansion of a configuration entry into one instance, or two when it has both families.

RFC 9568 section 1: the IPv4 and the IPv6 side of a virtual router are routers of their own, and
may share a VRID.
"""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import List, Sequence, Tuple

from ..base.constants import (
    ADVERTISEMENT_INTERVAL_DEFAULT,
    DOWN_INTERVALS_DEFAULT,
    FOREVER,
    HMAC_WINDOW_MAX,
    HMAC_WINDOW_MIN,
    PRIORITY_OWNER,
)
from ..base.units import NANOSECONDS_PER_SECOND
from .address import VirtualAddress
from .family import Family, is_link_local
from .instance import Instance
from .readers import Settings
from .signing import Hmac

# An interface identifier made of the virtual router's MAC address, as other vendors derive it.
_DERIVED = ipaddress.ip_address("fe80::200:5eff:fe00:200").packed
_LINK_LOCAL_LENGTH = 64
IPV6_SUFFIX = "6"  # Of the macvlan for IPv6, where an instance has two.


def families_of(values: Settings) -> List[Family]:
    """Return the families of an entry's addresses, in their order; the given one without any."""
    listed = values.get("addresses", ())
    return list(dict.fromkeys(address.family for address in listed)) or [values["family"]]


def instances_of(values: Settings) -> List[Instance]:
    """Make the instances of an entry whose settings are free of problems."""
    families = families_of(values)
    return [Instance(**_share(values, family, families)) for family in families]


def _share(values: Settings, family: Family, families: List[Family]) -> Settings:
    """Return the settings of one family. Excluded addresses, routes and rules of a family that
    the entry has no addresses of go to the first.
    """
    own = dict(values, dual_stack=len(families) > 1, bare_family=family)
    own.pop("family", None)
    listed = tuple(one for one in values.get("addresses", ()) if one.family is family)
    own["preferred_lifetime"] = _preferred_lifetime(values) if family is Family.IPV6 else None
    own["addresses"] = tuple(
        _with_lifetime(one, values) for one in (*derived_addresses(values, listed), *listed)
    )
    for key in ("excluded_addresses", "virtual_routes", "virtual_rules"):
        own[key] = tuple(
            one
            for one in values.get(key, ())
            if one.family is family or (one.family not in families and family is families[0])
        )
    own["excluded_addresses"] = tuple(
        _with_lifetime(one, values) for one in own["excluded_addresses"]
    )
    own["unicast_peers"] = peers_of(values, family)
    if own.get("virtual_mac_name") and own["dual_stack"] and family is Family.IPV6:
        own["virtual_mac_name"] += IPV6_SUFFIX
    own["hmac"] = _with_window(values.get("hmac"), values)
    source = values.get("source_address", b"")
    own["source_address"] = source if source and Family.of(source) is family else b""
    group = values.get("multicast_group", b"")
    own["multicast_group"] = group if group and Family.of(group) is family else b""
    return own


def _preferred_lifetime(values: Settings) -> int:
    """Return the setting, or its default: a virtual address may move away at any time, so the host
    begins no traffic of its own from it, but for the owner's, which stays.
    """
    default = FOREVER if values.get("priority") == PRIORITY_OWNER else 0
    lifetime: int = values.get("preferred_lifetime", default)
    return lifetime


def _with_lifetime(address: VirtualAddress, values: Settings) -> VirtualAddress:
    if address.family is Family.IPV4 or address.preferred_lifetime is not None:
        return address
    return replace(address, preferred_lifetime=_preferred_lifetime(values))


def peers_of(values: Settings, family: Family) -> Tuple[bytes, ...]:
    """Return the unicast peers of one family."""
    return tuple(one for one in values.get("unicast_peers", ()) if Family.of(one) is family)


def _with_window(hmac: Hmac | None, values: Settings) -> Hmac | None:
    """Return the keys with the default window filled in; None without keys.

    The default is as long as an unheard master may be believed alive, in whole seconds, and not
    shorter than the difference that is common between the clocks of hosts.
    """
    if hmac is None or hmac.window != 0:
        return hmac
    interval = values.get("advertisement_interval", ADVERTISEMENT_INTERVAL_DEFAULT)
    window = DOWN_INTERVALS_DEFAULT * (interval // NANOSECONDS_PER_SECOND)
    return replace(hmac, window=max(HMAC_WINDOW_MIN, min(window, HMAC_WINDOW_MAX)))


def derived_addresses(
    values: Settings, listed: Sequence[VirtualAddress]
) -> Tuple[VirtualAddress, ...]:
    """Return what is put in front of the listed addresses of one family: a derived link-local
    address, where the first IPv6 address is none (RFC 9568 section 5.2.9 with erratum 8300), unless
    ``derive_link_local`` is false.
    """
    if not lacks_link_local(listed) or not values.get("derive_link_local", True):
        return ()
    return (VirtualAddress(derived_link_local(values["vrid"]), _LINK_LOCAL_LENGTH),)


def lacks_link_local(listed: Sequence[VirtualAddress]) -> bool:
    """Whether these are IPv6 addresses of which the first is not link-local."""
    if not listed or listed[0].family is Family.IPV4:
        return False
    return not is_link_local(listed[0].packed)


def derived_link_local(vrid: int) -> bytes:
    """Return the virtual router's derived link-local address, packed."""
    return _DERIVED[:-1] + bytes((vrid,))
