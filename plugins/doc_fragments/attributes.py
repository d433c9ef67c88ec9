# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that the modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes and options that several modules have."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in check mode and return what would change, without changing it.
    support: full
  diff_mode:
    description: Returns what changed, or would change, in diff mode.
    support: full
  platform:
    description: The hosts that can be managed.
    platforms: linux
    support: full
"""

    SOCKET = r"""
options:
  socket:
    description: The control socket of the agent.
    type: path
    default: /run/vrrp-agent/control.sock
"""
