# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The default paths of the agent's files."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..base.paths import CONTROL_SOCKET, STATE_DIRECTORY


def state_directory(socket_path: str) -> str:
    """Return the state directory; an agent with a socket of its own has one of its own."""
    return STATE_DIRECTORY if socket_path == CONTROL_SOCKET else f"{socket_path}.state"


def runtime_directory(socket_path: str) -> str:
    """Return the directory of what is of no use after a reboot."""
    is_installed = socket_path == CONTROL_SOCKET
    return os.path.dirname(socket_path) if is_installed else state_directory(socket_path)


@dataclass(frozen=True)
class Paths:
    """The paths of the configuration, the control socket, and the directories of the state and of
    what is of no use after a reboot.
    """

    config: str
    socket: str
    state: str
    runtime: str
