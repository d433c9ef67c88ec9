# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Numbers of the IP header that are not specific to VRRP."""

from __future__ import annotations

ICMPV6 = 58  # RFC 4443 section 1.
INTERNETWORK_CONTROL = 0xC0  # Precedence of routing traffic, as keepalived and FRR send.
