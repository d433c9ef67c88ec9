# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planned moves of mastership between two routers."""

from __future__ import annotations

from support.peers import Peer
from support.routers import Agent


def drain_and_return(first: Agent, second: Agent | Peer) -> None:
    """Drain the master ``first``, so that ``second`` takes over, and make it master again."""
    first.ctl("backup", "web")
    second.wait_for("MASTER")
    first.wait_for("BACKUP")
    first.ctl("master", "web")
    first.wait_for("MASTER")
    second.wait_for("BACKUP")
