# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Where the agent lives on a host. This module is PRIVATE to the collection."""

from __future__ import annotations

LIBRARY = "/usr/local/lib/vrrp-agent"
VERSIONS = f"{LIBRARY}/versions"
CURRENT = f"{LIBRARY}/current"
PREVIOUS = f"{LIBRARY}/previous"
DAEMON = "/usr/local/sbin/vrrp-agent"
CONTROL = "/usr/local/bin/vrrpctl"
UNIT_NAME = "vrrp-agent.service"
UNIT = f"/etc/systemd/system/{UNIT_NAME}"
CONFIG_DIRECTORY = "/etc/vrrp-agent"
CONFIG = f"{CONFIG_DIRECTORY}/config.json"
STATE = "/var/lib/vrrp-agent"
RUNTIME = "/run/vrrp-agent"
USER = "vrrp"
FIREWALLD_ZONES = f"{LIBRARY}/firewalld-zones"
NFTABLES_DROP_IN_DIRECTORY = "/etc/systemd/system/nftables.service.d"
NFTABLES_DROP_IN = f"{NFTABLES_DROP_IN_DIRECTORY}/vrrp-agent.conf"
