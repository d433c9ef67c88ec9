# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The credentials of the process at the other end of a local socket."""

from __future__ import annotations

import socket
import struct
from typing import Tuple


def user_and_group(connected: socket.socket) -> Tuple[int, int]:
    """Return the user and the primary group of the peer, as of its connection."""
    _process, user, group = _credentials(connected)
    return user, group


def process_and_user(connected: socket.socket) -> Tuple[int, int]:
    """Return the process and the user of the peer, as of its connection, or since it listens."""
    process, user, _group = _credentials(connected)
    return process, user


def _credentials(connected: socket.socket) -> Tuple[int, int, int]:
    packed = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("=iII"))
    process, user, group = struct.unpack("=iII", packed)
    return process, user, group
