# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Accepts VRRP (IP protocol 112) in the firewalls of a host."""

from __future__ import annotations

from typing import Sequence

from ..._vrrp.model.instance import Instance
from ..host import Host
from . import firewalld, iptables, nftables, ufw


def refuse_firewalls(host: Host, instances: Sequence[Instance]) -> None:
    """Raise HostError for a firewall that would drop what is sent to the addresses of instances."""
    if firewalld.is_used(host):
        firewalld.refuse_reverse_path_filter(instances)


def open_for_vrrp(host: Host, instances: Sequence[Instance]) -> None:
    """Accept VRRP in the active firewalls; raises HostError for one that can't be changed."""
    interfaces = sorted({one.interface for one in instances})
    managers = [one for one in (firewalld, nftables, ufw) if one.is_used(host)]
    for manager in managers or [iptables]:
        manager.open_for_vrrp(host, interfaces)
    if firewalld in managers:
        firewalld.join_zones(host, instances)


def close(host: Host) -> None:
    """Remove the rules of ``open_for_vrrp``."""
    if firewalld.is_used(host):
        firewalld.close(host)
    nftables.close(host)
    ufw.close(host)
    iptables.close(host)
