# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""The controller's part of vrrp_keepalived_info: its results change no variables."""

from __future__ import annotations

from ansible_collections.failover.vrrp.plugins.plugin_utils._module_action import ModuleAction


class ActionModule(ModuleAction):
    """Action plugin of the module vrrp_keepalived_info."""
