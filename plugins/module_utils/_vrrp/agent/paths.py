# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The default paths of the agent's files."""

from __future__ import annotations

from dataclasses import dataclass

from ..base.paths import CONTROL_SOCKET, STATE_DIRECTORY


def state_directory(socket_path: str) -> str:
    """Return the state directory; an agent with a socket of its own has one of its own."""
    return STATE_DIRECTORY if socket_path == CONTROL_SOCKET else f"{socket_path}.state"


@dataclass(frozen=True)
class Paths:
    """The paths of the configuration, the control socket and the state directory."""

    config: str
    socket: str
    state: str
