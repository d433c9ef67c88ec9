# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Readers of single settings; each raises ValueError for a value that is not legal."""

from __future__ import annotations

import ipaddress

from ..base.constants import (
    FOREVER,
    PASSWORD_MAX,
    PRIORITY_MIN,
    PRIORITY_OWNER,
    REPEAT_INTERVAL_MIN,
    TRACK_WEIGHT_MAX,
    VRID_MAX,
    VRID_MIN,
    VRRP_TTL,
)
from ..base.units import Nanoseconds, seconds, to_seconds
from .readers import matching, whole_number

_SECONDS_MAX = 3600
_ANNOUNCE_INTERVAL_MAX = 10

read_vrid = whole_number(VRID_MIN, VRID_MAX)
read_priority = whole_number(PRIORITY_MIN, PRIORITY_OWNER)
read_announce_count = whole_number(1, 100)
read_down_intervals = whole_number(1, 100)
read_degraded_weight = whole_number(0, TRACK_WEIGHT_MAX)
read_ttl = whole_number(1, VRRP_TTL)
read_name = matching(
    r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}",
    "a name of 1 to 64 letters, digits and _.:- that begins with a letter, a digit or _",
)
read_interface = matching(r"(?!\.{1,2}$)[^\s/]{1,15}", "an interface name of 1 to 15 characters")
read_path = matching(r"/[^\0]+", "an absolute path")
read_user = matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}", "the name of a user")


_read_mac_text = matching(
    r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}", "a MAC address such as 02:00:5e:00:01:33"
)
read_secret_file = matching(
    r"/[^\0]+|[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,63}",
    "an absolute path or the name of a credential of the service (systemd.exec(5))",
)


def read_password(value: object) -> str:
    """Read the password of version 2, eight bytes in a packet (RFC 2338 section 5.3.10); raises
    ValueError.
    """
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError("the password is not a string of visible ASCII characters")
    if not 1 <= len(value) <= PASSWORD_MAX:
        raise ValueError(f"the password does not have 1 to {PASSWORD_MAX} characters")
    return value


def read_flag(value: object) -> bool:
    """Read true or false; raises ValueError for anything else."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not true or false")
    return value


def read_version(value: object) -> int:
    """Read the protocol version, 2 or 3; raises ValueError."""
    if isinstance(value, bool) or value not in (2, 3) or not isinstance(value, int):
        raise ValueError(f"{value!r} is not 2 or 3")
    return value


def read_seconds(value: object) -> Nanoseconds:
    """Read a length of time in seconds, at most an hour; raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number of seconds")
    if not 0 <= value <= _SECONDS_MAX:
        raise ValueError(f"{value} is not in 0..{_SECONDS_MAX} seconds")
    return seconds(value)


def read_announce_interval(value: object) -> Nanoseconds:
    """Read the pause between two announcements in seconds; raises ValueError."""
    pause = read_seconds(value)
    if pause > seconds(_ANNOUNCE_INTERVAL_MAX):
        raise ValueError(f"{value} is not in 0..{_ANNOUNCE_INTERVAL_MAX} seconds")
    return pause


def read_period(value: object) -> Nanoseconds:
    """Read a period in seconds, not shorter than ``REPEAT_INTERVAL_MIN``; raises ValueError."""
    length = read_seconds(value)
    if length < REPEAT_INTERVAL_MIN:
        raise ValueError(
            f"{value} is not in {to_seconds(REPEAT_INTERVAL_MIN):g}..{_SECONDS_MAX} seconds"
        )
    return length


def read_lifetime(value: object) -> int:
    """Read the lifetime of an address in whole seconds, which may be a string, or ``forever``;
    raises ValueError.
    """
    if value == "forever":
        return FOREVER
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number of seconds or forever")
    if not 0 <= value < FOREVER:
        raise ValueError(f"{value} is not in 0..{FOREVER - 1} seconds")
    return value


def read_ip(value: object) -> bytes:
    """Read an address without a prefix length; returns it packed, raises ValueError."""
    try:
        return ipaddress.ip_address(value if isinstance(value, str) else "").packed
    except ValueError:
        raise ValueError(f"{value!r} is not an IP address") from None


def read_host_ip(value: object) -> bytes:
    """Read an address of a host without a prefix length; returns it packed, raises ValueError."""
    packed = read_ip(value)
    refuse_impossible(ipaddress.ip_address(packed))
    return packed


def read_multicast_group(value: object) -> bytes:
    """Read the address of a multicast group; returns it packed, raises ValueError."""
    packed = read_ip(value)
    if not ipaddress.ip_address(packed).is_multicast:
        raise ValueError(f"{value} is not the address of a multicast group")
    return packed


def read_mac(value: object) -> bytes:
    """Read the MAC address of one interface; raises ValueError for one of a group, or of nobody."""
    packed = bytes.fromhex(_read_mac_text(value).replace(":", ""))
    if packed[0] & 1 or not any(packed):
        raise ValueError(f"{value} is not the address of an interface")
    return packed


def refuse_impossible(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Raise ValueError for an address that no host on a network can have."""
    kinds = (
        (address.is_multicast, "a multicast"),
        (address.is_loopback, "a loopback"),
        (address.is_unspecified, "the unspecified"),
        (address.packed == b"\xff\xff\xff\xff", "the broadcast"),
        (getattr(address, "ipv4_mapped", None) is not None, "an IPv4-mapped"),
    )
    for applies, kind in kinds:
        if applies:
            raise ValueError(f"{address} is {kind} address, which no host can have")
