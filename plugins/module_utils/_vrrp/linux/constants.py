# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Numbers of the kernel that more than one adapter uses."""

from __future__ import annotations

IFA_F_HOMEADDRESS = 0x10  # linux/if_addr.h.
IFA_F_NOPREFIXROUTE = 0x200
IFF_UP = 0x1  # netdevice(7).
IFF_LOOPBACK = 0x8
IFF_RUNNING = 0x40
SO_RCVBUFFORCE = 33  # socket(7).
