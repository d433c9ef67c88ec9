# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The paths of an installed agent's files, each defined only here."""

from __future__ import annotations

CONFIG_DIRECTORY = "/etc/vrrp-agent"
CONFIG = f"{CONFIG_DIRECTORY}/config.json"
STATE_DIRECTORY = "/var/lib/vrrp-agent"
RUNTIME_DIRECTORY = "/run/vrrp-agent"
CONTROL_SOCKET = f"{RUNTIME_DIRECTORY}/control.sock"
HELPER_SOCKET = "/run/vrrp-agent-helper.sock"
