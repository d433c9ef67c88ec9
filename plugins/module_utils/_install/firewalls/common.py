# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Parts that all firewalls share."""

from __future__ import annotations

from ..host import Host, HostError

MARK = "failover.vrrp"


def is_active(host: Host, unit: str) -> bool:
    """Whether a unit of systemd is active."""
    status, _output = host.ask("systemctl", "is-active", "--quiet", unit)
    return status == 0


def unchangeable(firewall: str, program: str, output: str) -> HostError:
    """Return the error for an active firewall that can't be changed."""
    return HostError(
        f"{firewall} is active, and can't be changed, so VRRP may be blocked "
        f"({program}: {output.strip() or 'missing or not answering'}); mend that, or accept IP "
        "protocol 112 yourself and set vrrp_firewall to false"
    )
