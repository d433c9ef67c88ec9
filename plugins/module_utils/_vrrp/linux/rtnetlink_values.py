# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Families, addresses and interfaces as messages of rtnetlink(7) have them."""

from __future__ import annotations

import errno
import ipaddress
import socket

from ..base.errors import KernelError
from ..model.family import Family

DOMAINS = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}


def family_of(domain: int) -> Family:
    """Return the family of an address family of the kernel."""
    return Family.IPV6 if domain == socket.AF_INET6 else Family.IPV4


def packed(written: str) -> bytes:
    """Return an address as bytes; none for the empty string."""
    return ipaddress.ip_address(written).packed if written else b""


def index_of(interface: str) -> int:
    """Return the index of an interface; raises KernelError (ENODEV) when there is none."""
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        raise KernelError(errno.ENODEV, interface) from None


def name_of(index: int) -> str | None:
    """Return the name of an interface; None when there is none of that index."""
    try:
        return socket.if_indextoname(index)
    except OSError:
        return None
