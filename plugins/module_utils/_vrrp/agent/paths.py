# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Where the agent's files are when nobody says otherwise.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..base.paths import CONTROL_SOCKET, STATE_DIRECTORY


def state_directory(socket_path: str) -> str:
    """Where an agent keeps its memory: an agent with a socket of its own has its own memory."""
    return STATE_DIRECTORY if socket_path == CONTROL_SOCKET else f"{socket_path}.state"


@dataclass(frozen=True)
class Paths:
    """The paths of the configuration, of the control socket, and of the directory of what the
    agent remembers.
    """

    config: str
    socket: str
    state: str
