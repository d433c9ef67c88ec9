# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The paths of the agent on a host."""

from __future__ import annotations

from .._vrrp.base.constants import AGENT_USER

LIBRARY = "/usr/local/lib/vrrp-agent"
VERSIONS = f"{LIBRARY}/versions"
CURRENT = f"{LIBRARY}/current"
PREVIOUS = f"{LIBRARY}/previous"
DAEMON = "/usr/local/sbin/vrrp-agent"
CONTROL = "/usr/local/bin/vrrpctl"
UNIT_NAME = "vrrp-agent.service"
UNITS = "/etc/systemd/system"
UNIT = f"{UNITS}/{UNIT_NAME}"
TIME_SYNC_DROP_IN_DIRECTORY = f"{UNIT}.d"
TIME_SYNC_DROP_IN = f"{TIME_SYNC_DROP_IN_DIRECTORY}/time-sync.conf"
HELPER_UNIT_NAME = "vrrp-agent-helper.service"
HELPER_UNIT = f"{UNITS}/{HELPER_UNIT_NAME}"
HELPER_SOCKET_NAME = "vrrp-agent-helper.socket"
HELPER_SOCKET_UNIT = f"{UNITS}/{HELPER_SOCKET_NAME}"
METRICS_UNIT_NAME = "vrrp-agent-metrics.service"
METRICS_UNIT = f"{UNITS}/{METRICS_UNIT_NAME}"
METRICS_SOCKET_NAME = "vrrp-agent-metrics.socket"
METRICS_SOCKET_UNIT = f"{UNITS}/{METRICS_SOCKET_NAME}"
METRICS_UNITS = (METRICS_SOCKET_NAME, METRICS_UNIT_NAME)
USER = AGENT_USER
FIREWALLD_ZONES = f"{LIBRARY}/firewalld-zones"
NFTABLES_DROP_IN_DIRECTORY = "/etc/systemd/system/nftables.service.d"
NFTABLES_DROP_IN = f"{NFTABLES_DROP_IN_DIRECTORY}/vrrp-agent.conf"
