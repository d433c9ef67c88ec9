# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Reading single settings: each function returns the legal value or raises ValueError.

The sentence of the ValueError says what is wrong with the value; where it stands, the caller
knows. This module is PRIVATE to the collection.
"""

from __future__ import annotations

import re
from typing import Callable, Tuple

from ..base.constants import PRIORITY_MIN, PRIORITY_OWNER, VRID_MAX, VRID_MIN
from ..base.units import Nanoseconds, seconds
from .address import VirtualAddress, parse_address
from .instance import ChecksumForm

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}")
_INTERFACE = re.compile(r"[^\s/]{1,15}")


def whole_number(low: int, high: int) -> Callable[[object], int]:
    """Make a reader of whole numbers from ``low`` to ``high``."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{value!r} is not a whole number")
        if not low <= value <= high:
            raise ValueError(f"{value} is not in {low}..{high}")
        return value

    return read


read_vrid = whole_number(VRID_MIN, VRID_MAX)
read_priority = whole_number(PRIORITY_MIN, PRIORITY_OWNER)
read_announce_count = whole_number(1, 100)


def read_name(value: object) -> str:
    """An instance's name, which has to be typed in a shell and to be read in a log."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(
            f"{value!r} is not a name of 1 to 64 letters, digits and the characters _.:-"
        )
    return value


def read_interface(value: object) -> str:
    """A name that the kernel would take for an interface."""
    if not isinstance(value, str) or not _INTERFACE.fullmatch(value) or value in (".", ".."):
        raise ValueError(f"{value!r} is not an interface name of 1 to 15 characters")
    return value


def read_flag(value: object) -> bool:
    """True or false, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not true or false")
    return value


def read_version(value: object) -> int:
    """The protocol version."""
    if isinstance(value, bool) or value not in (2, 3) or not isinstance(value, int):
        raise ValueError(f"{value!r} is not 2 or 3")
    return value


def read_seconds(value: object) -> Nanoseconds:
    """A length of time in seconds, at most an hour."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number of seconds")
    if not 0 <= value <= 3600:
        raise ValueError(f"{value} is not in 0..3600 seconds")
    return seconds(value)


def read_checksum_form(value: object) -> ChecksumForm:
    """The form of the version 3 checksum over IPv4 that is sent."""
    try:
        return ChecksumForm(value)
    except ValueError:
        raise ValueError(f"{value!r} is not rfc5798 or rfc9568") from None


def read_addresses(value: object) -> Tuple[VirtualAddress, ...]:
    """A list of at least one virtual address."""
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of addresses")
    if not value:
        raise ValueError("there is no address to serve")
    return tuple(parse_address(one) for one in value)
